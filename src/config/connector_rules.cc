#include "config/connector_keys.h"
#include "config/java_regex.h"
#include "config/version_range.h"

#include <set>

namespace millrace::config {

namespace {

using Texts = std::vector<std::string>;

}  // namespace

Validator unique_aliases() {
  const Validator unique("unique names", [](std::string_view key, const Setting& value) {
    const auto& list = std::get<Texts>(value);
    const std::set<std::string_view> names(list.begin(), list.end());
    if (names.size() == list.size()) return Result<void>();
    return Result<void>(invalid_value(key, value, "Duplicate alias provided."));
  });
  return Validator::all_of({Validator::non_null_string(), unique});
}

Validator java_regex() {
  return {"regular expression", [](std::string_view key, const Setting& value) -> Result<void> {
            const auto* pattern = std::get_if<std::string>(&value);
            if (pattern == nullptr) return {};
            const Result<JavaRegex> compiled = JavaRegex::compile(*pattern);
            if (compiled) return {};
            return invalid_value(key, value, "Invalid regex: " + compiled.error().message());
          }};
}

Validator version_range() {
  return {"version or range of versions",
          [](std::string_view key, const Setting& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            if (text == nullptr) return {};
            const Result<VersionRange> range = VersionRange::parse(*text);
            return range ? Result<void>() : invalid_value(key, value, range.error().message());
          }};
}

Validator null_or_at_least(double minimum) {
  const Validator range = Validator::at_least(minimum);
  return {range.allowed() + " or null",
          [range](std::string_view key, const Setting& value) -> Result<void> {
            if (std::holds_alternative<std::monostate>(value)) return {};
            return range.check(key, value);
          }};
}

}  // namespace millrace::config
