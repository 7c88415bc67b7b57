#include "data/logical.h"

#include "base/java_calendar.h"
#include "base/java_decimal.h"
#include "base/java_number.h"

#include <chrono>

namespace millrace::data {

namespace {

using std::chrono::milliseconds;

Error bad(std::string message) { return {ErrorCode::bad_record, std::move(message)}; }

/// type: how the error calls what the schema should be.
Result<void> require(const Schema& schema, std::string_view name, std::string_view type) {
  if (schema.name() && *schema.name() == name) return {};
  return bad("Requested conversion of " + std::string(type) +
             " object but the schema does not match.");
}

}  // namespace

Logical logical_of(const Schema& schema) {
  if (!schema.name()) return Logical::none;
  const std::string& name = *schema.name();
  if (name == logical::decimal_name) return Logical::decimal;
  if (name == logical::date_name) return Logical::date;
  if (name == logical::time_name) return Logical::time;
  if (name == logical::timestamp_name) return Logical::timestamp;
  return Logical::none;
}

Result<std::int32_t> decimal_scale(const Schema& schema) {
  const std::string* text = schema.parameter(logical::scale_parameter);
  if (text == nullptr) return bad("Invalid Decimal schema: scale parameter not found.");
  const std::optional<std::int32_t> scale = parse_java_integer<std::int32_t>(*text);
  if (!scale) return bad("Invalid scale parameter found in Decimal schema: ");
  return *scale;
}

Result<Bytes> decimal_to_bytes(const Schema& schema, const Decimal& value) {
  const Result<std::int32_t> scale = decimal_scale(schema);
  if (!scale) return scale.error();
  if (value.scale != *scale) {
    return bad("Decimal value has mismatching scale for given Decimal schema. Schema has scale " +
               std::to_string(*scale) + ", value has scale " + std::to_string(value.scale) + ".");
  }
  return Bytes(fewest_bytes(value.unscaled));
}

Result<Decimal> decimal_from_bytes(const Schema& schema, std::string_view bytes) {
  const Result<std::int32_t> scale = decimal_scale(schema);
  if (!scale) return scale.error();
  if (bytes.empty()) return bad("Decimal value has no bytes: zero is one byte 00");
  return Decimal{std::string(fewest_bytes(bytes)), *scale};
}

Result<std::int32_t> date_to_days(const Schema& schema, Instant value) {
  MILLRACE_TRY(require(schema, logical::date_name, "Date"));
  const std::int64_t millis = value.time_since_epoch().count();
  if (millis % milliseconds_per_day != 0) {
    return bad("Kafka Connect Date type should not have any time fields set to non-zero values.");
  }
  return static_cast<std::int32_t>(millis / milliseconds_per_day);
}

Result<Instant> date_from_days(const Schema& schema, std::int32_t days) {
  MILLRACE_TRY(require(schema, logical::date_name, "Date"));
  return Instant(milliseconds(days * milliseconds_per_day));
}

Result<std::int32_t> time_to_millis(const Schema& schema, Instant value) {
  MILLRACE_TRY(require(schema, logical::time_name, "Time"));
  const std::int64_t millis = value.time_since_epoch().count();
  if (millis < 0 || millis > milliseconds_per_day) {
    return bad("Kafka Connect Time type should not have any date fields set to non-zero values.");
  }
  return static_cast<std::int32_t>(millis);
}

Result<Instant> time_from_millis(const Schema& schema, std::int32_t millis) {
  // Java's message says Date here.
  MILLRACE_TRY(require(schema, logical::time_name, "Date"));
  if (millis < 0 || millis > milliseconds_per_day) {
    return bad("Time values must use number of milliseconds greater than 0 and less than 86400000");
  }
  return Instant(milliseconds(millis));
}

Result<std::int64_t> timestamp_to_millis(const Schema& schema, Instant value) {
  MILLRACE_TRY(require(schema, logical::timestamp_name, "Timestamp"));
  return value.time_since_epoch().count();
}

Result<Instant> timestamp_from_millis(const Schema& schema, std::int64_t millis) {
  MILLRACE_TRY(require(schema, logical::timestamp_name, "Timestamp"));
  return Instant(milliseconds(millis));
}

}  // namespace millrace::data
