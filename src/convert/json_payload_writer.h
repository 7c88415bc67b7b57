#pragma once

#include "convert/json_options.h"
#include "data/logical.h"
#include "millrace/schema.h"

#include <cstddef>
#include <string>

namespace millrace::convert {

/// Writes values, and the schemas that describe them, as JSON: appends to a text that others own.
/// After an error the text ends somewhere in the middle.
/// Threads: one writer, one text.
class JsonPayloadWriter {
 public:
  explicit JsonPayloadWriter(const JsonOptions& options) : options_(options) {}

  /// depth: the levels around the value.
  /// Errors (bad_record, DataException): the value does not fit; SerializationException behind it:
  /// more than 1000 levels.
  Result<void> append(const Schema* schema, const Value& value, std::string& out,
                      std::size_t depth) const;
  /// field: written last when it is not null.
  Result<void> append_schema(const Schema& schema, const std::string* field, std::string& out,
                             std::size_t depth) const;

 private:
  Result<void> append_null(const Schema* schema, std::string& out, std::size_t depth) const;
  Result<void> append_logical(data::Logical logical, const Schema& schema, const Value& value,
                              std::string& out) const;
  Result<void> append_array(const Schema* schema, const Value::Array& elements, std::string& out,
                            std::size_t depth) const;
  Result<void> append_map(const Schema* schema, const Value::Map& entries, std::string& out,
                          std::size_t depth) const;
  Result<void> append_name(const Schema* schema, const Value& key, std::string& out) const;
  Result<void> append_struct(const Schema* schema, const Value& value, std::string& out,
                             std::size_t depth) const;
  Result<void> append_schema_parts(const Schema& schema, std::string& out, std::size_t depth) const;

  const JsonOptions& options_;
};

}  // namespace millrace::convert
