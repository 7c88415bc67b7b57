#include "config/cors_lists.h"

#include "config/java_regex.h"
#include "millrace/config_def.h"

#include <algorithm>

namespace millrace::config {

std::vector<std::string> comma_parts(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

Result<void> check_origins(std::string_view key, const std::string& value) {
  for (const std::string& part : comma_parts(value)) {
    if (part == "*") continue;
    if (const Result<JavaRegex> pattern = JavaRegex::compile(part); !pattern) {
      return invalid_value(key, value, "Invalid regex: " + pattern.error().message());
    }
  }
  return {};
}

Result<void> check_methods(std::string_view key, const std::string& value) {
  const auto is_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  };
  const std::vector<std::string> parts = comma_parts(value);
  for (const std::string& part : parts) {
    if (part.empty() || !std::ranges::all_of(part, is_letter)) {
      return invalid_value(key, value, "'" + part + "' is no HTTP method");
    }
    if (std::ranges::count(parts, part) > 1) {
      return invalid_value(key, value, "'" + part + "' is listed twice");
    }
  }
  return {};
}

}  // namespace millrace::config
