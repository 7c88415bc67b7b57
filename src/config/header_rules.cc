#include "config/header_rules.h"

#include "base/ascii.h"
#include "base/java_number.h"
#include "config/worker_keys.h"

#include <algorithm>
#include <array>
#include <limits>

namespace millrace::config {

namespace {

/// Splits at commas outside of double quotes.
std::vector<std::string> split_rules(std::string_view text) {
  std::vector<std::string> rules(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      rules.emplace_back();
    } else {
      rules.back() += c;
    }
  }
  return rules;
}

Error wrong(std::string_view what) { return {ErrorCode::invalid_config, std::string(what)}; }

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

Result<HeaderRule> parse_rule(std::string_view rule) {
  rule = java_trim(rule);
  const std::size_t blank = rule.find_first_of(" \t");
  const std::string action = ascii::lower(rule.substr(0, blank));
  constexpr std::array<std::string_view, 4> actions = {"set", "add", "setdate", "adddate"};
  if (std::ranges::find(actions, action) == actions.end()) {
    return wrong("an action is one of set, add, setDate, addDate");
  }
  const std::string_view header =
      blank == std::string_view::npos ? "" : java_trim(rule.substr(blank));
  if (std::ranges::count(header, ':') != 1) return wrong("a header has exactly one colon");
  const std::size_t colon = header.find(':');
  HeaderRule parsed;
  parsed.replaces = action.starts_with("set");
  parsed.is_date = action.ends_with("date");
  parsed.name = java_trim(header.substr(0, colon));
  parsed.value = java_trim(header.substr(colon + 1));
  if (parsed.name.empty()) return wrong("a header has a name");
  if (parsed.name.find_first_of(" \t") != std::string::npos) {
    return wrong("a header's name has no white space");
  }
  if (std::ranges::any_of(header, is_control)) return wrong("a header has no control characters");
  for (const std::string_view ours : {"Content-Length", "Transfer-Encoding", "Connection"}) {
    if (ascii::same_ignoring_case(parsed.name, ours)) {
      return wrong("this header frames the answer and is the server's own");
    }
  }
  if (!parsed.is_date) return parsed;
  // As far as a date can be written.
  constexpr std::int64_t farthest = 200LL * 365 * 24 * 3600 * 1000;
  const std::optional<std::int64_t> number = parse_java_integer<std::int64_t>(parsed.value);
  if (!number || *number < -farthest || *number > farthest) {
    return wrong("the value of a date is a number of milliseconds from now");
  }
  parsed.from_now = std::chrono::milliseconds(*number);
  return parsed;
}

}  // namespace

Result<std::vector<HeaderRule>> parse_header_rules(std::string_view text) {
  std::vector<HeaderRule> rules;
  if (java_trim(text).empty()) return rules;
  for (const std::string& one : split_rules(text)) {
    Result<HeaderRule> rule = parse_rule(one);
    if (!rule) return wrong("'" + one + "': " + rule.error().message());
    rules.push_back(*std::move(rule));
  }
  return rules;
}

Validator header_rules() {
  return {"<set|add|setDate|addDate> <name>:<value>, ...",
          [](std::string_view key, const Setting& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            if (text == nullptr) return {};
            const Result<std::vector<HeaderRule>> rules = parse_header_rules(*text);
            if (!rules) return invalid_value(key, value, rules.error().message());
            return {};
          }};
}

}  // namespace millrace::config
