#pragma once

#include "base/java_decimal.h"
#include "millrace/schema.h"

#include <cstdint>
#include <optional>

namespace millrace::data {

/// A decimal text as a value of the type that parse_text gives numbers: whole ones the smallest
/// whole type, others a float if they are finite as one, else a Decimal.
SchemaAndValue number_value(const DecimalDigits& digits);

/// A number's whole part as Java's longValue cuts it: floats saturate, decimals keep their low 64
/// bits. None: the value is no number.
std::optional<std::int64_t> long_value(const Value& value);
/// None: the value is no number.
std::optional<double> double_value(const Value& value);

}  // namespace millrace::data
