#include "golden/record_json.h"

namespace millrace::golden {

namespace {

template <class T>
Json number_or_null(const std::optional<T>& number) {
  return number ? Json(*number) : Json(nullptr);
}

template <class T>
std::optional<T> number_from(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<T>());
}

}  // namespace

Record record_from(const Json& json) {
  Record record;
  if (!json.at("topic").is_null()) record.topic = Text(json["topic"].get<std::string>());
  record.partition = number_from<std::int32_t>(json.at("partition"));
  if (json.at("kind") == "sink") record.sink_offset = json.at("offset").get<std::int64_t>();
  record.timestamp = number_from<std::int64_t>(json.at("timestamp"));
  record.key_schema = schema_from(json.at("keySchema"));
  record.key = value_from(json.at("key"), record.key_schema);
  record.value_schema = schema_from(json.at("valueSchema"));
  record.value = value_from(json.at("value"), record.value_schema);
  for (const Json& header : json.at("headers")) {
    const SchemaPtr schema = schema_from(header.at("schema"));
    record.headers.append({Text(header.at("key").get<std::string>()), schema,
                           value_from(header.at("value"), schema)});
  }
  return record;
}

Json to_json(const Record& record) {
  Json headers = Json::array();
  for (const Header& header : record.headers) {
    headers.push_back({{"key", header.key.str()},
                       {"schema", to_json(header.schema)},
                       {"value", to_json(header.value, header.schema)}});
  }
  Json json = {{"kind", record.sink_offset ? "sink" : "source"},
               {"topic", record.topic.empty() ? Json(nullptr) : Json(record.topic.str())},
               {"partition", number_or_null(record.partition)}};
  if (record.sink_offset) json["offset"] = *record.sink_offset;
  json["timestamp"] = number_or_null(record.timestamp);
  json["keySchema"] = to_json(record.key_schema);
  json["key"] = to_json(record.key, record.key_schema);
  json["valueSchema"] = to_json(record.value_schema);
  json["value"] = to_json(record.value, record.value_schema);
  json["headers"] = std::move(headers);
  return json;
}

}  // namespace millrace::golden
