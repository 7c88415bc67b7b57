#include "herder/not_there_yet.h"

#include "base/log.h"

#include <string>
#include <string_view>

namespace millrace {

namespace {

const std::string* non_empty(const ConfigMap& config, std::string_view key) {
  const std::string* value = config.find(key);
  return value == nullptr || value->empty() ? nullptr : value;
}

}  // namespace

Result<void> check_supported(const ConfigMap& connector) {
  constexpr std::string_view refused[] = {"transforms", "predicates",
                                          "errors.deadletterqueue.topic.name"};
  for (const std::string_view key : refused) {
    if (const std::string* value = non_empty(connector, key)) {
      return Error{ErrorCode::invalid_config,
                   "Invalid value " + *value + " for configuration " + std::string(key) +
                       ": this version of Millrace does not carry it out yet, and records would "
                       "pass unchanged or be lost without it"};
    }
  }
  constexpr std::string_view ignored[] = {"errors.retry.", "errors.log.", "topic.creation."};
  for (const auto& [key, value] : connector) {
    for (const std::string_view prefix : ignored) {
      if (!key.starts_with(prefix)) continue;
      log::logger("org.apache.kafka.connect.runtime.AbstractHerder")
          .warn("Connector {}: this version of Millrace does not carry out {} yet",
                connector.get_or("name", ""), key);
    }
  }
  return {};
}

}  // namespace millrace
