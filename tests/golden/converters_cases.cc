// The bundled converters: both directions, headers, errors of configuration.
#include "golden/golden.h"

#include "convert/register.h"

#include <memory>
#include <stdexcept>

namespace millrace::golden {

namespace {

// Keeps what register_converters offers.
class Collected final : public PluginRegistry {
 public:
  void add_source(SourcePlugin) override {}
  void add_sink(SinkPlugin) override {}
  void add_converter(SimplePlugin<Converter> plugin) override {
    converters[plugin.name] = std::move(plugin);
  }
  void add_header_converter(SimplePlugin<HeaderConverter> plugin) override {
    header_converters[plugin.name] = std::move(plugin);
  }
  void add_transformation(SimplePlugin<Transformation>) override {}
  void add_predicate(SimplePlugin<Predicate>) override {}
  void add_config_provider(SimplePlugin<ConfigProvider>) override {}
  void add_override_policy(SimplePlugin<OverridePolicy>) override {}

  std::map<std::string, SimplePlugin<Converter>> converters;
  std::map<std::string, SimplePlugin<HeaderConverter>> header_converters;
};

const Collected& collected() {
  static const Collected all = [] {
    Collected plugins;
    convert::register_converters(plugins);
    return plugins;
  }();
  return all;
}

// One of the two kinds of converters behind the same two calls.
struct Subject {
  std::unique_ptr<Converter> converter;
  std::unique_ptr<HeaderConverter> header_converter;
  std::string topic;
  std::string header_key;
  std::vector<RawHeader> headers = {};

  Result<NullableBytes> write(const SchemaPtr& schema, const Value& value) {
    return converter ? converter->from_connect(topic, headers, schema, value)
                     : header_converter->from_connect_header(topic, header_key, schema, value);
  }
  Result<SchemaAndValue> read(NullableBytes bytes) {
    return converter ? converter->to_connect(topic, headers, bytes)
                     : header_converter->to_connect_header(topic, header_key, bytes);
  }
};

Result<Subject> configured(const Json& golden_case) {
  const std::string name = golden_case.at("converter");
  const bool header = golden_case.contains("headerKey");
  const bool is_key = golden_case.value("isKey", false);
  ConfigMap config = config_from(golden_case.at("config"));
  config.set("converter.type", header ? "header" : is_key ? "key" : "value");
  Subject subject{.topic = golden_case.value("topic", "")};
  if (header) {
    const auto& plugin = collected().header_converters.at(name);
    const Result<Config> parsed = plugin.config.parse(config);
    if (!parsed) return parsed.error();
    subject.header_key = golden_case["headerKey"];
    subject.header_converter = plugin.make();
    MILLRACE_TRY(subject.header_converter->configure(*parsed));
  } else {
    const auto& plugin = collected().converters.at(name);
    const Result<Config> parsed = plugin.config.parse(config);
    if (!parsed) return parsed.error();
    subject.converter = plugin.make();
    MILLRACE_TRY(subject.converter->configure(*parsed, is_key));
  }
  return subject;
}

std::optional<std::string> owned(const NullableBytes& bytes) {
  return bytes ? std::optional(std::string(*bytes)) : std::nullopt;
}

Outcome match_bytes(const Json& golden_case, const NullableBytes& got) {
  const Json& result = golden_case.at("result");
  const Json got_json = {{"bytes", to_json(owned(got))}};
  if (result.contains("error")) return not_an_error(result, got_json);
  const auto want = bytes_from(result.at("bytes"));
  if (want == owned(got)) return std::nullopt;
  const bool as_json = golden_case.value("compare", "") == "json" && want && got;
  if (as_json && nlohmann::json::parse(*want) == nlohmann::json::parse(*got)) return std::nullopt;
  return not_an_error(result, got_json);
}

Outcome run_converter_case(const Json& golden_case) {
  const Json& result = golden_case.at("result");
  const std::string op = golden_case.at("op");
  Result<Subject> subject = configured(golden_case);
  if (!subject) return match_error(result, subject.error(), "configure");
  if (op == "configure") return not_an_error(result, "a converter");

  if (op.starts_with("from")) {
    const SchemaPtr schema = schema_from(golden_case.at("schema"));
    const Value value = value_from(golden_case.at("value"), schema);
    const auto bytes = subject->write(schema, value);
    return bytes ? match_bytes(golden_case, *bytes) : match_error(result, bytes.error(), "convert");
  }
  const auto input = bytes_from(golden_case.at("bytes"));
  const auto data = subject->read(input ? NullableBytes(*input) : NullableBytes());
  if (!data) return match_error(result, data.error(), "convert");
  if (op.starts_with("to")) return match_schema_and_value(result, *data);
  if (op != "passThrough") throw std::runtime_error("unknown op: " + op);
  const auto bytes = subject->write(data->schema, data->value);
  return bytes ? match_bytes(golden_case, *bytes) : match_error(result, bytes.error(), "convert");
}

const KindRow row("converters", run_converter_case);

}  // namespace

}  // namespace millrace::golden
