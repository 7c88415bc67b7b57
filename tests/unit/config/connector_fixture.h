#pragma once

#include "config/connector_config.h"

#include <array>
#include <string>

namespace millrace::config {

inline constexpr std::array<const char*, 9> converter_classes = {
    "org.apache.kafka.connect.converters.BooleanConverter",
    "org.apache.kafka.connect.converters.ByteArrayConverter",
    "org.apache.kafka.connect.converters.DoubleConverter",
    "org.apache.kafka.connect.converters.FloatConverter",
    "org.apache.kafka.connect.converters.IntegerConverter",
    "org.apache.kafka.connect.converters.LongConverter",
    "org.apache.kafka.connect.converters.ShortConverter",
    "org.apache.kafka.connect.json.JsonConverter",
    "org.apache.kafka.connect.storage.StringConverter",
};
inline constexpr const char* simple_converter =
    "org.apache.kafka.connect.storage.SimpleHeaderConverter";

inline ConfigDef file_sink_def() {
  return ConfigDef().define({.name = "file", .importance = Importance::high});
}

inline ConfigDef file_source_def() {
  return file_sink_def()
      .define({.name = "topic",
               .importance = Importance::high,
               .required = true,
               .validator = Validator::non_empty_string()})
      .define({.name = "batch.size",
               .type = ConfigType::int32,
               .importance = Importance::low,
               .default_value = "2000"});
}

inline ConfigDef json_converter_def() {
  const auto key = [](const char* name, ConfigType type, Importance importance,
                      std::optional<std::string> standard, const char* group, int order,
                      const char* display) {
    return ConfigKey{.name = name,
                     .type = type,
                     .importance = importance,
                     .default_value = std::move(standard),
                     .group = group,
                     .order_in_group = order,
                     .width = Width::medium,
                     .display_name = display};
  };
  return ConfigDef()
      .define({.name = "converter.type", .importance = Importance::low, .required = true})
      .define(key("schemas.enable", ConfigType::boolean, Importance::high, "true", "Schemas", 0,
                  "Enable Schemas"))
      .define(key("schemas.cache.size", ConfigType::int32, Importance::high, "1000", "Schemas", 1,
                  "Schema Cache Size"))
      .define(key("schema.content", ConfigType::string, Importance::high, std::nullopt, "Schemas",
                  2, "Schema Content"))
      .define(key("decimal.format", ConfigType::string, Importance::low, "BASE64", "Serialization",
                  0, "Decimal Format"))
      .define(key("replace.null.with.default", ConfigType::boolean, Importance::low, "true",
                  "Serialization", 1, "Replace null with default"));
}

/// A worker with the bundled converters, String for keys and values.
class WorkerFixture {
 public:
  WorkerFixture() {
    for (const char* name : converter_classes) {
      const bool is_json = std::string_view(name).ends_with("JsonConverter");
      surroundings.converters.push_back({name, "4.3.0", is_json ? &json_ : &nothing_});
    }
    surroundings.header_converters = surroundings.converters;
    surroundings.header_converters.insert(surroundings.header_converters.end() - 1,
                                          {simple_converter, "4.3.0", &nothing_});
    surroundings.key_converter = surroundings.value_converter = converter_classes.back();
    surroundings.header_converter = simple_converter;
    surroundings.classes = [](std::string_view name) -> std::optional<std::string> {
      if (name == "Json") return converter_classes[7];
      if (name == "Other") return "org.apache.Other";
      if (name.starts_with("org.apache.")) return std::string(name);
      return std::nullopt;
    };
  }

  [[nodiscard]] Result<ConnectorValidation> try_validate(const ConfigMap& properties,
                                                         bool sink) const {
    const std::string kind = sink ? "FileStreamSink" : "FileStreamSource";
    return validate_connector({.kind = sink ? ConnectorKind::sink : ConnectorKind::source,
                               .class_name = "org.apache.kafka.connect.file." + kind + "Connector",
                               .version = "4.3.0",
                               .own = sink ? sink_ : source_,
                               .properties = properties,
                               .own_check = own_check},
                              surroundings);
  }
  [[nodiscard]] ConnectorValidation validate(const ConfigMap& properties, bool sink) const {
    return *try_validate(properties, sink);
  }

  ConnectorSurroundings surroundings;
  std::function<Result<void>(const ConfigMap&, std::vector<ConfigValue>&)> own_check;

 private:
  const ConfigDef json_ = json_converter_def();
  const ConfigDef nothing_;
  const ConfigDef sink_ = file_sink_def();
  const ConfigDef source_ = file_source_def();
};

}  // namespace millrace::config
