#include "millrace/struct.h"

#include "api/validate.h"

namespace millrace {

namespace {

Error bad(std::string message) { return {ErrorCode::bad_record, std::move(message)}; }

const Value& or_default(const Value& value, const Field& field) {
  return value.is_null() ? field.schema->default_value() : value;
}

}  // namespace

Struct::Struct(SchemaPtr schema)
    : schema_(std::move(schema)), values_(schema_->raw_fields().size()) {}

Result<Struct> Struct::create(SchemaPtr schema) {
  if (schema == nullptr || schema->type() != Type::structure) {
    return bad("Not a struct schema: " + (schema == nullptr ? "null" : schema->to_string()));
  }
  return Struct(std::move(schema));
}

Result<const Field*> Struct::lookup(std::string_view field) const {
  const Field* found = schema_->find_field(field);
  if (found == nullptr) return bad(std::string(field) + " is not a valid field name");
  return found;
}

Result<void> Struct::put(std::string_view field, Value value) {
  const Result<const Field*> found = lookup(field);
  if (!found) return found.error();
  return put(**found, std::move(value));
}

Result<void> Struct::put(const Field& field, Value value) {
  MILLRACE_TRY(validate_field(field, value));
  values_[field.index] = std::move(value);
  return {};
}

Result<Value> Struct::get(std::string_view field) const {
  const Result<const Field*> found = lookup(field);
  if (!found) return found.error();
  return get(**found);
}

Value Struct::get(const Field& field) const { return or_default(values_[field.index], field); }

Result<Value> Struct::get_without_default(std::string_view field) const {
  const Result<const Field*> found = lookup(field);
  if (!found) return found.error();
  return values_[(*found)->index];
}

Result<Value> Struct::get_typed(std::string_view field, Type type) const {
  const Result<const Field*> found = lookup(field);
  if (!found) return found.error();
  if ((*found)->schema->type() != type) {
    return bad("Field '" + std::string(field) + "' is not of type " + std::string(type_name(type)));
  }
  return values_[(*found)->index];
}

Result<void> Struct::validate() const {
  for (const Field& field : schema_->raw_fields()) {
    const Value& value = values_[field.index];
    if (value.is_null() && (field.schema->optional() || !field.schema->default_value().is_null())) {
      continue;
    }
    MILLRACE_TRY(validate_field(field, value));
  }
  return {};
}

bool Struct::operator==(const Struct& other) const {
  return equal(schema_, other.schema_) && values_ == other.values_;
}

}  // namespace millrace
