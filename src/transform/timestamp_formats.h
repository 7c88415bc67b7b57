#pragma once

#include "millrace/schema.h"
#include "transform/date_pattern.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::transform {

/// The forms in which a moment can stand in a record.
enum class TimestampFormat : std::uint8_t { string, unix, date, time, timestamp };

enum class UnixPrecision : std::uint8_t { nanoseconds, microseconds, milliseconds, seconds };

/// "string", "unix", "Date", "Time", "Timestamp", as settings name them.
std::optional<TimestampFormat> timestamp_format(std::string_view name);
std::optional<UnixPrecision> unix_precision(std::string_view name);

/// What the text and number forms need to know.
struct TimestampOptions {
  std::optional<DatePattern> pattern;
  UnixPrecision precision = UnixPrecision::milliseconds;
};

/// The form that a schema stands for. Errors (bad_record, ConnectException): none.
Result<TimestampFormat> format_of(const Schema& schema);
/// The same without schema, by the class. Errors (bad_record): not a moment.
Result<TimestampFormat> format_of(const Value& value);
/// The schema of a form.
SchemaPtr schema_of(TimestampFormat format, bool optional);

/// Errors (bad_record): the value is of another class than its form asks for, or a text that does
/// not match the pattern.
Result<Instant> read_timestamp(TimestampFormat format, const TimestampOptions& options,
                               const Value& value);
Value write_timestamp(TimestampFormat format, const TimestampOptions& options, Instant instant);

}  // namespace millrace::transform
