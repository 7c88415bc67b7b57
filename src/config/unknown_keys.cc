#include "config/unknown_keys.h"

#include "base/log.h"
#include "config/worker_config.h"
#include "config/worker_keys.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace millrace::config {

namespace {

/// What stands behind these belongs to clients, converters, providers, topics and reporters.
constexpr std::array<std::string_view, 15> families = {
    "producer.",
    "consumer.",
    "admin.",
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "config.providers.",
    "config.storage.",
    "offset.storage.",
    "status.storage.",
    "metrics.",
    "listeners.https.",
    "admin.listeners.https.",
    "ssl.",
    "sasl.",
};

bool is_known(std::string_view key) {
  return standalone_config_def().contains(key) || distributed_config_def().contains(key) ||
         is_kafka_client_key(key) || key == "connector.client.config.override.allowlist" ||
         std::ranges::any_of(families, [key](auto family) { return key.starts_with(family); });
}

/// Settings that Kafka Connect had once, for the form of what the worker stores.
bool is_internal_converter(std::string_view key) {
  return key.starts_with("internal.key.converter") || key.starts_with("internal.value.converter");
}

/// Empty when nothing is near.
std::string_view nearest(std::string_view key) {
  std::string_view found;
  std::size_t least = 3;
  for (const ConfigDef* def : {&standalone_config_def(), &distributed_config_def()}) {
    for (const ConfigKey& known : def->keys()) {
      const std::size_t distance = edit_distance(key, known.name);
      if (distance < least) {
        least = distance;
        found = known.name;
      }
    }
  }
  return found;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

void warn_of_unknown_keys(const ConfigMap& properties, const std::string& file) {
  const log::Logger& log = log::logger("org.apache.kafka.connect.runtime.WorkerConfig");
  for (const auto& [key, value] : properties) {
    if (is_internal_converter(key)) {
      log.warn(
          "'{}' in worker file '{}' has no effect: what the worker stores is always JSON "
          "without schemas",
          key, file);
    } else if (!is_known(key)) {
      const std::string_view other = nearest(key);
      if (other.empty()) {
        log.warn("'{}' in worker file '{}' is not a known setting", key, file);
      } else {
        log.warn("'{}' in worker file '{}' is not a known setting; did you mean '{}'?", key, file,
                 other);
      }
    }
  }
}

}  // namespace millrace::config
