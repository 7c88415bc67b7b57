#include "golden/golden.h"

#include "millrace/struct.h"

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace millrace::golden {

namespace {

using boost::multiprecision::cpp_int;

constexpr std::array<std::string_view, 12> type_words = {"int8",    "int16",   "int32",   "int64",
                                                         "float32", "float64", "boolean", "string",
                                                         "bytes",   "array",   "map",     "struct"};

[[noreturn]] void malformed(const std::string& what) { throw std::runtime_error(what); }

template <class T>
T unwrap(Result<T> result) {
  if (!result) malformed("the vector cannot be built: " + result.error().trace());
  return std::move(*result);
}

template <class T>
T real_from(const std::string& text) {
  T number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) malformed("not a float: " + text);
  return number;
}

template <class T>
std::string real_text(T number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), end};
}

std::string bytes_of_hex(const std::string& hex) {
  if (hex.size() % 2 != 0) malformed("odd hex text: " + hex);
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned byte = 0;
    const auto end = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16).ptr;
    if (end != hex.data() + i + 2) malformed("not hex: " + hex);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

std::string twos_complement(const cpp_int& number) {
  for (std::size_t size = 1;; ++size) {
    const cpp_int half = cpp_int(1) << (8 * size - 1);
    if (number < -half || number >= half) continue;
    cpp_int rest = number < 0 ? number + 2 * half : number;
    std::string bytes(size, '\0');
    for (auto it = bytes.rbegin(); it != bytes.rend(); ++it, rest >>= 8) {
      *it = static_cast<char>(static_cast<unsigned>(rest & 0xff));
    }
    return bytes;
  }
}

cpp_int from_twos_complement(const std::string& bytes) {
  cpp_int number = 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<unsigned char>(byte);
  if (!bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80) != 0) {
    number -= cpp_int(1) << (8 * bytes.size());
  }
  return number;
}

SchemaPtr element_schema(const SchemaPtr& schema) {
  return schema == nullptr ? nullptr : schema->raw_value_schema();
}
SchemaPtr key_schema(const SchemaPtr& schema) {
  return schema == nullptr ? nullptr : schema->raw_key_schema();
}

Value struct_from(const Json& json, const SchemaPtr& place) {
  const SchemaPtr schema = json.contains("schema") ? schema_from(json["schema"]) : place;
  if (schema == nullptr) malformed("a struct without a schema: " + json.dump());
  Struct made = unwrap(Struct::create(schema));
  for (const Field& field : schema->raw_fields()) {
    made.put_unchecked(field.index, value_from(json["struct"].at(field.name), field.schema));
  }
  return made;
}

Json struct_json(const Struct& value, const SchemaPtr& place) {
  Json fields = Json::object();
  for (const Field& field : value.schema()->raw_fields()) {
    fields[field.name] = to_json(value.raw(field.index), field.schema);
  }
  Json json = {{"struct", std::move(fields)}};
  if (!equal(value.schema(), place)) json["schema"] = to_json(value.schema());
  return json;
}

std::string shown(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::map<std::string, CaseRunner, std::less<>>& kinds() {
  static std::map<std::string, CaseRunner, std::less<>> rows;
  return rows;
}

SchemaPtr schema_from(const Json& json) {
  if (json.is_null()) return nullptr;
  const auto word =
      std::find(type_words.begin(), type_words.end(), json.at("type").get<std::string_view>());
  if (word == type_words.end()) malformed("unknown type: " + json.dump());
  const Type type = static_cast<Type>(word - type_words.begin());
  const auto part = [&json](const char* name) {
    return json.contains(name) ? schema_from(json[name]) : nullptr;
  };
  SchemaBuilder builder = type == Type::array && json.contains("valueSchema")
                              ? SchemaBuilder::array(part("valueSchema"))
                          : type == Type::map
                              ? SchemaBuilder::map_of(part("keySchema"), part("valueSchema"))
                              : SchemaBuilder(type);
  if (json.value("optional", false)) builder.optional();
  if (json.contains("name")) builder.name(json["name"]);
  if (json.contains("version")) builder.version(json["version"]);
  if (json.contains("doc")) builder.doc(json["doc"]);
  if (json.contains("parameters")) {
    for (const Json& pair : json["parameters"]) builder.parameter(pair[0], pair[1]);
  }
  if (json.contains("fields")) {
    for (const Json& field : json["fields"]) {
      builder.field(field.at("name"), schema_from(field.at("schema")));
    }
  }
  if (json.contains("default")) {
    builder.default_value(value_from(json["default"], unwrap(builder.build())));
  }
  return unwrap(builder.build());
}

Decimal decimal_from(std::string_view text) {
  std::string digits;
  std::int32_t scale = 0;
  bool fraction = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == 'E' || text[i] == 'e') {
      scale -= std::stoi(std::string(text.substr(i + 1)));
      break;
    }
    if (text[i] == '.') {
      fraction = true;
    } else if (text[i] != '+') {
      digits.push_back(text[i]);
      scale += fraction ? 1 : 0;
    }
  }
  const bool negative = digits.starts_with('-');
  const std::size_t first = std::min(digits.find_first_not_of("-0"), digits.size());
  const cpp_int number = first == digits.size() ? cpp_int(0) : cpp_int(digits.substr(first));
  return {.unscaled = twos_complement(negative ? -number : number), .scale = scale};
}

std::string decimal_text(const Decimal& decimal) {
  // One form for each pair of digits and scale; which digits stand before the point is no matter.
  return from_twos_complement(decimal.unscaled).str() + "E" + std::to_string(-decimal.scale);
}

Value value_from(const Json& json, const SchemaPtr& schema) {
  if (json.is_null()) return nullptr;
  const std::string& kind = json.begin().key();
  const Json& content = json.begin().value();
  if (json.contains("struct")) return struct_from(json, schema);
  if (kind == "boolean") return content.get<bool>();
  if (kind == "int8") return content.get<std::int8_t>();
  if (kind == "int16") return content.get<std::int16_t>();
  if (kind == "int32") return content.get<std::int32_t>();
  if (kind == "int64") return content.get<std::int64_t>();
  if (kind == "float32") return real_from<float>(content);
  if (kind == "float64") return real_from<double>(content);
  if (kind == "string") return Text(content.get<std::string>());
  if (kind == "bytes") return Bytes(bytes_of_hex(content));
  if (kind == "decimal") return decimal_from(content.get<std::string>());
  if (kind == "instant") return Instant(std::chrono::milliseconds(content.get<std::int64_t>()));
  if (kind == "array") {
    Value::Array elements;
    for (const Json& element : content) {
      elements.push_back(value_from(element, element_schema(schema)));
    }
    return elements;
  }
  if (kind == "map") {
    Value::Map entries;
    for (const Json& entry : content) {
      entries.emplace_back(value_from(entry[0], key_schema(schema)),
                           value_from(entry[1], element_schema(schema)));
    }
    return entries;
  }
  malformed("unknown kind of value: " + json.dump());
}

std::optional<std::string> bytes_from(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return bytes_of_hex(json.at("hex"));
}

ConfigMap config_from(const Json& json) {
  ConfigMap config;
  for (const auto& [key, value] : json.items()) {
    config.set(key, value.is_null() ? std::nullopt : std::optional(value.get<std::string>()));
  }
  return config;
}

Json to_json(const SchemaPtr& schema) {
  if (schema == nullptr) return nullptr;
  Json json = {{"type", type_words[static_cast<std::size_t>(schema->type())]}};
  if (schema->optional()) json["optional"] = true;
  if (schema->name()) json["name"] = *schema->name();
  if (schema->version()) json["version"] = *schema->version();
  if (schema->doc()) json["doc"] = *schema->doc();
  for (const auto& [key, value] : schema->parameters()) {
    json["parameters"].push_back(Json::array({key, value}));
  }
  if (!schema->default_value().is_null())
    json["default"] = to_json(schema->default_value(), schema);
  if (schema->raw_key_schema()) json["keySchema"] = to_json(schema->raw_key_schema());
  if (schema->raw_value_schema()) json["valueSchema"] = to_json(schema->raw_value_schema());
  if (schema->type() == Type::structure) {
    json["fields"] = Json::array();
    for (const Field& field : schema->raw_fields()) {
      json["fields"].push_back({{"name", field.name}, {"schema", to_json(field.schema)}});
    }
  }
  return json;
}

Json to_json(const Value& value, const SchemaPtr& schema) {
  switch (value.kind()) {
    case ValueKind::null: return nullptr;
    case ValueKind::int8: return {{"int8", *value.get_if<std::int8_t>()}};
    case ValueKind::int16: return {{"int16", *value.get_if<std::int16_t>()}};
    case ValueKind::int32: return {{"int32", *value.get_if<std::int32_t>()}};
    case ValueKind::int64: return {{"int64", *value.get_if<std::int64_t>()}};
    case ValueKind::float32: return {{"float32", real_text(*value.get_if<float>())}};
    case ValueKind::float64: return {{"float64", real_text(*value.get_if<double>())}};
    case ValueKind::boolean: return {{"boolean", *value.get_if<bool>()}};
    case ValueKind::string: return {{"string", std::string(value.view())}};
    case ValueKind::bytes: return {{"bytes", hex_text(value.view())}};
    case ValueKind::structure: return struct_json(*value.get_if<Struct>(), schema);
    case ValueKind::decimal: return {{"decimal", decimal_text(*value.get_if<Decimal>())}};
    case ValueKind::instant:
      return {{"instant", value.get_if<Instant>()->time_since_epoch().count()}};
    case ValueKind::array: {
      Json list = Json::array();
      for (const Value& element : *value.get_if<Value::Array>()) {
        list.push_back(to_json(element, element_schema(schema)));
      }
      return {{"array", std::move(list)}};
    }
    case ValueKind::map: {
      Json list = Json::array();
      for (const auto& [key, content] : *value.get_if<Value::Map>()) {
        list.push_back(Json::array(
            {to_json(key, key_schema(schema)), to_json(content, element_schema(schema))}));
      }
      return {{"map", std::move(list)}};
    }
  }
  return nullptr;
}

std::string hex_text(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text.push_back(digits[static_cast<unsigned char>(byte) >> 4]);
    text.push_back(digits[static_cast<unsigned char>(byte) & 15]);
  }
  return text;
}

Json to_json(const std::optional<std::string>& bytes) {
  if (!bytes) return nullptr;
  return {{"hex", hex_text(*bytes)}, {"utf8", *bytes}};
}

Json to_json(const Error& error) {
  Json json = {{"class", error.java_class()}, {"message", error.message()}};
  if (error.cause() != nullptr) json["cause"] = to_json(*error.cause());
  return {{"error", std::move(json)}};
}

Outcome match_error(const Json& result, const Error& got, std::string_view phase) {
  const auto mismatch = [&] {
    Json shown_error = to_json(got);
    if (!phase.empty()) shown_error["error"]["phase"] = phase;
    return Mismatch{shown(result), shown(shown_error)};
  };
  if (!result.is_object() || !result.contains("error")) return mismatch();
  const Json& want = result["error"];
  const std::string match = want.at("match");
  if (!phase.empty() && want.value("phase", std::string(phase)) != phase) return mismatch();
  if (match == "any") return std::nullopt;
  if (want.at("class") != got.java_class()) return mismatch();
  if (match == "class") return std::nullopt;
  if (match != "message") malformed("unknown match: " + match);
  return want.at("message") == got.message() ? Outcome{} : mismatch();
}

Outcome not_an_error(const Json& result, Json got) { return Mismatch{shown(result), shown(got)}; }

Outcome match_schema_and_value(const Json& result, const SchemaAndValue& got) {
  Json got_json = {{"schema", to_json(got.schema)}, {"value", to_json(got.value, got.schema)}};
  if (result.contains("error")) return not_an_error(result, std::move(got_json));
  SchemaAndValue want;
  if (!result.value("absent", false)) {
    want.schema = schema_from(result.at("schema"));
    want.value = value_from(result.at("value"), want.schema);
  }
  return want == got ? Outcome{} : not_an_error(result, std::move(got_json));
}

Outcome match_value(const Json& result, std::string_view member, const Value& got,
                    const SchemaPtr& schema) {
  Json got_json = {{std::string(member), to_json(got, schema)}};
  if (result.contains("error")) return not_an_error(result, std::move(got_json));
  const Value want = value_from(result.at(std::string(member)), schema);
  return want == got ? Outcome{} : not_an_error(result, std::move(got_json));
}

}  // namespace millrace::golden
