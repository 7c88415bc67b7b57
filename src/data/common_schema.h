#pragma once

#include "millrace/schema.h"

namespace millrace::data {

/// Finds the one schema that the elements of a parsed array, or the keys or values of a parsed map,
/// can share: the last one of the same type, or the wider one of two number types.
class CommonSchema {
 public:
  /// schema: null for a null element, which has no say.
  void add(const SchemaPtr& schema) {
    if (schema == nullptr || !compatible_) return;
    if (schema_ == nullptr || schema_->type() == schema->type()) {
      schema_ = schema;
    } else if (!number(*schema_) || !number(*schema)) {
      compatible_ = false;
    } else if (schema->type() > schema_->type()) {
      schema_ = schema;
    }
  }

  /// Null when there is none.
  [[nodiscard]] SchemaPtr schema() const { return compatible_ ? schema_ : nullptr; }

 private:
  static bool number(const Schema& schema) { return schema.type() <= Type::float64; }

  SchemaPtr schema_;
  bool compatible_ = true;
};

}  // namespace millrace::data
