#include "convert/plain_converters.h"

#include "convert/errors.h"

#include <string>

namespace millrace::convert {

namespace {

// The schema is looked at before the value, so that it counts even where the value is null.
Result<void> check(const SchemaPtr& schema, Type type, const Value& value, ValueKind kind,
                   std::string_view converter) {
  if (schema != nullptr && schema->type() != type) {
    return data_error("Invalid schema type for " + std::string(converter) + ": " +
                      std::string(type_name(schema->type())));
  }
  if (!value.is_null() && value.kind() != kind) {
    return data_error(std::string(converter) + " is not compatible with objects of type class " +
                      std::string(value.java_class()));
  }
  return {};
}

Error not_a_boolean(std::string why) {
  return data_error("Failed to deserialize boolean: ")
      .caused_by(serialization_error(std::move(why)));
}

}  // namespace

Result<NullableBytes> ByteArrayConverter::write(const SchemaPtr& schema, const Value& value) {
  MILLRACE_TRY(check(schema, Type::bytes, value, ValueKind::bytes, "ByteArrayConverter"));
  return value.is_null() ? NullableBytes() : NullableBytes(value.view());
}

Result<SchemaAndValue> ByteArrayConverter::read(NullableBytes bytes) {
  if (!bytes) return SchemaAndValue{schemas::optional_bytes(), nullptr};
  return SchemaAndValue{schemas::optional_bytes(), Bytes::borrow(*bytes)};
}

Result<NullableBytes> BooleanConverter::write(const SchemaPtr& schema, const Value& value) {
  MILLRACE_TRY(check(schema, Type::boolean, value, ValueKind::boolean, "BooleanConverter"));
  if (value.is_null()) return NullableBytes();
  using namespace std::string_view_literals;
  return NullableBytes(*value.get_if<bool>() ? "\x01"sv : "\x00"sv);
}

Result<SchemaAndValue> BooleanConverter::read(NullableBytes bytes) {
  const SchemaPtr& schema = schemas::optional_of(Type::boolean);
  if (!bytes) return SchemaAndValue{schema, nullptr};
  if (bytes->size() != 1) {
    return not_a_boolean("Size of data received by BooleanDeserializer is not 1");
  }
  const auto byte = static_cast<signed char>(bytes->front());
  if (byte != 0 && byte != 1) {
    return not_a_boolean("Unexpected byte received by BooleanDeserializer: " +
                         std::to_string(byte));
  }
  return SchemaAndValue{schema, byte == 1};
}

}  // namespace millrace::convert
