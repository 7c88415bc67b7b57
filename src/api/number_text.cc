#include "api/number_text.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace millrace::detail {

namespace {

template <class T>
std::optional<T> whole(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int16_t> parse_int16(std::string_view text) { return whole<std::int16_t>(text); }
std::optional<std::int32_t> parse_int32(std::string_view text) { return whole<std::int32_t>(text); }
std::optional<std::int64_t> parse_int64(std::string_view text) { return whole<std::int64_t>(text); }

std::optional<double> parse_double(std::string_view text) {
  bool negative = false;
  if (text.starts_with('+') || text.starts_with('-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const double sign = negative ? -1.0 : 1.0;
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return sign * std::numeric_limits<double>::infinity();
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) {
    text.remove_prefix(2);
    if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
  }
  if (text.empty() || text.find_first_of(hex ? "0123456789abcdefABCDEF" : "0123456789") > 1 ||
      text.starts_with('-')) {
    return std::nullopt;
  }
  if (constexpr std::string_view suffixes = "dDfF";
      suffixes.find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value,
                      hex ? std::chars_format::hex : std::chars_format::general);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    const std::size_t exponent = text.find_first_of(hex ? "pP" : "eE");
    const bool tiny =
        exponent != std::string_view::npos && text.substr(exponent + 1).starts_with('-');
    value = tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return sign * value;
}

std::string double_text(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".enf") == std::string::npos ? text + ".0" : text;
}

}  // namespace millrace::detail
