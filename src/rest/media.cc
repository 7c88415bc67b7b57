#include "rest/media.h"

#include "base/ascii.h"
#include "rest/http.h"

#include <algorithm>

namespace millrace::rest {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Cuts off and returns what stands before the separator.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return trimmed(part);
}

/// "q=0", "q=0.0", "q=0.000".
bool is_zero_quality(std::string_view parameter) {
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
  const std::string_view value = parameter.substr(2);
  return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
}

/// 0: no match, 1: */*, 2: type/*, 3: the type itself.
int closeness(std::string_view range, std::string_view type) {
  if (ascii::same_ignoring_case(range, type)) return 3;
  if (range == "*/*" || range == "*") return 1;
  const std::size_t slash = type.find('/');
  const bool same_group = range.size() == slash + 2 && range.ends_with("/*") &&
                          ascii::same_ignoring_case(range.substr(0, slash), type.substr(0, slash));
  return same_group ? 2 : 0;
}

bool is_token(std::string_view text) {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

}  // namespace

bool accepts(const std::string* accept, std::string_view type) {
  if (accept == nullptr || trimmed(*accept).empty()) return true;
  int best = 0;
  bool admitted = false;
  for (std::string_view rest = *accept; !rest.empty();) {
    std::string_view range = take_until(rest, ',');
    const int close = closeness(take_until(range, ';'), type);
    if (close == 0 || close < best) continue;
    bool refused = false;
    while (!range.empty()) refused |= is_zero_quality(take_until(range, ';'));
    admitted = close == best ? admitted || !refused : !refused;
    best = close;
  }
  return admitted;
}

ContentKind content_kind(std::string_view content_type) {
  const std::string_view type = take_until(content_type, ';');
  const std::size_t slash = type.find('/');
  if (slash == std::string_view::npos || !is_token(type.substr(0, slash)) ||
      !is_token(type.substr(slash + 1))) {
    return ContentKind::unreadable;
  }
  return ascii::same_ignoring_case(type, json_type) ? ContentKind::json : ContentKind::other;
}

}  // namespace millrace::rest
