#include "millrace/value_text.h"

#include "base/base64.h"
#include "base/java_calendar.h"
#include "base/java_decimal.h"
#include "base/java_number.h"
#include "millrace/struct.h"

#include <charconv>

namespace millrace {

namespace {

void append_whole(std::string& out, std::int64_t number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_inside(std::string& out, const Value& value) {
  if (const Bytes* bytes = value.get_if<Bytes>()) {
    append_base64(out, bytes->view());
  } else {
    append_text(out, value);
  }
}

void append_array(std::string& out, const Value::Array& elements) {
  const char* lead = "[";
  for (const Value& element : elements) {
    out += lead;
    append_inside(out, element);
    lead = ", ";
  }
  out += elements.empty() ? "[]" : "]";
}

void append_map(std::string& out, const Value::Map& entries) {
  const char* lead = "{";
  for (const auto& [key, value] : entries) {
    out += lead;
    append_inside(out, key);
    out += '=';
    append_inside(out, value);
    lead = ", ";
  }
  out += entries.empty() ? "{}" : "}";
}

void append_struct(std::string& out, const Struct& content) {
  out += "Struct{";
  const char* lead = "";
  for (const Field& field : content.schema()->raw_fields()) {
    const Value& value = content.raw(field.index);
    if (value.is_null()) continue;
    out.append(lead).append(field.name).append(1, '=');
    append_inside(out, value);
    lead = ",";
  }
  out += '}';
}

}  // namespace

void append_text(std::string& out, const Value& value) {
  switch (value.kind()) {
    case ValueKind::null: out += "null"; break;
    case ValueKind::int8: append_whole(out, *value.get_if<std::int8_t>()); break;
    case ValueKind::int16: append_whole(out, *value.get_if<std::int16_t>()); break;
    case ValueKind::int32: append_whole(out, *value.get_if<std::int32_t>()); break;
    case ValueKind::int64: append_whole(out, *value.get_if<std::int64_t>()); break;
    case ValueKind::float32: append_java_number(out, *value.get_if<float>()); break;
    case ValueKind::float64: append_java_number(out, *value.get_if<double>()); break;
    case ValueKind::boolean: out += *value.get_if<bool>() ? "true" : "false"; break;
    case ValueKind::string:
    case ValueKind::bytes: out += value.view(); break;
    case ValueKind::array: append_array(out, *value.get_if<Value::Array>()); break;
    case ValueKind::map: append_map(out, *value.get_if<Value::Map>()); break;
    case ValueKind::structure: append_struct(out, *value.get_if<Struct>()); break;
    case ValueKind::decimal: append_decimal(out, decimal_digits(*value.get_if<Decimal>())); break;
    case ValueKind::instant: append_java_date_text(out, *value.get_if<Instant>()); break;
  }
}

std::string to_text(const Value& value) {
  std::string text;
  append_text(text, value);
  return text;
}

}  // namespace millrace
