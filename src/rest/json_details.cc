// The bodies about offsets, definitions of settings, validation and loggers.
#include "base/base64.h"
#include "rest/json.h"
#include "rest/json_writer.h"

#include <chrono>

namespace millrace::rest {

namespace {

void write(JsonWriter& json, const Value& value) {
  if (const auto* number = value.get_if<std::int64_t>()) {
    json.number(*number);
  } else if (const auto* narrow = value.get_if<std::int32_t>()) {
    json.number(std::int64_t{*narrow});
  } else if (const auto* fraction = value.get_if<double>()) {
    json.number(*fraction);
  } else if (const auto* flag = value.get_if<bool>()) {
    json.boolean(*flag);
  } else if (const auto* bytes = value.get_if<Bytes>()) {
    std::string text;
    append_base64(text, bytes->view());
    json.string(text);
  } else if (const auto* text = value.get_if<Text>()) {
    json.string(text->view());
  } else {
    json.null();
  }
}

void write(JsonWriter& json, const NullableOffsetMap& map) {
  if (!map) {
    json.null();
    return;
  }
  json.begin_object();
  for (const auto& [key, value] : *map) {
    json.key(key);
    write(json, value);
  }
  json.end_object();
}

void write(JsonWriter& json, const ConfigKey& key) {
  json.begin_object().key("name").string(key.name);
  json.key("type").string(to_string(key.type));
  json.key("required").boolean(key.required);
  json.key("default_value");
  if (key.default_value && key.type == ConfigType::password) {
    json.string("[hidden]");
  } else {
    json.nullable(key.default_value);
  }
  json.key("importance").string(to_string(key.importance));
  json.key("documentation").string(key.documentation);
  json.key("group").nullable(key.group);
  json.key("order_in_group").number(std::int64_t{key.order_in_group});
  json.key("width").string(to_string(key.width));
  json.key("display_name").string(key.display_name);
  json.key("dependents").begin_list();
  for (const std::string& dependent : key.dependents) json.string(dependent);
  json.end_list().end_object();
}

void write(JsonWriter& json, const ConfigValue& value) {
  json.begin_object().key("name").string(value.name).key("value").nullable(to_text(value.value));
  json.key("recommended_values").begin_list();
  for (const Setting& one : value.recommended_values) json.nullable(to_text(one));
  json.end_list().key("errors").begin_list();
  for (const std::string& error : value.errors) json.string(error);
  json.end_list().key("visible").boolean(value.visible).end_object();
}

void write(JsonWriter& json, const log::LoggerState& logger) {
  json.begin_object().key("level").string(to_string(logger.level)).key("last_modified");
  if (logger.changed) {
    json.number(
        std::chrono::duration_cast<std::chrono::milliseconds>(logger.changed->time_since_epoch())
            .count());
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace

std::string to_json(const std::vector<ConnectorOffset>& offsets) {
  JsonWriter json;
  json.begin_object().key("offsets").begin_list();
  for (const ConnectorOffset& one : offsets) {
    json.begin_object().key("partition");
    write(json, one.partition);
    json.key("offset");
    write(json, one.offset);
    json.end_object();
  }
  return json.end_list().end_object().take();
}

std::string to_json(const std::vector<ConfigKey>& definitions) {
  JsonWriter json;
  json.begin_list();
  for (const ConfigKey& key : definitions) {
    if (!key.internal) write(json, key);
  }
  return json.end_list().take();
}

std::string to_json(const Herder::Validation& validation) {
  JsonWriter json;
  json.begin_object().key("name").string(validation.connector_class);
  json.key("error_count").number(std::int64_t{validation.error_count});
  json.key("groups").begin_list();
  for (const std::string& group : validation.groups) json.string(group);
  json.end_list().key("configs").begin_list();
  for (const Herder::Validation::Entry& entry : validation.entries) {
    json.begin_object().key("definition");
    if (entry.definition) {
      write(json, *entry.definition);
    } else {
      json.null();
    }
    json.key("value");
    write(json, entry.value);
    json.end_object();
  }
  return json.end_list().end_object().take();
}

std::string to_json(const log::LoggerState& logger) {
  JsonWriter json;
  write(json, logger);
  return json.take();
}

std::string to_json(const std::vector<log::LoggerState>& loggers) {
  JsonWriter json;
  json.begin_object();
  for (const log::LoggerState& logger : loggers) {
    json.key(logger.name);
    write(json, logger);
  }
  return json.end_object().take();
}

}  // namespace millrace::rest
