#include "api/validate.h"

#include "millrace/struct.h"

namespace millrace {

namespace {

/// Where a value stands: put together only when an error names it.
struct Place {
  std::string_view text;         ///< "value", the name of a field, or "element of array "
  bool field = false;            ///< text is the name of a field
  const Place* outer = nullptr;  ///< what this is an element of

  [[nodiscard]] std::string to_string() const {
    if (field) return "field: \"" + std::string(text) + "\"";
    return outer == nullptr ? std::string(text) : std::string(text) + outer->to_string();
  }
};

Error bad(std::string message) { return {ErrorCode::bad_record, std::move(message)}; }

Error null_error(const Schema& schema, const Place& place) {
  return bad("Invalid value: null used for required " + place.to_string() +
             ", schema type: " + std::string(type_name(schema.type())));
}

Error kind_error(const Schema& schema, const Value& value, const Place& place) {
  std::string message = "Invalid Java object for schema";
  if (schema.name()) message += " \"" + *schema.name() + "\"";
  message.append(" with type ").append(type_name(schema.type()));
  message.append(": class ").append(value.java_class()).append(" for ") += place.to_string();
  return bad(std::move(message));
}

Result<void> check(const SchemaPtr& schema, const Value& value, const Place& place) {
  if (schema == nullptr) return bad("No schema defined for " + place.to_string());
  if (value.is_null()) {
    if (schema->optional()) return {};
    return null_error(*schema, place);
  }
  if (!kind_fits(*schema, value.kind())) return kind_error(*schema, value, place);
  switch (value.kind()) {
    case ValueKind::structure: {
      const Struct& content = *value.get_if<Struct>();
      if (!equal(content.schema(), schema)) return bad("Struct schemas do not match.");
      return content.validate();
    }
    case ValueKind::array: {
      const Place element_place{"element of array ", false, &place};
      for (const Value& element : *value.get_if<Value::Array>()) {
        MILLRACE_TRY(check(schema->raw_value_schema(), element, element_place));
      }
      return {};
    }
    case ValueKind::map: {
      const Place key_place{"key of map ", false, &place};
      const Place value_place{"value of map ", false, &place};
      for (const auto& [key, mapped] : *value.get_if<Value::Map>()) {
        MILLRACE_TRY(check(schema->raw_key_schema(), key, key_place));
        MILLRACE_TRY(check(schema->raw_value_schema(), mapped, value_place));
      }
      return {};
    }
    default: return {};
  }
}

}  // namespace

bool kind_fits(const Schema& schema, ValueKind kind) {
  if (schema.name()) {
    const std::string& name = *schema.name();
    if (name == logical::decimal_name) return kind == ValueKind::decimal;
    if (name == logical::date_name || name == logical::time_name ||
        name == logical::timestamp_name) {
      return kind == ValueKind::instant;
    }
  }
  // Kinds follow the types in the same order, after null.
  return static_cast<int>(kind) == static_cast<int>(schema.type()) + 1;
}

Result<void> validate_field(const Field& field, const Value& value) {
  return check(field.schema, value, {field.name, true, nullptr});
}

Result<void> validate_value(const SchemaPtr& schema, const Value& value, std::string_view where) {
  if (schema == nullptr) return {};
  return check(schema, value, {where, false, nullptr});
}

}  // namespace millrace
