#include "transform/pattern_rule.h"

#include <string>

namespace millrace::transform {

Validator pattern_rule() {
  return {"valid regex", [](std::string_view name, const Setting& value) -> Result<void> {
            const auto* pattern = std::get_if<std::string>(&value);
            if (pattern == nullptr) return {};
            const Result<config::JavaRegex> compiled = config::JavaRegex::compile(*pattern);
            if (compiled) return {};
            return invalid_value(name, value, "Invalid regex: " + compiled.error().message());
          }};
}

Result<config::JavaRegex> compile_pattern(const Config& config, std::string_view name) {
  const auto* pattern = config.find<std::string>(name);
  return config::JavaRegex::compile(pattern == nullptr ? std::string_view() : *pattern);
}

Result<bool> matches_whole(const config::JavaRegex& pattern, std::string_view topic) {
  const Result<bool> matches = pattern.matches(topic);
  // Only this topic's records fail, so it is theirs to tolerate.
  if (!matches) return Error(ErrorCode::bad_record, matches.error().message());
  return matches;
}

}  // namespace millrace::transform
