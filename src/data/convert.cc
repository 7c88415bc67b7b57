#include "base/java_calendar.h"
#include "base/java_decimal.h"
#include "data/logical.h"
#include "data/number_value.h"
#include "data/values.h"
#include "millrace/value_text.h"

namespace millrace::data {

namespace {

using std::chrono::milliseconds;

Error cannot_convert(const Value& value, const std::string& to) {
  return {ErrorCode::bad_record, "Unable to convert " + to_text(value) + " (class " +
                                     std::string(value.java_class()) + ") to " + to};
}

/// Java names the schema that the value came with where it wanted a number.
Error not_a_number(const Value& value, const SchemaPtr& from) {
  return cannot_convert(value, from == nullptr ? "a number" : from->to_string());
}

Logical logical_of(const SchemaPtr& schema) {
  return schema == nullptr ? Logical::none : data::logical_of(*schema);
}

Result<std::int64_t> widened(const Result<std::int32_t>& number) {
  if (!number) return number.error();
  return std::int64_t{*number};
}

Result<std::int64_t> as_long(const Value& value, const SchemaPtr& from) {
  if (const std::optional<std::int64_t> number = long_value(value)) return *number;
  if (value.kind() == ValueKind::string) {
    if (const auto digits = parse_decimal_digits(value.view())) return low_bits(*digits);
  }
  if (const Instant* instant = value.get_if<Instant>()) {
    switch (logical_of(from)) {
      case Logical::date: return widened(date_to_days(*from, *instant));
      case Logical::time: return widened(time_to_millis(*from, *instant));
      case Logical::timestamp: return timestamp_to_millis(*from, *instant);
      default: break;
    }
  }
  return not_a_number(value, from);
}

Result<double> as_double(const Value& value, const SchemaPtr& from) {
  if (const std::optional<double> number = double_value(value)) return *number;
  if (value.kind() == ValueKind::string) {
    if (const auto digits = parse_decimal_digits(value.view())) return to_double(*digits);
  }
  const Result<std::int64_t> number = as_long(value, from);
  if (!number) return number.error();
  return static_cast<double>(*number);
}

template <class Whole>
Result<Value> to_whole(const Value& value, const SchemaPtr& from) {
  if (value.get_if<Whole>() != nullptr) return value;
  const Result<std::int64_t> number = as_long(value, from);
  if (!number) return number.error();
  return Value(static_cast<Whole>(*number));
}

template <class Float>
Result<Value> to_floating(const Value& value, const SchemaPtr& from) {
  if (value.get_if<Float>() != nullptr) return value;
  const Result<double> number = as_double(value, from);
  if (!number) return number.error();
  return Value(static_cast<Float>(*number));
}

/// What stands in a text; any other value, and the text `null`, as it is.
Value read_text(const Value& value) {
  if (value.kind() != ValueKind::string) return value;
  std::optional<SchemaAndValue> parsed = parse_text(value.view());
  return parsed ? std::move(parsed->value) : value;
}

Result<Value> to_boolean(const Value& value, const SchemaPtr& from) {
  if (value.kind() == ValueKind::boolean) return value;
  if (value.kind() == ValueKind::string) {
    Value parsed = read_text(value);
    if (parsed.kind() == ValueKind::boolean) return parsed;
  }
  const Result<std::int64_t> number = as_long(value, from);
  if (!number) return number.error();
  return Value(*number != 0);
}

Result<Value> to_bytes(const Schema& to, const Value& value) {
  const bool decimal = data::logical_of(to) == Logical::decimal;
  if (const Bytes* bytes = value.get_if<Bytes>()) {
    if (!decimal) return value;
    Result<Decimal> read = decimal_from_bytes(to, bytes->view());
    if (!read) return std::move(read.error());
    return Value(std::move(*read));
  }
  if (const Decimal* number = value.get_if<Decimal>()) {
    if (decimal) return value;
    Result<Bytes> bytes = decimal_to_bytes(to, *number);
    if (!bytes) return std::move(bytes.error());
    return Value(std::move(*bytes));
  }
  if (decimal) {
    const std::optional<double> number = double_value(value);
    const std::optional<Decimal> made = number ? decimal_from(*number)
                                        : value.kind() == ValueKind::string
                                            ? parse_decimal(value.view())
                                            : std::nullopt;
    if (made) return Value(*made);
  }
  return cannot_convert(value, to.to_string());
}

/// An instant that keeps what the target has room for; none: it has to be made from a number.
std::optional<Instant> kept_part(Logical to, const SchemaPtr& from, Instant instant) {
  const Logical source = logical_of(from);
  if (from == nullptr || source == to) return instant;
  if (source == Logical::timestamp) {
    const milliseconds since_epoch = instant.time_since_epoch();
    const milliseconds day(milliseconds_per_day);
    // Java cuts towards the epoch for a date, and takes the time of day by the clock.
    if (to == Logical::date) return Instant(since_epoch / day * day);
    if (to == Logical::time) return Instant((since_epoch % day + day) % day);
  }
  if (to == Logical::timestamp && (source == Logical::date || source == Logical::time)) {
    return instant;
  }
  return std::nullopt;
}

Result<Value> to_instant(const Schema& to, const SchemaPtr& from, const Value& given) {
  const Logical target = data::logical_of(to);
  const Value value = read_text(given);
  if (const Instant* instant = value.get_if<Instant>()) {
    if (const std::optional<Instant> kept = kept_part(target, from, *instant)) return Value(*kept);
  }
  const Result<std::int64_t> number = as_long(value, from);
  if (!number) return number.error();
  const auto low = static_cast<std::int32_t>(*number);
  Result<Instant> made = target == Logical::date   ? date_from_days(to, low)
                         : target == Logical::time ? time_from_millis(to, low)
                                                   : timestamp_from_millis(to, *number);
  if (!made) return std::move(made.error());
  return Value(*made);
}

Result<Value> to_container(const Schema& to, ValueKind kind, const Value& value) {
  Value read = kind == ValueKind::structure ? value : read_text(value);
  if (read.kind() == kind) return read;
  return cannot_convert(read, to.to_string());
}

}  // namespace

Result<Value> convert(const Schema& to, const SchemaPtr& from, const Value& value) {
  if (value.is_null()) {
    if (to.optional()) return value;
    return Error{ErrorCode::bad_record,
                 "Unable to convert a null value to a schema that requires a value"};
  }
  const Logical target = data::logical_of(to);
  switch (to.type()) {
    case Type::int8: return to_whole<std::int8_t>(value, from);
    case Type::int16: return to_whole<std::int16_t>(value, from);
    case Type::int32:
      if (target == Logical::date || target == Logical::time) return to_instant(to, from, value);
      return to_whole<std::int32_t>(value, from);
    case Type::int64:
      if (target == Logical::timestamp) return to_instant(to, from, value);
      return to_whole<std::int64_t>(value, from);
    case Type::float32: return to_floating<float>(value, from);
    case Type::float64: return to_floating<double>(value, from);
    case Type::boolean: return to_boolean(value, from);
    case Type::string:
      if (value.kind() == ValueKind::string) return value;
      return Value(print(value));
    case Type::bytes: return to_bytes(to, value);
    case Type::array: return to_container(to, ValueKind::array, value);
    case Type::map: return to_container(to, ValueKind::map, value);
    case Type::structure: return to_container(to, ValueKind::structure, value);
  }
  return cannot_convert(value, to.to_string());
}

}  // namespace millrace::data
