#include "base/base64.h"
#include "data/iso_date.h"
#include "data/values.h"
#include "millrace/struct.h"
#include "millrace/value_text.h"

namespace millrace::data {

namespace {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_inside(std::string& out, const Value& value);

void append_array(std::string& out, const Value::Array& elements) {
  out += '[';
  const char* lead = "";
  for (const Value& element : elements) {
    out += lead;
    append_inside(out, element);
    lead = ",";
  }
  out += ']';
}

void append_map(std::string& out, const Value::Map& entries) {
  out += '{';
  const char* lead = "";
  for (const auto& [key, value] : entries) {
    out += lead;
    append_inside(out, key);
    out += ':';
    append_inside(out, value);
    lead = ",";
  }
  out += '}';
}

void append_struct(std::string& out, const Struct& content) {
  out += '{';
  const char* lead = "";
  for (const Field& field : content.schema()->raw_fields()) {
    out += lead;
    append_quoted(out, field.name);
    out += ':';
    append_inside(out, content.get(field));
    lead = ",";
  }
  out += '}';
}

void append_inside(std::string& out, const Value& value) {
  switch (value.kind()) {
    case ValueKind::null: out += "null"; break;
    case ValueKind::string: append_quoted(out, value.view()); break;
    case ValueKind::bytes:
      out += '"';
      append_base64(out, value.view());
      out += '"';
      break;
    default: append_printed(out, value);
  }
}

}  // namespace

void append_printed(std::string& out, const Value& value) {
  switch (value.kind()) {
    case ValueKind::null: break;
    case ValueKind::bytes: append_base64(out, value.view()); break;
    case ValueKind::array: append_array(out, *value.get_if<Value::Array>()); break;
    case ValueKind::map: append_map(out, *value.get_if<Value::Map>()); break;
    case ValueKind::structure: append_struct(out, *value.get_if<Struct>()); break;
    case ValueKind::instant: append_iso_date(out, *value.get_if<Instant>()); break;
    default: append_text(out, value);
  }
}

std::string print(const Value& value) {
  std::string text;
  append_printed(text, value);
  return text;
}

}  // namespace millrace::data
