#include "convert/json_converter.h"

#include "base/ascii.h"
#include "convert/converter_keys.h"

#include <algorithm>
#include <cctype>

namespace millrace::convert {

namespace {

constexpr std::size_t kept_capacity = 1 << 20;  // of the buffer, after a large record

ConfigKey key_of(std::string name, ConfigType type, std::string default_value,
                 Importance importance, std::string group, int order, std::string display_name,
                 std::string documentation) {
  return {.name = std::move(name),
          .type = type,
          .importance = importance,
          .documentation = std::move(documentation),
          .default_value = std::move(default_value),
          .group = std::move(group),
          .order_in_group = order,
          .width = Width::medium,
          .display_name = std::move(display_name)};
}

bool is_numeric(std::string_view format) { return ascii::same_ignoring_case(format, "NUMERIC"); }

}  // namespace

ConfigDef JsonConverter::config_def() {
  ConfigKey content = key_of(
      "schema.content", ConfigType::string, "", Importance::high, "Schemas", 2, "Schema Content",
      "A schema, as JSON, of which every message is read as the payload. Messages need no envelope "
      "then. It does not change what is written.");
  content.default_value.reset();
  ConfigKey format = key_of(
      "decimal.format", ConfigType::string, "BASE64", Importance::low, "Serialization", 0,
      "Decimal Format",
      "How decimals are written: BASE64 (their bytes) or NUMERIC (a number). Both can be read.");
  format.validator = Validator::one_of_ignoring_case({"NUMERIC", "BASE64"});
  ConfigDef config;
  config.define(converter_type_key())
      .define(key_of("schemas.enable", ConfigType::boolean, "true", Importance::high, "Schemas", 0,
                     "Enable Schemas",
                     "Whether each message is an envelope of its schema and its payload."))
      .define(key_of("schemas.cache.size", ConfigType::int32, "1000", Importance::high, "Schemas",
                     1, "Schema Cache Size",
                     "How many schemas are kept in translated form, for each direction."))
      .define(std::move(content))
      .define(std::move(format))
      .define(key_of("replace.null.with.default", ConfigType::boolean, "true", Importance::low,
                     "Serialization", 1, "Replace null with default",
                     "Whether a null is replaced by the default of its schema, if there is one."));
  return config;
}

JsonConverter::JsonConverter()
    : writer_(options_), reader_(options_), envelopes_(options_.cache_size) {}

Result<void> JsonConverter::set_up(const Config& config) {
  options_.schemas_enable = config.get<bool>("schemas.enable");
  options_.replace_null_with_default = config.get<bool>("replace.null.with.default");
  options_.decimal_format = is_numeric(config.get<std::string>("decimal.format"))
                                ? DecimalFormat::numeric
                                : DecimalFormat::base64;
  options_.cache_size =
      static_cast<std::size_t>(std::max(config.get<std::int32_t>("schemas.cache.size"), 0));
  current_ = {};
  envelopes_ = LruCache<const Schema*, Envelope>(options_.cache_size);
  reader_.reset();
  const std::string* content = config.find<std::string>("schema.content");
  return content == nullptr ? Result<void>() : reader_.set_schema(*content);
}

Result<NullableBytes> JsonConverter::write(const SchemaPtr& schema, const Value& value) {
  if (schema == nullptr && value.is_null()) return NullableBytes();
  if (bytes_.capacity() > kept_capacity) std::string().swap(bytes_);
  bytes_.clear();
  if (!options_.schemas_enable) {
    MILLRACE_TRY(writer_.append(schema.get(), value, bytes_, 0));
    return NullableBytes(bytes_);
  }
  if (schema == nullptr) {
    bytes_.append("{\"schema\":null,\"payload\":");
  } else {
    if (current_.schema.get() != schema.get()) MILLRACE_TRY(use_envelope(schema));
    bytes_.append(*current_.start);
  }
  MILLRACE_TRY(writer_.append(schema.get(), value, bytes_, 1));
  bytes_.push_back('}');
  return NullableBytes(bytes_);
}

Result<void> JsonConverter::use_envelope(const SchemaPtr& schema) {
  if (const Envelope* known = envelopes_.find(schema.get())) {
    current_ = *known;
    return {};
  }
  std::string start = "{\"schema\":";
  MILLRACE_TRY(writer_.append_schema(*schema, nullptr, start, 1));
  start.append(",\"payload\":");
  current_ = {schema, std::make_shared<const std::string>(std::move(start))};
  envelopes_.put(schema.get(), current_);
  return {};
}

Result<SchemaAndValue> JsonConverter::read(NullableBytes bytes) {
  return bytes ? reader_.read(*bytes) : SchemaAndValue{};
}

}  // namespace millrace::convert
