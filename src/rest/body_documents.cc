// Bodies that are read as a whole: offsets, what other workers answer.
#include "rest/body.h"
#include "rest/body_encoding.h"

#include <cstdint>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

namespace millrace::rest {

namespace {

using Json = nlohmann::ordered_json;

/// No body of ours is nested deeper than the entries of a partition; what is, is left out.
constexpr int max_depth = 6;

Error refused(std::string message) { return {ErrorCode::invalid_config, std::move(message)}; }

Result<Json> parse_object(std::string_view body) {
  if (body.empty()) return refused("The request body is empty, but must be a JSON object");
  const Result<std::string> text = json_as_utf8(body);
  if (!text) return text.error();
  Json json;
  try {
    json = Json::parse(*text,
                       [](int depth, Json::parse_event_t, Json&) { return depth <= max_depth; });
  } catch (const Json::exception& problem) {
    return malformed_body(problem.what());
  }
  if (!json.is_object()) {
    return refused("The request body must be a JSON object, but is " +
                   std::string(json.is_array()  ? "a list"
                               : json.is_null() ? "null"
                                                : "a single value"));
  }
  return json;
}

Value to_value(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean: return json.get<bool>();
    case Json::value_t::number_integer: return json.get<std::int64_t>();
    case Json::value_t::number_unsigned: {
      const auto number = json.get<std::uint64_t>();
      if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return static_cast<double>(number);
      }
      return static_cast<std::int64_t>(number);
    }
    case Json::value_t::number_float: return json.get<double>();
    case Json::value_t::string: return json.get_ref<const std::string&>();
    case Json::value_t::array: return Value::Array();
    case Json::value_t::object: return Value::Map();
    default: return nullptr;
  }
}

Result<NullableOffsetMap> to_offset_map(const Json& json, std::string_view member) {
  if (json.is_null()) return NullableOffsetMap();
  if (!json.is_object()) {
    return refused("The value of \"" + std::string(member) + "\" must be an object or null");
  }
  OffsetMap map;
  for (const auto& [key, value] : json.items()) map.insert_or_assign(key, to_value(value));
  return NullableOffsetMap(std::move(map));
}

Error unknown_member(std::string_view found, std::string_view known) {
  return refused("Unrecognized field \"" + std::string(found) + "\" (known are " +
                 std::string(known) + ")");
}

Result<ConnectorOffset> to_offset(const Json& json) {
  if (!json.is_object()) {
    return refused("Each of the \"offsets\" must be an object with \"partition\" and \"offset\"");
  }
  ConnectorOffset offset;
  for (const auto& [name, value] : json.items()) {
    if (name != "partition" && name != "offset") {
      return unknown_member(name, "\"partition\", \"offset\"");
    }
    Result<NullableOffsetMap> map = to_offset_map(value, name);
    if (!map) return std::move(map.error());
    (name == "partition" ? offset.partition : offset.offset) = *std::move(map);
  }
  return offset;
}

}  // namespace

Result<std::vector<ConnectorOffset>> read_offsets(std::string_view body) {
  const Result<Json> json = parse_object(body);
  if (!json) return json.error();
  const Json* list = nullptr;
  for (const auto& [name, value] : json->items()) {
    if (name != "offsets") return unknown_member(name, "\"offsets\"");
    list = &value;
  }
  if (list == nullptr || list->is_null() || (list->is_array() && list->empty())) {
    return refused("Partitions / offsets need to be provided for an alter offsets request");
  }
  if (!list->is_array()) return refused("The value of \"offsets\" must be a list");
  std::vector<ConnectorOffset> offsets;
  for (const Json& one : *list) {
    Result<ConnectorOffset> offset = to_offset(one);
    if (!offset) return std::move(offset.error());
    offsets.push_back(*std::move(offset));
  }
  return offsets;
}

std::optional<ErrorBody> read_error(std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto code = json.find("error_code");
  if (code == json.end() || !code->is_number_integer()) return std::nullopt;
  ErrorBody error{code->get<std::int64_t>(), std::nullopt};
  if (const auto text = json.find("message"); text != json.end() && !text->is_null()) {
    if (!text->is_string()) return std::nullopt;
    error.message = text->get<std::string>();
  }
  return error;
}

bool is_json(std::string_view body) { return Json::accept(body); }

}  // namespace millrace::rest
