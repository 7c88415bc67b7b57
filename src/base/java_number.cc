#include "base/java_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace millrace {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// The digits of a positive number, without a point, and the power of ten of the first one.
struct Digits {
  char digits[24];
  int count = 0;
  int exponent = 0;
};

/// Reads "d.ddde±xx".
Digits split(const char* first, const char* last) {
  Digits result;
  for (; first != last && *first != 'e'; ++first) {
    if (*first != '.') result.digits[result.count++] = *first;
  }
  if (first != last) {
    ++first;
    if (first != last && *first == '+') ++first;
    std::from_chars(first, last, result.exponent);
  }
  while (result.count > 1 && result.digits[result.count - 1] == '0') --result.count;
  return result;
}

template <class Float>
Digits shortest(Float number) {
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  Digits result = split(buffer, end.ptr);
  if (result.count > 1) return result;
  // One digit would do, but Java writes two, and then the two that are nearest: 4.9E-324.
  const auto two =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific, 1);
  Float back = 0;
  std::from_chars(buffer, two.ptr, back);
  return back == number ? split(buffer, two.ptr) : result;
}

template <class Float>
void append_number(std::string& out, Float number) {
  if (std::isnan(number)) {
    out += "NaN";
    return;
  }
  if (std::signbit(number)) out += '-';
  number = std::abs(number);
  if (std::isinf(number)) {
    out += "Infinity";
    return;
  }
  if (number == 0) {
    out += "0.0";
    return;
  }
  const Digits d = shortest(number);
  if (number < Float(1e-3) || number >= Float(1e7)) {
    out.append(1, d.digits[0]).append(1, '.');
    if (d.count == 1) {
      out += '0';
    } else {
      out.append(d.digits + 1, d.count - 1);
    }
    out.append(1, 'E').append(std::to_string(d.exponent));
  } else if (d.exponent < 0) {
    out.append("0.").append(-d.exponent - 1, '0').append(d.digits, d.count);
  } else {
    const int whole = d.exponent + 1;
    if (d.count <= whole) {
      out.append(d.digits, d.count).append(whole - d.count, '0').append(".0");
    } else {
      out.append(d.digits, whole).append(1, '.').append(d.digits + whole, d.count - whole);
    }
  }
}

/// Whether the text is digits with a point anywhere, at least one digit, and maybe an exponent.
/// magnitude: the power of ten of the first digit that is not 0, held within ±10^9; no such digit:
/// the smallest.
bool scan_decimal(std::string_view text, std::int64_t& magnitude) {
  constexpr std::int64_t huge = 1'000'000'000;
  std::size_t i = 0;
  std::int64_t whole = 0;    // digits before the point from the first that is not 0
  std::int64_t leading = 0;  // zeros behind the point before the first other digit
  bool digits = false;
  bool significant = false;
  bool point = false;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !point)); ++i) {
    if (text[i] == '.') {
      point = true;
      continue;
    }
    digits = true;
    if (!significant && text[i] == '0') {
      if (point) ++leading;
    } else {
      significant = true;
      if (!point) ++whole;
    }
  }
  if (!digits) return false;
  std::int64_t exponent = 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    const bool negative = i < text.size() && text[i] == '-';
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (i == text.size()) return false;
    for (; i < text.size() && is_digit(text[i]); ++i) {
      exponent = std::min(huge, exponent * 10 + (text[i] - '0'));
    }
    if (negative) exponent = -exponent;
  }
  magnitude = !significant ? -huge : exponent + (whole > 0 ? whole - 1 : -leading - 1);
  return i == text.size();
}

/// Hex digits with a point anywhere, then p and an exponent that has to be there.
template <class Float>
std::optional<Float> parse_hex(std::string_view text) {
  std::size_t i = 0;
  bool digits = false;
  bool point = false;
  for (; i < text.size() && (is_hex_digit(text[i]) || (text[i] == '.' && !point)); ++i) {
    if (text[i] == '.') {
      point = true;
    } else {
      digits = true;
    }
  }
  if (!digits || i == text.size() || (text[i] != 'p' && text[i] != 'P')) return std::nullopt;
  ++i;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  if (i == text.size()) return std::nullopt;
  for (; i < text.size(); ++i) {
    if (!is_digit(text[i])) return std::nullopt;
  }
  // The process stays in the C locale, so that the point is a point.
  const std::string with_prefix = "0x" + std::string(text);
  if constexpr (sizeof(Float) == sizeof(float)) {
    return std::strtof(with_prefix.c_str(), nullptr);
  } else {
    return std::strtod(with_prefix.c_str(), nullptr);
  }
}

}  // namespace

void append_java_number(std::string& out, double number) { append_number(out, number); }
void append_java_number(std::string& out, float number) { append_number(out, number); }

std::string java_number(double number) {
  std::string text;
  append_number(text, number);
  return text;
}

std::string java_number(float number) {
  std::string text;
  append_number(text, number);
  return text;
}

template <class Integer>
std::optional<Integer> parse_java_integer(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  Integer number = 0;
  const char* last = text.data() + text.size();
  const auto result = std::from_chars(text.data(), last, number);
  if (text.empty() || result.ec != std::errc() || result.ptr != last) return std::nullopt;
  return number;
}
template std::optional<std::int8_t> parse_java_integer(std::string_view);
template std::optional<std::int16_t> parse_java_integer(std::string_view);
template std::optional<std::int32_t> parse_java_integer(std::string_view);
template std::optional<std::int64_t> parse_java_integer(std::string_view);

template <class Float>
std::optional<Float> parse_java_float(std::string_view text) {
  text = java_trim(text);
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const auto with_sign = [negative](Float number) { return negative ? -number : number; };
  if (text == "NaN") return std::numeric_limits<Float>::quiet_NaN();
  if (text == "Infinity") return with_sign(std::numeric_limits<Float>::infinity());
  if (text.empty()) return std::nullopt;
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  // In a hex float the exponent stands between the digits and the closing letter.
  const bool suffix =
      text.ends_with('d') || text.ends_with('D') || text.ends_with('f') || text.ends_with('F');
  if (suffix && (!hex || text.find_first_of("pP") != text.npos)) text.remove_suffix(1);
  if (hex) {
    const std::optional<Float> number = parse_hex<Float>(text.substr(2));
    if (!number) return std::nullopt;
    return with_sign(*number);
  }
  std::int64_t magnitude = 0;
  if (!scan_decimal(text, magnitude)) return std::nullopt;
  Float number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec == std::errc::result_out_of_range) {
    number = magnitude > 0 ? std::numeric_limits<Float>::infinity() : Float(0);
  }
  return with_sign(number);
}
template std::optional<float> parse_java_float(std::string_view);
template std::optional<double> parse_java_float(std::string_view);

std::string_view java_trim(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace millrace
