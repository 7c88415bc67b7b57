#pragma once

#include "millrace/schema.h"

namespace millrace::data {

/// Between the values of the logical types in a record and what they are stored as.
/// Threads: any.
/// Errors:  bad_record, texts as Java's DataException.
/// Source:  org.apache.kafka.connect.data.{Decimal,Date,Time,Timestamp}.

enum class Logical : std::uint8_t { none, decimal, date, time, timestamp };

/// What the schema's name says, whatever its type.
Logical logical_of(const Schema& schema);

/// The scale parameter of a Decimal schema.
Result<std::int32_t> decimal_scale(const Schema& schema);
/// The stored bytes. Errors: the value's scale is not the schema's; nothing is rescaled.
Result<Bytes> decimal_to_bytes(const Schema& schema, const Decimal& value);
Result<Decimal> decimal_from_bytes(const Schema& schema, std::string_view bytes);

/// Days since 1970-01-01. Errors: not at 00:00 UTC.
Result<std::int32_t> date_to_days(const Schema& schema, Instant value);
Result<Instant> date_from_days(const Schema& schema, std::int32_t days);
/// Milliseconds since midnight, 0 to 86400000. Errors: outside of these.
Result<std::int32_t> time_to_millis(const Schema& schema, Instant value);
Result<Instant> time_from_millis(const Schema& schema, std::int32_t millis);
/// Milliseconds since the epoch.
Result<std::int64_t> timestamp_to_millis(const Schema& schema, Instant value);
Result<Instant> timestamp_from_millis(const Schema& schema, std::int64_t millis);

}  // namespace millrace::data
