#include "herder/not_there_yet.h"

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
  constexpr std::string_view refused[] = {"transforms", "predicates"};
  for (const std::string_view key : refused) {
    if (const std::string* value = non_empty(connector, key)) {
      return Error{ErrorCode::invalid_config,
                   "Invalid value " + *value + " for configuration " + std::string(key) +
                       ": this version of Millrace does not carry it out yet, and records would "
                       "pass unchanged or be lost without it"};
    }
  }
  return {};
}

}  // namespace millrace
