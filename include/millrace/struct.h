#pragma once

#include "millrace/schema.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// A value with named fields, as its schema lists them.
/// Threads: filled by one thread; afterwards, behind `std::shared_ptr<const Struct>`, any.
/// Errors:  bad_record, texts as Java's DataException.
/// Source:  org.apache.kafka.connect.data.Struct.
class Struct {
 public:
  /// Errors: the schema is not that of a struct.
  static Result<Struct> create(SchemaPtr schema);

  [[nodiscard]] const SchemaPtr& schema() const { return schema_; }

  /// Sets a field; the value is checked at once. Null is refused for a required field, even for
  /// one with a default.
  Result<void> put(std::string_view field, Value value);
  /// The same by position, for code that has looked the field up before; checked as well.
  Result<void> put(const Field& field, Value value);
  /// Sets without a check: the caller promises that the value fits the field.
  void put_unchecked(std::size_t index, Value value) { values_[index] = std::move(value); }

  /// The field's value, or its default where the value is null.
  [[nodiscard]] Result<Value> get(std::string_view field) const;
  [[nodiscard]] Value get(const Field& field) const;
  /// The field's value as it was put; null when it was not.
  [[nodiscard]] Result<Value> get_without_default(std::string_view field) const;
  [[nodiscard]] const Value& raw(std::size_t index) const { return values_[index]; }
  /// The value of a field that has to be of this type: no default stands in for null.
  [[nodiscard]] Result<Value> get_typed(std::string_view field, Type type) const;

  /// Checks every field; an unset one passes if it is optional or has a default.
  [[nodiscard]] Result<void> validate() const;

  /// Same schema, same values.
  bool operator==(const Struct& other) const;

 private:
  explicit Struct(SchemaPtr schema);
  [[nodiscard]] Result<const Field*> lookup(std::string_view field) const;

  SchemaPtr schema_;
  std::vector<Value> values_;
};

}  // namespace millrace
