#include "millrace/schema.h"

#include <algorithm>

namespace millrace {

namespace {

Error wrong_part(std::string message) { return {ErrorCode::bad_record, std::move(message)}; }

bool same_parameters(const Schema& a, const Schema& b) {
  if (a.parameters().size() != b.parameters().size()) return false;
  return std::ranges::all_of(a.parameters(), [&](const auto& entry) {
    const std::string* other = b.parameter(entry.first);
    return other != nullptr && *other == entry.second;
  });
}

}  // namespace

std::string_view type_name(Type type) {
  switch (type) {
    case Type::int8: return "INT8";
    case Type::int16: return "INT16";
    case Type::int32: return "INT32";
    case Type::int64: return "INT64";
    case Type::float32: return "FLOAT32";
    case Type::float64: return "FLOAT64";
    case Type::boolean: return "BOOLEAN";
    case Type::string: return "STRING";
    case Type::bytes: return "BYTES";
    case Type::array: return "ARRAY";
    case Type::map: return "MAP";
    case Type::structure: return "STRUCT";
  }
  return "";
}

bool Field::operator==(const Field& other) const {
  return index == other.index && name == other.name && equal(schema, other.schema);
}

const std::string* Schema::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return &value;
  }
  return nullptr;
}

Result<SchemaPtr> Schema::key_schema() const {
  if (type_ != Type::map) return wrong_part("Cannot look up key schema on non-map type");
  return key_schema_;
}

Result<SchemaPtr> Schema::value_schema() const {
  if (type_ != Type::map && type_ != Type::array) {
    return wrong_part("Cannot look up value schema on non-array and non-map type");
  }
  return value_schema_;
}

Result<const std::vector<Field>*> Schema::fields() const {
  if (type_ != Type::structure) return wrong_part("Cannot list fields on non-struct type");
  return &fields_;
}

Result<const Field*> Schema::field(std::string_view name) const {
  if (type_ != Type::structure) return wrong_part("Cannot look up fields on non-struct type");
  return find_field(name);
}

const Field* Schema::find_field(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string Schema::to_string() const {
  std::string text = "Schema{";
  if (name_) text.append(*name_).append(1, ':');
  return text.append(type_name(type_)).append(1, '}');
}

bool Schema::operator==(const Schema& other) const {
  if (this == &other) return true;
  return type_ == other.type_ && optional_ == other.optional_ && version_ == other.version_ &&
         name_ == other.name_ && doc_ == other.doc_ && same_parameters(*this, other) &&
         default_value_ == other.default_value_ && equal(key_schema_, other.key_schema_) &&
         equal(value_schema_, other.value_schema_) && fields_ == other.fields_;
}

bool equal(const SchemaPtr& a, const SchemaPtr& b) {
  if (a.get() == b.get()) return true;
  return a != nullptr && b != nullptr && *a == *b;
}

}  // namespace millrace
