#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::detail {

/// Sign and decimal digits, in range; nothing else.
std::optional<std::int16_t> parse_int16(std::string_view text);
std::optional<std::int32_t> parse_int32(std::string_view text);
std::optional<std::int64_t> parse_int64(std::string_view text);

/// A double as Java reads one: words NaN and Infinity, exponents, a closing d or f, hex floats.
std::optional<double> parse_double(std::string_view text);

/// "0.5", "1.0".
std::string double_text(double value);

}  // namespace millrace::detail
