#pragma once

#include "millrace/record.h"

#include <string>

namespace millrace::http {

/// Appends a value as JSON, without its schema: structs and maps become objects, bytes base64,
/// decimals numbers, moments milliseconds, NaN and infinities null.
void append_json(std::string& out, const Value& value);

/// Appends an object with topic, partition, offset, timestamp, key, headers and value.
void append_envelope(std::string& out, const SinkRecord& record);

}  // namespace millrace::http
