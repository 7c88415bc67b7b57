#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// Numbers as text in the forms that Java reads and writes.
/// Threads: any.
/// Source:  Double.toString (Java 19 and later), Double.parseDouble, Long.parseLong.

/// The fewest digits that give the number back, plain from 0.001 to below 10^7 (`100.0`), else as
/// `1.0E7`; `NaN`, `Infinity`, `-0.0`.
void append_java_number(std::string& out, double number);
void append_java_number(std::string& out, float number);
std::string java_number(double number);
std::string java_number(float number);

/// Sign and decimal digits, in the type's range, nothing else around.
template <class Integer>
std::optional<Integer> parse_java_integer(std::string_view text);
extern template std::optional<std::int8_t> parse_java_integer(std::string_view);
extern template std::optional<std::int16_t> parse_java_integer(std::string_view);
extern template std::optional<std::int32_t> parse_java_integer(std::string_view);
extern template std::optional<std::int64_t> parse_java_integer(std::string_view);

/// Blanks around, sign, `NaN`, `Infinity`, digits with a point anywhere and an exponent, hex
/// floats, a closing `d` or `f`. Too large is infinite, too small zero.
template <class Float>
std::optional<Float> parse_java_float(std::string_view text);
extern template std::optional<float> parse_java_float(std::string_view);
extern template std::optional<double> parse_java_float(std::string_view);

/// What Java's trim drops at both ends: everything up to U+0020.
std::string_view java_trim(std::string_view text);

}  // namespace millrace
