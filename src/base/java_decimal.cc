#include "base/java_decimal.h"

#include "base/java_number.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

#include <boost/multiprecision/cpp_int.hpp>

namespace millrace {

namespace {

using boost::multiprecision::cpp_int;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool high_bit(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }

/// Two's complement of up to eight bytes.
std::int64_t small_integer(std::string_view bytes) {
  std::uint64_t bits = !bytes.empty() && high_bit(bytes[0]) ? ~std::uint64_t{0} : 0;
  for (const char c : bytes) bits = (bits << 8U) | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(bits);
}

std::string small_bytes(std::int64_t number) {
  std::string bytes(8, '\0');
  auto bits = static_cast<std::uint64_t>(number);
  for (int i = 7; i >= 0; --i, bits >>= 8U) bytes[i] = static_cast<char>(bits & 0xffU);
  return std::string(fewest_bytes(bytes));
}

/// The exponent behind the e: a sign and up to ten digits, not counting zeros in front.
std::optional<std::int64_t> parse_exponent(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
  if (text.size() > 10) return std::nullopt;
  std::int64_t exponent = 0;
  std::from_chars(text.data(), text.data() + text.size(), exponent);
  return negative ? -exponent : exponent;
}

template <class Float>
Float nearest(const DecimalDigits& digits) {
  const std::string text = (digits.negative ? "-" : "") + digits.digits + "e" +
                           std::to_string(-static_cast<std::int64_t>(digits.scale));
  return *parse_java_float<Float>(text);
}

}  // namespace

std::optional<DecimalDigits> parse_decimal_digits(std::string_view text) {
  DecimalDigits result;
  result.negative = text.starts_with('-');
  if (result.negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != text.npos) {
    const std::optional<std::int64_t> parsed = parse_exponent(text.substr(e + 1));
    if (!parsed) return std::nullopt;
    exponent = *parsed;
    text = text.substr(0, e);
  }
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::int64_t scale = -exponent;
  if (point != text.npos) {
    digits += text.substr(point + 1);
    scale += static_cast<std::int64_t>(text.size() - point - 1);
  }
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  if (scale < std::numeric_limits<std::int32_t>::min() ||
      scale > std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  result.negative = result.negative && digits != "0";
  result.digits = std::move(digits);
  result.scale = static_cast<std::int32_t>(scale);
  return result;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  const std::optional<DecimalDigits> digits = parse_decimal_digits(text);
  if (!digits) return std::nullopt;
  return to_decimal(*digits);
}

std::string decimal_text(const Decimal& decimal) {
  std::string text;
  append_decimal(text, decimal_digits(decimal));
  return text;
}

void append_decimal(std::string& out, const DecimalDigits& number) {
  const std::string& digits = number.digits;
  const auto count = static_cast<std::int64_t>(digits.size());
  const std::int64_t scale = number.scale;
  const std::int64_t exponent = count - 1 - scale;
  if (number.negative && !number.is_zero()) out += '-';
  if (scale >= 0 && exponent >= -6) {
    if (scale == 0) {
      out += digits;
    } else if (count > scale) {
      out.append(digits, 0, count - scale).append(1, '.').append(digits, count - scale);
    } else {
      out.append("0.").append(scale - count, '0').append(digits);
    }
    return;
  }
  out += digits[0];
  if (count > 1) out.append(1, '.').append(digits, 1);
  out += exponent < 0 ? "E-" : "E+";
  out += std::to_string(exponent < 0 ? -exponent : exponent);
}

DecimalDigits decimal_digits(const Decimal& decimal) {
  DecimalDigits result;
  result.scale = decimal.scale;
  const std::string_view bytes = fewest_bytes(decimal.unscaled);
  if (bytes.empty()) return result;
  result.negative = high_bit(bytes[0]);
  if (bytes.size() <= 8) {
    const std::int64_t number = small_integer(bytes);
    const auto bits = static_cast<std::uint64_t>(number);
    result.digits = std::to_string(result.negative ? ~bits + 1 : bits);
    return result;
  }
  std::vector<unsigned char> magnitude(bytes.begin(), bytes.end());
  if (result.negative) {
    for (unsigned char& byte : magnitude) byte = static_cast<unsigned char>(~byte);
  }
  cpp_int number;
  import_bits(number, magnitude.begin(), magnitude.end());
  if (result.negative) ++number;
  result.digits = number.str();
  return result;
}

Decimal to_decimal(const DecimalDigits& digits) {
  if (digits.digits.size() <= 18) {
    std::int64_t number = 0;
    std::from_chars(digits.digits.data(), digits.digits.data() + digits.digits.size(), number);
    return {small_bytes(digits.negative ? -number : number), digits.scale};
  }
  cpp_int number(digits.digits);
  if (digits.negative) --number;
  std::vector<unsigned char> magnitude;
  export_bits(number, std::back_inserter(magnitude), 8);
  std::string bytes(1, '\0');  // room for the sign
  bytes.append(magnitude.begin(), magnitude.end());
  if (digits.negative) {
    for (char& byte : bytes) byte = static_cast<char>(~byte);
  }
  return {std::string(fewest_bytes(bytes)), digits.scale};
}

std::string_view fewest_bytes(std::string_view unscaled) {
  while (unscaled.size() > 1) {
    const auto first = static_cast<unsigned char>(unscaled[0]);
    const bool needless = first == (high_bit(unscaled[1]) ? 0xff : 0x00);
    if (!needless) break;
    unscaled.remove_prefix(1);
  }
  return unscaled;
}

Decimal decimal_from(std::int64_t number) { return {small_bytes(number), 0}; }

std::optional<Decimal> decimal_from(double number) { return parse_decimal(java_number(number)); }

std::optional<std::int64_t> exact_int64(const DecimalDigits& number) {
  if (number.is_zero()) return 0;
  std::string text = (number.negative ? "-" : "") + number.digits;
  if (number.scale > 0) {
    const std::size_t last = number.digits.find_last_not_of('0');
    const std::size_t zeros = number.digits.size() - 1 - last;
    if (zeros < static_cast<std::size_t>(number.scale)) return std::nullopt;
    text.resize(text.size() - number.scale);
  } else {
    if (number.scale < -18) return std::nullopt;
    text.append(-number.scale, '0');
  }
  return parse_java_integer<std::int64_t>(text);
}

std::int64_t low_bits(const DecimalDigits& number) {
  std::size_t whole = number.digits.size();
  if (number.scale > 0) whole -= std::min<std::size_t>(whole, number.scale);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < whole; ++i) {
    bits = bits * 10 + static_cast<std::uint64_t>(number.digits[i] - '0');
  }
  // 10^64 is a multiple of 2^64.
  if (number.scale <= -64) return 0;
  for (std::int32_t i = number.scale; i < 0; ++i) bits *= 10;
  return static_cast<std::int64_t>(number.negative ? ~bits + 1 : bits);
}

double to_double(const DecimalDigits& digits) { return nearest<double>(digits); }
float to_float(const DecimalDigits& digits) { return nearest<float>(digits); }

}  // namespace millrace
