#include "data/project.h"

#include "millrace/struct.h"

#include <string>

namespace millrace::data {

namespace {

Error projector_error(std::string message) {
  return {ErrorCode::bad_record, "org.apache.kafka.connect.errors.SchemaProjectorException",
          std::move(message)};
}

bool widens(Type from, Type to) { return from < to && to <= Type::float64; }

std::string text(const Schema::Parameters& parameters) {
  if (parameters.empty()) return "null";
  std::string out;
  for (const auto& [key, value] : parameters) {
    out += (out.empty() ? "{" : ", ") + key + "=" + value;
  }
  return out + "}";
}

bool same_parameters(const Schema& a, const Schema& b) {
  if (a.parameters().size() != b.parameters().size()) return false;
  for (const auto& [key, value] : a.parameters()) {
    const std::string* other = b.parameter(key);
    if (other == nullptr || *other != value) return false;
  }
  return true;
}

Result<void> check(const Schema& source, const Schema& target) {
  if (source.type() != target.type() && !widens(source.type(), target.type())) {
    return projector_error(
        "Schema type mismatch. source type: " + std::string(type_name(source.type())) +
        " and target type: " + std::string(type_name(target.type())));
  }
  if (source.name() != target.name()) {
    return projector_error("Schema name mismatch. source name: " + source.name().value_or("null") +
                           " and target name: " + target.name().value_or("null"));
  }
  if (!same_parameters(source, target)) {
    return projector_error(
        "Schema parameters not equal. source parameters: " + text(source.parameters()) +
        " and target parameters: " + text(target.parameters()));
  }
  return {};
}

template <class Number>
Value widened(Type target, Number number) {
  switch (target) {
    case Type::int16: return static_cast<std::int16_t>(number);
    case Type::int32: return static_cast<std::int32_t>(number);
    case Type::int64: return static_cast<std::int64_t>(number);
    case Type::float32: return static_cast<float>(number);
    default: return static_cast<double>(number);
  }
}

Result<Value> widen(Type target, const Value& value) {
  switch (value.kind()) {
    case ValueKind::int8: return widened(target, *value.get_if<std::int8_t>());
    case ValueKind::int16: return widened(target, *value.get_if<std::int16_t>());
    case ValueKind::int32: return widened(target, *value.get_if<std::int32_t>());
    case ValueKind::int64: return widened(target, *value.get_if<std::int64_t>());
    case ValueKind::float32: return widened(target, *value.get_if<float>());
    default:
      return projector_error("a value of class " + std::string(value.java_class()) +
                             " cannot be widened to " + std::string(type_name(target)));
  }
}

Error not_of_type(const Value& value, Type type) {
  return projector_error("a value of class " + std::string(value.java_class()) +
                         " is not one of schema type " + std::string(type_name(type)));
}

Result<Value> project_struct(const SchemaPtr& source, const Value& value, const SchemaPtr& target) {
  const Struct* from = value.get_if<Struct>();
  if (from == nullptr) return not_of_type(value, Type::structure);
  Result<Struct> made = Struct::create(target);
  if (!made) return std::move(made.error());
  for (const Field& field : target->raw_fields()) {
    if (const Field* known = source->find_field(field.name)) {
      const Result<Value> content = from->get(field.name);
      if (!content) return content.error();
      Result<Value> projected = project(known->schema, *content, field.schema);
      if (!projected) {
        return projector_error("Error projecting " + field.name)
            .caused_by(std::move(projected.error()));
      }
      MILLRACE_TRY(made->put(field, std::move(*projected)));
    } else if (field.schema->optional()) {
      continue;
    } else if (!field.schema->default_value().is_null()) {
      MILLRACE_TRY(made->put(field, field.schema->default_value()));
    } else {
      return projector_error("Required field `" + field.name +
                             "` is missing from source schema: " + source->to_string());
    }
  }
  return Value(std::move(*made));
}

Result<Value> project_array(const Schema& source, const Value& value, const Schema& target) {
  const auto* elements = value.get_if<Value::Array>();
  if (elements == nullptr) return not_of_type(value, Type::array);
  Value::Array projected;
  projected.reserve(elements->size());
  for (const Value& element : *elements) {
    Result<Value> one = project(source.raw_value_schema(), element, target.raw_value_schema());
    if (!one) return one;
    projected.push_back(std::move(*one));
  }
  return Value(std::move(projected));
}

Result<Value> project_map(const Schema& source, const Value& value, const Schema& target) {
  const auto* entries = value.get_if<Value::Map>();
  if (entries == nullptr) return not_of_type(value, Type::map);
  Value::Map projected;
  projected.reserve(entries->size());
  for (const auto& [key, mapped] : *entries) {
    Result<Value> new_key = project(source.raw_key_schema(), key, target.raw_key_schema());
    if (!new_key) return new_key;
    Result<Value> new_value = project(source.raw_value_schema(), mapped, target.raw_value_schema());
    if (!new_value) return new_value;
    projected.emplace_back(std::move(*new_key), std::move(*new_value));
  }
  return Value(std::move(projected));
}

}  // namespace

Result<Value> project(const SchemaPtr& source, const Value& value, const SchemaPtr& target) {
  if (source == nullptr || target == nullptr) {
    // Contents of arrays and maps whose type is not known.
    if (source == target) return value;
    return projector_error("a value without a schema cannot be projected to one with it, or back");
  }
  MILLRACE_TRY(check(*source, *target));
  if (source->optional() && !target->optional()) {
    if (target->default_value().is_null()) {
      return projector_error(
          "Writer schema is optional, however, target schema does not provide a default value.");
    }
    if (value.is_null()) return target->default_value();
  }
  if (value.is_null()) return value;
  if (source->type() != target->type()) return widen(target->type(), value);
  switch (target->type()) {
    case Type::structure: return project_struct(source, value, target);
    case Type::array: return project_array(*source, value, *target);
    case Type::map: return project_map(*source, value, *target);
    default: return value;
  }
}

}  // namespace millrace::data
