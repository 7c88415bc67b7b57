#pragma once

#include "millrace/record.h"
#include "millrace/struct.h"

#include <cstdint>
#include <string_view>
#include <utility>

namespace millrace::transform {

/// What a transformation works on: $Key or $Value.
enum class Part : std::uint8_t { key, value };

inline const SchemaPtr& schema_of(const Record& record, Part part) {
  return part == Part::key ? record.key_schema : record.value_schema;
}
inline const Value& value_of(const Record& record, Part part) {
  return part == Part::key ? record.key : record.value;
}

/// The record with another key or value; all else stays.
inline Record with(const Record& record, Part part, SchemaPtr schema, Value value) {
  Record result;
  if (part == Part::key) {
    result.key_schema = std::move(schema);
    result.key = std::move(value);
    result.value_schema = record.value_schema;
    result.value = record.value;
  } else {
    result.key_schema = record.key_schema;
    result.key = record.key;
    result.value_schema = std::move(schema);
    result.value = std::move(value);
  }
  result.topic = record.topic;
  result.partition = record.partition;
  result.timestamp = record.timestamp;
  result.headers = record.headers;
  result.sink_offset = record.sink_offset;
  return result;
}
inline Record with_topic(const Record& record, Text topic) {
  Record copy = record;
  copy.topic = std::move(topic);
  return copy;
}

/// The content of a value that has to be a map (without schema) or a struct (with one).
/// purpose: what the map or struct is needed for, as error texts name it.
/// Errors: bad_record `Only Map objects supported in absence of schema for [<purpose>], found: …`,
///         `Only Struct objects supported for [<purpose>], found: …`, and a struct that is not of
///         the schema that the record claims.
Result<const Value::Map*> require_map(const Value& value, std::string_view purpose);
Result<const Struct*> require_struct(const Value& value, const SchemaPtr& schema,
                                     std::string_view purpose);

/// The entry of that text, or null.
const Value* find_entry(const Value::Map& map, std::string_view key);
/// Replaces in place, or appends. key: shared with whoever keeps it, not copied.
void set_entry(Value::Map& map, const Text& key, Value value);

/// A field as transformations read it: where it is null its default counts, if `or_default`.
inline const Value& read_field(const Struct& content, const Field& field, bool or_default) {
  const Value& value = content.raw(field.index);
  return value.is_null() && or_default ? field.schema->default_value() : value;
}

/// Sets a field to what was taken from a field of an equal schema: only a null has to be checked.
inline Result<void> put_taken(Struct& target, const Field& field, const Value& value) {
  if (value.is_null() && !field.schema->optional()) return target.put(field, value);
  target.put_unchecked(field.index, value);
  return {};
}

}  // namespace millrace::transform
