#include "convert/register.h"

#include "convert/converter_keys.h"
#include "convert/json_converter.h"
#include "convert/number_converters.h"
#include "convert/plain_converters.h"
#include "convert/string_converter.h"

#include <memory>
#include <string>

namespace millrace::convert {

namespace {

constexpr const char* version = "4.3.0";

template <class Plugin>
void add_both(PluginRegistry& registry, const std::string& name, const ConfigDef& config) {
  registry.add_converter({.name = name, .version = version, .config = config, .make = [] {
                            return std::make_unique<Plugin>();
                          }});
  registry.add_header_converter({.name = name, .version = version, .config = config, .make = [] {
                                   return std::make_unique<Plugin>();
                                 }});
}

}  // namespace

ConfigKey converter_type_key() {
  return {.name = "converter.type",
          .type = ConfigType::string,
          .importance = Importance::low,
          .documentation = "What is converted: key, value or header. The worker sets it.",
          .required = true,
          .validator = Validator::one_of({"key", "value", "header"})};
}

void register_converters(PluginRegistry& registry) {
  const std::string package = "org.apache.kafka.connect.";
  const ConfigDef plain = ConfigDef().define(converter_type_key());
  ConfigDef text = plain;
  text.define({.name = "converter.encoding",
               .type = ConfigType::string,
               .importance = Importance::high,
               .documentation = "The character encoding of the bytes, by its Java name.",
               .default_value = "UTF-8",
               .width = Width::medium,
               .display_name = "Encoding"});

  add_both<JsonConverter>(registry, package + "json.JsonConverter", JsonConverter::config_def());
  add_both<StringConverter>(registry, package + "storage.StringConverter", text);
  registry.add_header_converter({.name = package + "storage.SimpleHeaderConverter",
                                 .version = version,
                                 .config = ConfigDef(),
                                 .make = [] { return std::make_unique<SimpleHeaderConverter>(); }});
  const std::string numbers = package + "converters.";
  add_both<ByteArrayConverter>(registry, numbers + "ByteArrayConverter", plain);
  add_both<ShortConverter>(registry, numbers + "ShortConverter", plain);
  add_both<IntegerConverter>(registry, numbers + "IntegerConverter", plain);
  add_both<LongConverter>(registry, numbers + "LongConverter", plain);
  add_both<FloatConverter>(registry, numbers + "FloatConverter", plain);
  add_both<DoubleConverter>(registry, numbers + "DoubleConverter", plain);
  add_both<BooleanConverter>(registry, numbers + "BooleanConverter", plain);
}

}  // namespace millrace::convert
