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

std::string_view nearest(std::string_view key) {
  std::vector<std::string_view> names;
  for (const ConfigDef* def : {&standalone_config_def(), &distributed_config_def()}) {
    for (const ConfigKey& known : def->keys()) names.push_back(known.name);
  }
  return nearest_name(key, names);
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

std::string_view nearest_name(std::string_view key, std::span<const std::string_view> names) {
  std::string_view found;
  std::size_t least = 3;
  for (const std::string_view name : names) {
    // The lengths alone tell that most names are further away.
    const std::size_t longer =
        std::max(key.size(), name.size()) - std::min(key.size(), name.size());
    if (longer >= least) continue;
    const std::size_t distance = edit_distance(key, name);
    if (distance < least) {
      least = distance;
      found = name;
    }
  }
  return found;
}

void warn_of_mistyped_keys(const ConfigMap& properties, std::span<const std::string_view> names) {
  constexpr std::array<std::string_view, 10> others = {
      "producer.override.", "consumer.override.", "admin.override.", "transforms.",
      "predicates.",        "topic.creation.",    "key.converter.",  "value.converter.",
      "header.converter.",  "errors.task."};
  constexpr int enough = 20;  // warnings about one configuration
  int warned = 0;
  for (const auto& [key, value] : properties) {
    const auto starts = [&key](auto prefix) { return key.starts_with(prefix); };
    if (std::ranges::find(names, key) != names.end() || std::ranges::any_of(others, starts))
      continue;
    const std::string_view other = nearest_name(key, names);
    if (other.empty()) continue;
    log::logger("org.apache.kafka.connect.runtime.AbstractHerder")
        .warn("Connector {}: '{}' is not a known setting; did you mean '{}'?",
              properties.get_or("name", ""), key, other);
    if (++warned == enough) return;
  }
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
