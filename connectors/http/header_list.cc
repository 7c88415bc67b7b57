#include "http/header_list.h"

#include "http/lenient_json.h"
#include "http/pattern.h"

#include <algorithm>

namespace millrace::http {

namespace {

constexpr std::string_view blank = " \t";

/// They say how the message is laid out, or are the client's own business.
bool is_restricted(std::string_view name, std::string_view value) {
  constexpr std::string_view always[] = {"Host",
                                         "Content-Length",
                                         "Transfer-Encoding",
                                         "Upgrade",
                                         "Via",
                                         "Trailer",
                                         "Content-Transfer-Encoding",
                                         "Keep-Alive",
                                         "Origin",
                                         "Access-Control-Request-Headers",
                                         "Access-Control-Request-Method"};
  if (std::ranges::any_of(always, [name](std::string_view one) { return same_name(one, name); })) {
    return true;
  }
  return same_name(name, "Connection") && !same_name(value, "close");
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(blank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(blank) + 1);
}

Error unusable(std::string_view name, std::string_view why) {
  return Error{ErrorCode::invalid_config, "header '" + std::string(name) + "' " + std::string(why)};
}

/// The text of a member, as a header's value; nothing where it has none.
const std::string* value_of(const LooseJson& json) {
  if (json.kind == LooseJson::Kind::array) {
    return json.elements.size() == 1 ? value_of(json.elements.front()) : nullptr;
  }
  const bool plain = json.kind != LooseJson::Kind::null && json.kind != LooseJson::Kind::object;
  return plain ? &json.text : nullptr;
}

Result<std::vector<NamedValue>> from_json(const LooseJson& json) {
  if (json.kind != LooseJson::Kind::object) {
    return Error{ErrorCode::invalid_config, "neither a JSON object nor a list of name:value items"};
  }
  std::vector<NamedValue> headers;
  for (const auto& [name, member] : json.members) {
    const std::string* value = value_of(member);
    if (value == nullptr) return unusable(name, "has no value that is a text, number or boolean");
    MILLRACE_TRY(add_checked_header(headers, name, *value));
  }
  return headers;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, [lower](char x, char y) { return lower(x) == lower(y); });
}

bool is_safe_in_header(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

void set_header(std::vector<NamedValue>& headers, std::string_view name, std::string_view value) {
  const auto same = std::ranges::find_if(
      headers, [name](const NamedValue& one) { return same_name(one.name, name); });
  if (same != headers.end()) {
    same->value = value;
  } else {
    headers.push_back({std::string(name), std::string(value)});
  }
}

Result<void> add_checked_header(std::vector<NamedValue>& headers, std::string_view name,
                                std::string_view value) {
  name = trimmed(name);
  if (name.empty()) return unusable(name, "has no name");
  if (!is_safe_in_header(name) || name.find_first_of(": \t") != std::string_view::npos) {
    return unusable(is_safe_in_header(name) ? name : "…",
                    "has characters in its name that none may have");
  }
  if (!is_safe_in_header(value)) {
    return unusable(name, "has a line break or another control character in its value");
  }
  if (!is_restricted(name, value)) set_header(headers, name, value);
  return {};
}

bool is_json_document(std::string_view text) { return read_loose_json(text).has_value(); }

Result<std::vector<NamedValue>> read_header_list(std::string_view text,
                                                 std::string_view separator) {
  if (trimmed(text).empty()) return std::vector<NamedValue>();
  if (const auto json = read_loose_json(text)) return from_json(*json);
  const Result<Pattern> pattern = Pattern::compile(separator == "|" ? "\\|" : separator);
  if (!pattern) {
    return Error{ErrorCode::invalid_config,
                 "the separator is no regular expression: " + pattern.error().message()};
  }
  std::vector<NamedValue> headers;
  for (const std::string& item : pattern->split(text)) {
    const std::size_t colon = item.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view name = std::string_view(item).substr(0, colon);
    std::string_view value = std::string_view(item).substr(colon + 1);
    value = value.substr(0, value.find(':'));
    if (value.empty()) return unusable(trimmed(name), "has no value");
    MILLRACE_TRY(add_checked_header(headers, name, value));
  }
  return headers;
}

}  // namespace millrace::http
