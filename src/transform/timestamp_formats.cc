#include "transform/timestamp_formats.h"

#include "base/java_calendar.h"
#include "data/logical.h"

#include <limits>

namespace millrace::transform {

namespace {

Error bad(std::string message) { return {ErrorCode::bad_record, std::move(message)}; }

/// What a precision has in a millisecond, or how many milliseconds it has.
struct Scale {
  std::int64_t per_milli = 1;
  std::int64_t millis = 1;
};

Scale scale_of(UnixPrecision precision) {
  switch (precision) {
    case UnixPrecision::nanoseconds: return {.per_milli = 1'000'000};
    case UnixPrecision::microseconds: return {.per_milli = 1'000};
    case UnixPrecision::milliseconds: return {};
    case UnixPrecision::seconds: break;
  }
  return {.millis = 1'000};
}

/// Stops at the limits of 64 bits.
std::int64_t times(std::int64_t number, std::int64_t factor) {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(number, factor, &product)) return product;
  return number < 0 ? std::numeric_limits<std::int64_t>::min()
                    : std::numeric_limits<std::int64_t>::max();
}

SchemaPtr build(SchemaBuilder builder, bool optional) {
  if (optional) builder.optional();
  return builder.build_checked();
}

Error wrong_class(std::string_view what, const Value& value) {
  return bad("Expected " + std::string(what) + ", but found class " +
             std::string(value.java_class()));
}

std::int64_t milliseconds_of_day(std::int64_t millis) {
  const std::int64_t rest = millis % milliseconds_per_day;
  return rest < 0 ? rest + milliseconds_per_day : rest;
}

}  // namespace

std::optional<TimestampFormat> timestamp_format(std::string_view name) {
  if (name == "string") return TimestampFormat::string;
  if (name == "unix") return TimestampFormat::unix;
  if (name == "Date") return TimestampFormat::date;
  if (name == "Time") return TimestampFormat::time;
  if (name == "Timestamp") return TimestampFormat::timestamp;
  return std::nullopt;
}

std::optional<UnixPrecision> unix_precision(std::string_view name) {
  if (name == "nanoseconds") return UnixPrecision::nanoseconds;
  if (name == "microseconds") return UnixPrecision::microseconds;
  if (name == "milliseconds") return UnixPrecision::milliseconds;
  if (name == "seconds") return UnixPrecision::seconds;
  return std::nullopt;
}

Result<TimestampFormat> format_of(const Schema& schema) {
  switch (data::logical_of(schema)) {
    case data::Logical::timestamp: return TimestampFormat::timestamp;
    case data::Logical::date: return TimestampFormat::date;
    case data::Logical::time: return TimestampFormat::time;
    default: break;
  }
  if (schema.type() == Type::string) return TimestampFormat::string;
  if (schema.type() == Type::int64) return TimestampFormat::unix;
  return Error{
      ErrorCode::bad_record, "org.apache.kafka.connect.errors.ConnectException",
      "Schema " + schema.to_string() + " does not correspond to a known timestamp type format"};
}

Result<TimestampFormat> format_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::instant: return TimestampFormat::timestamp;
    case ValueKind::int64: return TimestampFormat::unix;
    case ValueKind::string: return TimestampFormat::string;
    default: break;
  }
  return bad("TimestampConverter does not support class " + std::string(value.java_class()) +
             " objects as timestamps");
}

SchemaPtr schema_of(TimestampFormat format, bool optional) {
  switch (format) {
    case TimestampFormat::string: return build(SchemaBuilder(Type::string), optional);
    case TimestampFormat::unix: return build(SchemaBuilder(Type::int64), optional);
    case TimestampFormat::date: return build(logical::date(), optional);
    case TimestampFormat::time: return build(logical::time(), optional);
    case TimestampFormat::timestamp: break;
  }
  return build(logical::timestamp(), optional);
}

Result<Instant> read_timestamp(TimestampFormat format, const TimestampOptions& options,
                               const Value& value) {
  switch (format) {
    case TimestampFormat::string: {
      if (value.kind() != ValueKind::string) {
        return wrong_class("string timestamp to be a String", value);
      }
      const std::string text(value.view());
      if (!options.pattern) {
        return bad("Could not parse timestamp: value (" + text +
                   ") is a text, and format is not configured");
      }
      if (const auto instant = options.pattern->parse(text)) return *instant;
      return bad("Could not parse timestamp: value (" + text + ") does not match pattern (" +
                 options.pattern->text() + ")");
    }
    case TimestampFormat::unix: {
      const auto* number = value.get_if<std::int64_t>();
      if (number == nullptr) return wrong_class("Unix timestamp to be a Long", value);
      const Scale scale = scale_of(options.precision);
      return Instant(std::chrono::milliseconds(times(*number / scale.per_milli, scale.millis)));
    }
    default: break;
  }
  if (const auto* instant = value.get_if<Instant>()) return *instant;
  const std::string_view name = format == TimestampFormat::date   ? "Date"
                                : format == TimestampFormat::time ? "Time"
                                                                  : "Timestamp";
  return wrong_class(std::string(name) + " to be a java.util.Date", value);
}

Value write_timestamp(TimestampFormat format, const TimestampOptions& options, Instant instant) {
  const std::int64_t millis = instant.time_since_epoch().count();
  const auto at = [](std::int64_t moment) { return Instant(std::chrono::milliseconds(moment)); };
  switch (format) {
    case TimestampFormat::string:
      return options.pattern ? Value(options.pattern->format(instant)) : Value();
    case TimestampFormat::unix: {
      const Scale scale = scale_of(options.precision);
      return times(millis / scale.millis, scale.per_milli);
    }
    case TimestampFormat::date: {
      // The very first day of 64 bits has no midnight: it stays as it is.
      std::int64_t midnight = 0;
      const bool none = __builtin_sub_overflow(millis, milliseconds_of_day(millis), &midnight);
      return at(none ? millis : midnight);
    }
    case TimestampFormat::time: return at(milliseconds_of_day(millis));
    case TimestampFormat::timestamp: break;
  }
  return instant;
}

}  // namespace millrace::transform
