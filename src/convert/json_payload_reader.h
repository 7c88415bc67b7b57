#pragma once

#include "convert/json_document.h"
#include "convert/json_options.h"
#include "millrace/schema.h"

namespace millrace::convert {

/// Turns nodes of a document into values.
/// Threads: any.
/// Errors:  bad_record, DataException.
class JsonPayloadReader {
 public:
  /// borrow: texts without escapes point into the document's source instead of being copied.
  JsonPayloadReader(const JsonOptions& options, bool borrow)
      : replace_null_(options.replace_null_with_default), borrow_(borrow) {}

  /// node: null for a member that is not there. schema: null for data without one.
  [[nodiscard]] Result<Value> read(const SchemaPtr& schema, const JsonNode* node) const;

 private:
  [[nodiscard]] Result<Value> read_null(const SchemaPtr& schema) const;
  [[nodiscard]] Value read_bare(const JsonNode& node) const;
  [[nodiscard]] Result<Value> read_array(const Schema& schema, const JsonNode& node) const;
  [[nodiscard]] Result<Value> read_object_map(const Schema& schema, const JsonNode& node) const;
  [[nodiscard]] Result<Value> read_pairs_map(const Schema& schema, const JsonNode& node) const;
  [[nodiscard]] Result<Value> read_struct(const SchemaPtr& schema, const JsonNode& node) const;
  [[nodiscard]] Text text(const JsonNode& node) const;

  bool replace_null_;
  bool borrow_;
};

}  // namespace millrace::convert
