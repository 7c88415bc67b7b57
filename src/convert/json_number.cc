#include "convert/json_number.h"

#include "base/java_decimal.h"
#include "base/java_number.h"
#include "convert/json_document.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace millrace::convert {

namespace {

constexpr std::size_t max_digits = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class Float>
Float nearest(std::string_view number) {
  const Float result = parse_java_float<Float>(number).value_or(0);
  // What is too small keeps its sign, what is written as zero loses it.
  if (result != 0) return result;
  const std::string_view digits = number.substr(0, number.find_first_of("eE"));
  return digits.find_first_of("123456789") == digits.npos ? Float(0) : result;
}

}  // namespace

std::int64_t json_whole_part(std::string_view number) {
  std::int64_t whole = 0;
  const char* const end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, whole);
  if (read.ec == std::errc() && read.ptr == end) return whole;
  const auto digits = parse_decimal_digits(number);
  return digits ? low_bits(*digits) : 0;
}

double json_double(std::string_view number) { return nearest<double>(number); }
float json_float(std::string_view number) { return nearest<float>(number); }

Decimal json_decimal(std::string_view number) {
  return parse_decimal(number).value_or(Decimal{std::string(1, '\0'), 0});
}

bool JsonDocument::number() {
  const char* const start = at_;
  // Skips digits. Returns how many there were.
  const auto digits = [this] {
    const char* const from = at_;
    at_ = std::find_if_not(at_, end_, is_digit);
    return static_cast<std::size_t>(at_ - from);
  };
  if (*at_ == '-') ++at_;
  const char* const first = at_;
  if (digits() == 0) return fail("no value");
  // Zeros in front do not count.
  std::size_t count =
      static_cast<std::size_t>(at_ - std::find_if(first, at_ - 1, [](char c) { return c != '0'; }));
  bool whole = true;
  if (!at_end() && *at_ == '.') {
    whole = false;
    ++at_;
    const std::size_t fraction = digits();
    if (fraction == 0) return fail("no digit behind the point");
    count += fraction;
  }
  bool far_exponent = false;
  if (!at_end() && (*at_ == 'e' || *at_ == 'E')) {
    whole = false;
    ++at_;
    if (!at_end() && (*at_ == '+' || *at_ == '-')) ++at_;
    const std::size_t exponent = digits();
    if (exponent == 0) return fail("no digit in the exponent");
    count += exponent;
    far_exponent = exponent > 8;
  }
  if (count > max_digits) return fail("a number of more than 1000 digits");
  JsonNode& node = push(JsonKind::number, start);
  node.whole = whole;
  if (far_exponent && !parse_decimal_digits(node.text)) return fail("an exponent out of range");
  return true;
}

}  // namespace millrace::convert
