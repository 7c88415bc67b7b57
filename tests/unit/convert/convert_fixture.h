#pragma once

#include "convert/register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// What register_converters offers, by class name.
class OfferedConverters final : public PluginRegistry {
 public:
  OfferedConverters() { convert::register_converters(*this); }
  void add_source(SourcePlugin) override { ++others; }
  void add_sink(SinkPlugin) override { ++others; }
  void add_converter(SimplePlugin<Converter> plugin) override {
    converters[plugin.name] = std::move(plugin);
  }
  void add_header_converter(SimplePlugin<HeaderConverter> plugin) override {
    header_converters[plugin.name] = std::move(plugin);
  }
  void add_transformation(SimplePlugin<Transformation>) override { ++others; }
  void add_predicate(SimplePlugin<Predicate>) override { ++others; }
  void add_config_provider(SimplePlugin<ConfigProvider>) override { ++others; }
  void add_override_policy(SimplePlugin<OverridePolicy>) override { ++others; }

  std::map<std::string, SimplePlugin<Converter>> converters;
  std::map<std::string, SimplePlugin<HeaderConverter>> header_converters;
  int others = 0;
};

inline const std::string json_converter = "org.apache.kafka.connect.json.JsonConverter";
inline const std::string string_converter = "org.apache.kafka.connect.storage.StringConverter";
inline const std::string bytes_converter = "org.apache.kafka.connect.converters.ByteArrayConverter";

/// A converter for values with a few settings, and short ways to call it.
class Subject {
 public:
  explicit Subject(const std::string& name, ConfigMap config = {}) {
    static const OfferedConverters offered;
    const auto& plugin = offered.converters.at(name);
    config.set("converter.type", "value");
    converter_ = plugin.make();
    const Result<Config> parsed = plugin.config.parse(config);
    if (!parsed) {
      ADD_FAILURE() << parsed.error().trace();
    } else if (const auto configured = converter_->configure(*parsed, false); !configured) {
      ADD_FAILURE() << configured.error().trace();
    }
  }

  Result<NullableBytes> write(const SchemaPtr& schema, const Value& value) {
    return converter_->from_connect("topic", headers_, schema, value);
  }
  Result<SchemaAndValue> read(NullableBytes bytes) {
    return converter_->to_connect("topic", headers_, bytes);
  }
  /// The bytes, or "<class>: <message>" of the error.
  std::string written(const SchemaPtr& schema, const Value& value) {
    const auto bytes = write(schema, value);
    if (!bytes) return bytes.error().java_class() + ": " + bytes.error().message();
    return *bytes ? std::string(**bytes) : "null bytes";
  }
  /// The message of the error; empty when there is none.
  std::string read_error(std::string_view bytes) {
    const auto data = read(bytes);
    return data ? "" : data.error().message();
  }

 private:
  std::unique_ptr<Converter> converter_;
  std::vector<RawHeader> headers_;
};

inline const std::string unreadable =
    "Converting byte[] to Kafka Connect data failed due to serialization error: ";

}  // namespace millrace
