#include "data/number_value.h"

#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>
#include <variant>

namespace millrace::data {

namespace {

template <class Whole>
bool fits(std::int64_t number) {
  return number >= std::numeric_limits<Whole>::min() && number <= std::numeric_limits<Whole>::max();
}

std::int64_t saturated(double number) {
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (std::isnan(number)) return 0;
  if (number >= limit) return std::numeric_limits<std::int64_t>::max();
  if (number < -limit) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(number);
}

/// Calls `then` with a plain number (no boolean) or a decimal.
template <class Result, class Then>
std::optional<Result> with_number(const Value& value, Then then) {
  return std::visit(
      [&](const auto& content) -> std::optional<Result> {
        using Content = std::remove_cvref_t<decltype(content)>;
        if constexpr (std::same_as<Content, std::shared_ptr<const Decimal>>) {
          return then(decimal_digits(*content));
        } else if constexpr (std::is_arithmetic_v<Content> && !std::same_as<Content, bool>) {
          return then(content);
        } else {
          return std::nullopt;
        }
      },
      value.variant());
}

}  // namespace

SchemaAndValue number_value(const DecimalDigits& digits) {
  if (const std::optional<std::int64_t> whole = exact_int64(digits)) {
    if (fits<std::int8_t>(*whole)) {
      return {schemas::of(Type::int8), static_cast<std::int8_t>(*whole)};
    }
    if (fits<std::int16_t>(*whole)) {
      return {schemas::of(Type::int16), static_cast<std::int16_t>(*whole)};
    }
    if (fits<std::int32_t>(*whole)) {
      return {schemas::of(Type::int32), static_cast<std::int32_t>(*whole)};
    }
    return {schemas::of(Type::int64), *whole};
  }
  if (digits.scale != 0) {
    const float small = to_float(digits);
    if (std::isfinite(small)) return {schemas::of(Type::float32), small};
    const double large = to_double(digits);
    if (std::isfinite(large)) return {schemas::of(Type::float64), large};
  }
  return {logical::decimal(digits.scale).build_checked(), to_decimal(digits)};
}

std::optional<std::int64_t> long_value(const Value& value) {
  return with_number<std::int64_t>(value, [](const auto& number) -> std::int64_t {
    using Number = std::remove_cvref_t<decltype(number)>;
    if constexpr (std::same_as<Number, DecimalDigits>) {
      return low_bits(number);
    } else if constexpr (std::is_floating_point_v<Number>) {
      return saturated(number);
    } else {
      return number;
    }
  });
}

std::optional<double> double_value(const Value& value) {
  return with_number<double>(value, [](const auto& number) -> double {
    if constexpr (std::same_as<std::remove_cvref_t<decltype(number)>, DecimalDigits>) {
      return to_double(number);
    } else {
      return static_cast<double>(number);
    }
  });
}

}  // namespace millrace::data
