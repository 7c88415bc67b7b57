#pragma once

#include "millrace/schema.h"

#include <optional>
#include <string>
#include <string_view>

namespace millrace::data {

/// Text to data and back, as SimpleHeaderConverter, InsertHeader and MaskField do it.
/// Dates are read and written in the time zone of the process, although their text ends in Z.
/// Threads: any.
/// Source:  org.apache.kafka.connect.data.Values.

/// Finds out what a text is: a boolean, a number of the smallest type, a date, an array, a map.
/// Whatever it is not comes back as the STRING that it was, so nothing fails. None for the word
/// `null`: a header without schema and value.
std::optional<SchemaAndValue> parse_text(std::string_view text);

/// The text that parse_text reads: `[1,"a",null]`, `{"k":1.5}`, dates in ISO form, bytes in base64.
/// Text stands bare at the top and in quotes inside. Null: nothing, inside `null`.
std::string print(const Value& value);
void append_printed(std::string& out, const Value& value);

/// Converts a value to the type (and logical type) of `to`. from: the value's schema, null when it
/// has none; instants need one to become numbers. What comes back is not checked against `to`
/// any further: contents of arrays and maps stay as they are.
/// Errors: bad_record `Unable to convert <v> (class <c>) to <schema>`; null needs an optional `to`.
Result<Value> convert(const Schema& to, const SchemaPtr& from, const Value& value);

/// The plain schema of a value's class; of a list or map if all elements agree. Null when there is
/// none: empty and mixed containers, dates, decimals.
SchemaPtr infer_schema(const Value& value);

}  // namespace millrace::data
