#include "http/json_body.h"

#include "millrace/struct.h"
#include "millrace/value_text.h"

#include <nlohmann/json.hpp>

#include <openssl/evp.h>
#include <cmath>

namespace millrace::http {

namespace {

/// What is no UTF-8 in a text becomes U+FFFD.
void append_text_as_json(std::string& out, std::string_view text) {
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_base64(std::string& out, std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out += '"';
  out.append(text, 0, static_cast<std::size_t>(size));
  out += '"';
}

void append_array(std::string& out, const Value::Array& array) {
  out += '[';
  for (const Value& element : array) {
    if (&element != &array.front()) out += ',';
    append_json(out, element);
  }
  out += ']';
}

/// A map without text keys becomes pairs, as JsonConverter has it.
void append_map(std::string& out, const Value::Map& map) {
  bool named = true;
  for (const auto& [key, entry] : map) named = named && key.kind() == ValueKind::string;
  out += named ? '{' : '[';
  bool first = true;
  for (const auto& [key, entry] : map) {
    if (!std::exchange(first, false)) out += ',';
    if (!named) out += '[';
    append_json(out, key);
    out += named ? ':' : ',';
    append_json(out, entry);
    if (!named) out += ']';
  }
  out += named ? '}' : ']';
}

void append_struct(std::string& out, const Struct& structure) {
  out += '{';
  for (const Field& field : structure.schema()->raw_fields()) {
    if (field.index > 0) out += ',';
    append_text_as_json(out, field.name);
    out += ':';
    append_json(out, structure.get(field));
  }
  out += '}';
}

}  // namespace

void append_json(std::string& out, const Value& value) {
  switch (value.kind()) {
    case ValueKind::null: out += "null"; return;
    case ValueKind::string: append_text_as_json(out, value.view()); return;
    case ValueKind::bytes: append_base64(out, value.view()); return;
    case ValueKind::array: append_array(out, *value.get_if<Value::Array>()); return;
    case ValueKind::map: append_map(out, *value.get_if<Value::Map>()); return;
    case ValueKind::structure: append_struct(out, *value.get_if<Struct>()); return;
    case ValueKind::instant:
      out += std::to_string(value.get_if<Instant>()->time_since_epoch().count());
      return;
    case ValueKind::float32:
      if (!std::isfinite(*value.get_if<float>()))
        out += "null";
      else
        append_text(out, value);
      return;
    case ValueKind::float64:
      if (!std::isfinite(*value.get_if<double>()))
        out += "null";
      else
        append_text(out, value);
      return;
    default: append_text(out, value);  // whole numbers, booleans, decimals: the same in JSON
  }
}

void append_envelope(std::string& out, const SinkRecord& record) {
  out += "{\"topic\":";
  append_text_as_json(out, record.topic.view());
  out += ",\"partition\":" + std::to_string(record.partition.value_or(0));
  out += ",\"offset\":" + std::to_string(record.kafka_offset);
  out += ",\"timestamp\":" + (record.timestamp ? std::to_string(*record.timestamp) : "null");
  out += ",\"key\":";
  append_json(out, record.key);
  out += ",\"headers\":[";
  bool first = true;
  for (const Header& header : record.headers) {
    if (!std::exchange(first, false)) out += ',';
    out += "{\"name\":";
    append_text_as_json(out, header.key.view());
    out += ",\"value\":";
    append_json(out, header.value);
    out += '}';
  }
  out += "],\"value\":";
  append_json(out, record.value);
  out += '}';
}

}  // namespace millrace::http
