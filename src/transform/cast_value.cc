#include "transform/cast_value.h"

#include "base/ascii.h"
#include "base/java_decimal.h"
#include "base/java_number.h"
#include "data/logical.h"
#include "data/number_value.h"
#include "data/values.h"

#include <cmath>
#include <concepts>
#include <limits>
#include <optional>
#include <type_traits>

namespace millrace::transform {

namespace {

Error bad(std::string message) { return {ErrorCode::bad_record, std::move(message)}; }

std::string class_of(const Value& value) { return "class " + std::string(value.java_class()); }

/// The type that is cast from. None: no type of Kafka Connect (dates and decimals without schema).
std::optional<Type> type_of(const SchemaPtr& schema, const Value& value) {
  if (schema != nullptr) return schema->type();
  if (value.kind() >= ValueKind::decimal) return std::nullopt;
  return static_cast<Type>(static_cast<int>(value.kind()) - 1);
}

/// What a date, time or timestamp is stored as; any other value as it is.
Result<Value> stored(const SchemaPtr& schema, const Value& value) {
  const auto* instant = value.get_if<Instant>();
  if (schema == nullptr || instant == nullptr) return value;
  const auto as_value = [](const auto& number) -> Result<Value> {
    if (!number) return number.error();
    return Value(*number);
  };
  switch (data::logical_of(*schema)) {
    case data::Logical::date: return as_value(data::date_to_days(*schema, *instant));
    case data::Logical::time: return as_value(data::time_to_millis(*schema, *instant));
    case data::Logical::timestamp: return as_value(data::timestamp_to_millis(*schema, *instant));
    default: return value;
  }
}

/// Cut towards zero; what does not fit is the limit, NaN is 0.
template <class Whole>
Whole saturated(double number) {
  if (std::isnan(number)) return 0;
  constexpr auto lowest = std::numeric_limits<Whole>::min();
  constexpr auto highest = std::numeric_limits<Whole>::max();
  // The limit itself has no exact form for 64 bits, but everything below it has.
  if (number >= -static_cast<double>(lowest)) return highest;
  if (number <= static_cast<double>(lowest)) return lowest;
  return static_cast<Whole>(number);
}

Error not_a_number(const Value& text) {
  return bad("Value (" + std::string(text.view()) + ") was out of range for requested data type")
      .caused_by(Error(ErrorCode::bad_record, "java.lang.NumberFormatException",
                       "For input string: \"" + std::string(text.view()) + "\""));
}

Error unexpected(const Value& value) {
  return bad("Unexpected type in Cast transformation: " + class_of(value));
}

template <class Whole>
Result<Value> to_whole(const Value& value) {
  if (const bool* flag = value.get_if<bool>()) return Value(static_cast<Whole>(*flag ? 1 : 0));
  if (value.kind() == ValueKind::string) {
    if (const auto number = parse_java_integer<Whole>(value.view())) return Value(*number);
    return not_a_number(value);
  }
  std::optional<double> real;
  if (const float* small = value.get_if<float>()) real = *small;
  if (const double* large = value.get_if<double>()) real = *large;
  if (real) {
    // The narrow types are cut out of the 32 bits.
    using Middle =
        std::conditional_t<std::same_as<Whole, std::int64_t>, std::int64_t, std::int32_t>;
    return Value(static_cast<Whole>(saturated<Middle>(*real)));
  }
  if (const auto number = data::long_value(value)) return Value(static_cast<Whole>(*number));
  return unexpected(value);
}

template <class Float>
Result<Value> to_floating(const Value& value) {
  if (const bool* flag = value.get_if<bool>()) return Value(Float(*flag ? 1 : 0));
  if (value.kind() == ValueKind::string) {
    if (const auto number = parse_java_float<Float>(value.view())) return Value(*number);
    return not_a_number(value);
  }
  // Once, not by way of a double: it would be rounded twice.
  if (const auto* whole = value.get_if<std::int64_t>()) return Value(static_cast<Float>(*whole));
  if (const auto* decimal = value.get_if<Decimal>(); decimal != nullptr && sizeof(Float) == 4) {
    return Value(static_cast<Float>(to_float(decimal_digits(*decimal))));
  }
  if (const auto number = data::double_value(value)) return Value(static_cast<Float>(*number));
  return unexpected(value);
}

Result<Value> to_boolean(const Value& value) {
  if (value.kind() == ValueKind::boolean) return value;
  if (value.kind() == ValueKind::string) {
    return Value(ascii::same_ignoring_case(value.view(), "true"));
  }
  if (const auto number = data::long_value(value)) return Value(*number != 0);
  return unexpected(value);
}

}  // namespace

Result<Value> cast_value(const SchemaPtr& schema, const Value& value, Type to) {
  if (value.is_null()) return value;
  const std::optional<Type> from = type_of(schema, value);
  if (!from) {
    return bad("Cast transformation was passed a value of type " + class_of(value) +
               " which is not supported by Connect's data API");
  }
  if (!is_primitive(*from)) {
    return bad("Cast transformation does not support casting from " +
               std::string(type_name(*from)) +
               "; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, "
               "STRING, BYTES]");
  }
  if (to == Type::string) {
    return value.kind() == ValueKind::string ? value : Value(data::print(value));
  }
  const Result<Value> plain = stored(schema, value);
  if (!plain) return plain;
  switch (to) {
    case Type::int8: return to_whole<std::int8_t>(*plain);
    case Type::int16: return to_whole<std::int16_t>(*plain);
    case Type::int32: return to_whole<std::int32_t>(*plain);
    case Type::int64: return to_whole<std::int64_t>(*plain);
    case Type::float32: return to_floating<float>(*plain);
    case Type::float64: return to_floating<double>(*plain);
    default: return to_boolean(*plain);
  }
}

}  // namespace millrace::transform
