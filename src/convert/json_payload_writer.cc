#include "convert/json_payload_writer.h"

#include "base/base64.h"
#include "base/java_decimal.h"
#include "base/java_number.h"
#include "convert/errors.h"
#include "convert/json_text.h"
#include "millrace/struct.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace millrace::convert {

namespace {

Error wrong_class(std::string_view lead, const Value& value) {
  return data_error(std::string(lead) + "class " + std::string(value.java_class()));
}

Error wrong_type(const Schema& schema, const Value& value) {
  if (schema.type() == Type::bytes) return wrong_class("Invalid type for bytes type: ", value);
  return wrong_class("Invalid type for " + std::string(type_name(schema.type())) + ": ", value);
}

Result<void> check_depth(std::size_t depth) {
  if (depth <= max_json_depth) return {};
  return data_error("Converting Kafka Connect data to byte[] failed due to serialization error: ")
      .caused_by(serialization_error("the value has more than " + std::to_string(max_json_depth) +
                                     " levels"));
}

void append_integer(std::int64_t number, std::string& out) {
  std::array<char, 24> digits;
  char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// What is no number in JSON goes in quotes.
template <class Float>
void append_real(Float number, std::string& out) {
  if (!std::isfinite(number)) out.push_back('"');
  append_java_number(out, number);
  if (!std::isfinite(number)) out.push_back('"');
}

void append_bytes(std::string_view bytes, std::string& out) {
  out.push_back('"');
  append_base64(out, bytes);
  out.push_back('"');
}

// A schema's type asks for exactly one kind of value.
bool fits(const Schema& schema, const Value& value) {
  return value.kind() == static_cast<ValueKind>(static_cast<int>(schema.type()) + 1);
}

}  // namespace

Result<void> JsonPayloadWriter::append(const Schema* schema, const Value& value, std::string& out,
                                       std::size_t depth) const {
  if (value.is_null()) return append_null(schema, out, depth);
  if (schema != nullptr) {
    const data::Logical logical = data::logical_of(*schema);
    if (logical != data::Logical::none) return append_logical(logical, *schema, value, out);
    if (!fits(*schema, value)) return wrong_type(*schema, value);
  }
  switch (value.kind()) {
    case ValueKind::int8: append_integer(*value.get_if<std::int8_t>(), out); break;
    case ValueKind::int16: append_integer(*value.get_if<std::int16_t>(), out); break;
    case ValueKind::int32: append_integer(*value.get_if<std::int32_t>(), out); break;
    case ValueKind::int64: append_integer(*value.get_if<std::int64_t>(), out); break;
    case ValueKind::float32: append_real(*value.get_if<float>(), out); break;
    case ValueKind::float64: append_real(*value.get_if<double>(), out); break;
    case ValueKind::boolean: out.append(*value.get_if<bool>() ? "true" : "false"); break;
    case ValueKind::string: append_json_string(value.view(), out); break;
    case ValueKind::bytes: append_bytes(value.view(), out); break;
    case ValueKind::array:
      return append_array(schema, *value.get_if<Value::Array>(), out, depth + 1);
    case ValueKind::map: return append_map(schema, *value.get_if<Value::Map>(), out, depth + 1);
    case ValueKind::structure: return append_struct(schema, value, out, depth + 1);
    case ValueKind::null: break;
    case ValueKind::decimal:
    case ValueKind::instant:
      return data_error("Java class class " + std::string(value.java_class()) +
                        " does not have corresponding schema type.");
  }
  return {};
}

Result<void> JsonPayloadWriter::append_null(const Schema* schema, std::string& out,
                                            std::size_t depth) const {
  if (schema != nullptr) {
    if (options_.replace_null_with_default && !schema->default_value().is_null()) {
      return append(schema, schema->default_value(), out, depth);
    }
    if (!schema->optional()) {
      return data_error(
          "Conversion error: null value for field that is required and has no default value");
    }
  }
  out.append("null");
  return {};
}

Result<void> JsonPayloadWriter::append_logical(data::Logical logical, const Schema& schema,
                                               const Value& value, std::string& out) const {
  if (logical == data::Logical::decimal) {
    const Decimal* decimal = value.get_if<Decimal>();
    if (decimal == nullptr) {
      return wrong_class("Invalid type for Decimal, expected BigDecimal but was ", value);
    }
    if (options_.decimal_format == DecimalFormat::numeric) {
      append_decimal(out, decimal_digits(*decimal));
      return {};
    }
    const Result<Bytes> bytes = data::decimal_to_bytes(schema, *decimal);
    if (!bytes) return bytes.error();
    append_bytes(bytes->view(), out);
    return {};
  }
  const Instant* instant = value.get_if<Instant>();
  const auto number = [&](std::string_view word, auto to_number) -> Result<void> {
    if (instant == nullptr) {
      return wrong_class("Invalid type for " + std::string(word) + ", expected Date but was ",
                         value);
    }
    const auto stored = to_number(schema, *instant);
    if (!stored) return stored.error();
    append_integer(*stored, out);
    return {};
  };
  if (logical == data::Logical::date) return number("Date", data::date_to_days);
  if (logical == data::Logical::time) return number("Time", data::time_to_millis);
  return number("Timestamp", data::timestamp_to_millis);
}

Result<void> JsonPayloadWriter::append_array(const Schema* schema, const Value::Array& elements,
                                             std::string& out, std::size_t depth) const {
  MILLRACE_TRY(check_depth(depth));
  const Schema* element_schema = schema == nullptr ? nullptr : schema->raw_value_schema().get();
  out.push_back('[');
  for (const Value& element : elements) {
    if (&element != elements.data()) out.push_back(',');
    MILLRACE_TRY(append(element_schema, element, out, depth));
  }
  out.push_back(']');
  return {};
}

Result<void> JsonPayloadWriter::append_map(const Schema* schema, const Value::Map& entries,
                                           std::string& out, std::size_t depth) const {
  MILLRACE_TRY(check_depth(depth));
  const Schema* key_schema = schema == nullptr ? nullptr : schema->raw_key_schema().get();
  const Schema* value_schema = schema == nullptr ? nullptr : schema->raw_value_schema().get();
  const bool named = key_schema != nullptr ? key_schema->type() == Type::string
                                           : std::ranges::all_of(entries, [](const auto& entry) {
                                               return entry.first.kind() == ValueKind::string;
                                             });
  out.push_back(named ? '{' : '[');
  for (const auto& [key, value] : entries) {
    if (&key != &entries.front().first) out.push_back(',');
    if (named) {
      MILLRACE_TRY(append_name(key_schema, key, out));
      MILLRACE_TRY(append(value_schema, value, out, depth));
    } else {
      MILLRACE_TRY(check_depth(depth + 1));
      out.push_back('[');
      MILLRACE_TRY(append(key_schema, key, out, depth + 1));
      out.push_back(',');
      MILLRACE_TRY(append(value_schema, value, out, depth + 1));
      out.push_back(']');
    }
  }
  out.push_back(named ? '}' : ']');
  return {};
}

// A key goes through the conversion of its schema, so that null can have a default; what comes out
// bare (null) is put in quotes.
Result<void> JsonPayloadWriter::append_name(const Schema* schema, const Value& key,
                                            std::string& out) const {
  const std::size_t start = out.size();
  MILLRACE_TRY(append(schema, key, out, 0));
  if (out[start] != '"') {
    out.insert(start, 1, '"');
    out.push_back('"');
  }
  out.push_back(':');
  return {};
}

Result<void> JsonPayloadWriter::append_struct(const Schema* schema, const Value& value,
                                              std::string& out, std::size_t depth) const {
  MILLRACE_TRY(check_depth(depth));
  const Struct& content = *value.get_if<Struct>();
  if (schema == nullptr || (content.schema().get() != schema && !(*content.schema() == *schema))) {
    return data_error("Mismatching schema.");
  }
  out.push_back('{');
  for (const Field& field : schema->raw_fields()) {
    if (field.index != 0) out.push_back(',');
    append_json_string(field.name, out);
    out.push_back(':');
    MILLRACE_TRY(append(field.schema.get(), content.raw(field.index), out, depth));
  }
  out.push_back('}');
  return {};
}

Result<void> JsonPayloadWriter::append_schema(const Schema& schema, const std::string* field,
                                              std::string& out, std::size_t depth) const {
  MILLRACE_TRY(check_depth(depth + 1));
  MILLRACE_TRY(append_schema_parts(schema, out, depth + 1));
  out.append(schema.optional() ? ",\"optional\":true" : ",\"optional\":false");
  const auto text_member = [&out](std::string_view lead, const std::string& text) {
    out.append(lead);
    append_json_string(text, out);
  };
  if (schema.name()) text_member(",\"name\":", *schema.name());
  if (schema.version()) {
    out.append(",\"version\":");
    append_integer(*schema.version(), out);
  }
  if (schema.doc()) text_member(",\"doc\":", *schema.doc());
  if (!schema.parameters().empty()) {
    std::string_view lead = ",\"parameters\":{";
    for (const auto& [key, value] : schema.parameters()) {
      text_member(lead, key);
      text_member(":", value);
      lead = ",";
    }
    out.push_back('}');
  }
  if (!schema.default_value().is_null()) {
    out.append(",\"default\":");
    MILLRACE_TRY(append(&schema, schema.default_value(), out, depth + 1));
  }
  if (field != nullptr) text_member(",\"field\":", *field);
  out.push_back('}');
  return {};
}

Result<void> JsonPayloadWriter::append_schema_parts(const Schema& schema, std::string& out,
                                                    std::size_t depth) const {
  constexpr std::array<std::string_view, 12> words = {"int8",  "int16",  "int32",   "int64",
                                                      "float", "double", "boolean", "string",
                                                      "bytes", "array",  "map",     "struct"};
  out.append("{\"type\":\"").append(words[static_cast<std::size_t>(schema.type())]).append("\"");
  const auto part = [&](std::string_view lead, const SchemaPtr& inner) -> Result<void> {
    out.append(lead);
    if (inner != nullptr) return append_schema(*inner, nullptr, out, depth);
    out.append("null");
    return {};
  };
  switch (schema.type()) {
    case Type::array: return part(",\"items\":", schema.raw_value_schema());
    case Type::map:
      MILLRACE_TRY(part(",\"keys\":", schema.raw_key_schema()));
      return part(",\"values\":", schema.raw_value_schema());
    case Type::structure:
      MILLRACE_TRY(check_depth(depth + 1));
      out.append(",\"fields\":[");
      for (const Field& field : schema.raw_fields()) {
        if (field.index != 0) out.push_back(',');
        MILLRACE_TRY(append_schema(*field.schema, &field.name, out, depth + 1));
      }
      out.push_back(']');
      return {};
    default: return {};
  }
}

}  // namespace millrace::convert
