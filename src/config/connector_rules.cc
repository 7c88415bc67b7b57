#include "config/connector_keys.h"
#include "config/java_regex.h"

#include <set>

namespace millrace::config {

namespace {

using Texts = std::vector<std::string>;

/// Whether each bracket that opens is closed before the next one opens.
bool ranges_are_closed(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("])");
    if (end == std::string_view::npos || text.find_first_of("[(", 1) < end) return false;
    text.remove_prefix(end + 1);
    if (text.starts_with(',')) text.remove_prefix(1);
    if (!text.empty() && text.front() != '[' && text.front() != '(') return false;
  }
  return true;
}

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
            if (text == nullptr || (!text->starts_with('[') && !text->starts_with('('))) return {};
            if (ranges_are_closed(*text)) return {};
            return invalid_value(key, value, "Unbounded range: " + *text);
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
