#include "http/status_set.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace millrace::http {

namespace {

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::optional<int> code(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number < 100 || number > 599 ? std::nullopt : std::optional(number);
}

}  // namespace

Result<StatusSet> StatusSet::parse(std::string_view text) {
  StatusSet set;
  while (!trimmed(text).empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t dash = item.find('-');
    const std::string_view last =
        dash == std::string_view::npos ? item : trimmed(item.substr(dash + 1));
    const std::optional<int> from = code(trimmed(item.substr(0, dash)));
    const std::optional<int> to = last.empty() ? std::optional(599) : code(last);
    if (!from || !to || *from > *to) {
      return Error{ErrorCode::invalid_config,
                   "'" + std::string(item) + "' is neither a status code nor a range of them"};
    }
    set.ranges_.emplace_back(*from, *to);
  }
  return set;
}

bool StatusSet::contains(int status) const {
  return std::ranges::any_of(ranges_, [status](const auto& range) {
    return range.first <= status && status <= range.second;
  });
}

}  // namespace millrace::http
