#pragma once

#include "millrace/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// Decimals of any size: as text, and as numbers of fixed size.
/// Threads: any.
/// Source:  java.math.BigDecimal.

/// A decimal as its digits: ±digits × 10^-scale. 1.50 is {"150", 2}.
struct DecimalDigits {
  bool negative = false;
  std::string digits = "0";  ///< no zeros in front, "0" for zero
  std::int32_t scale = 0;

  [[nodiscard]] bool is_zero() const { return digits == "0"; }
};

/// Sign, digits with a point anywhere, exponent; no blanks, no suffix. None: not such a number, or
/// its scale does not fit 32 bits.
std::optional<DecimalDigits> parse_decimal_digits(std::string_view text);
std::optional<Decimal> parse_decimal(std::string_view text);

/// Plain if the scale is not negative and the first digit's exponent at least -6, else `1.5E-10`,
/// `1E+3`. The scale is kept: `1.50`.
std::string decimal_text(const Decimal& decimal);
void append_decimal(std::string& out, const DecimalDigits& digits);

/// Both directions of the two's complement form. An unscaled value of no bytes counts as zero.
DecimalDigits decimal_digits(const Decimal& decimal);
Decimal to_decimal(const DecimalDigits& digits);
/// The shortest two's complement bytes of the same number.
std::string_view fewest_bytes(std::string_view unscaled);

Decimal decimal_from(std::int64_t number);
/// The decimal that the number's text shows: 5 is 5.0. None: NaN or infinite.
std::optional<Decimal> decimal_from(double number);

/// The number if it is whole (5.0 and 1E+3 are) and fits.
std::optional<std::int64_t> exact_int64(const DecimalDigits& digits);
/// The low 64 bits of the whole part.
std::int64_t low_bits(const DecimalDigits& digits);
/// The nearest number; infinite when too large.
double to_double(const DecimalDigits& digits);
float to_float(const DecimalDigits& digits);

}  // namespace millrace
