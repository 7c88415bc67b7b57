#include "base/clock.h"
#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/schema_cache.h"
#include "transform/schema_copy.h"
#include "transform/timestamp_formats.h"

#include <algorithm>

namespace millrace::transform {

namespace {

constexpr std::string_view purpose = "converting timestamp formats";

/// Gives a moment another form: text, number, or one of the logical types.
class TimestampConverter final : public Transformation {
 public:
  explicit TimestampConverter(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    field_ = Text(text_or_empty(config, "field"));
    target_ =
        timestamp_format(text_or_empty(config, "target.type")).value_or(TimestampFormat::timestamp);
    options_.precision = unix_precision(text_or_empty(config, "unix.precision"))
                             .value_or(UnixPrecision::milliseconds);
    or_default_ = config.get<bool>(replace_null);
    for (const bool optional : {false, true}) {
      target_schemas_[optional ? 1 : 0] = transform::schema_of(target_, optional);
    }
    return set_pattern(text_or_empty(config, "format"));
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const SchemaPtr& schema = transform::schema_of(record, part_);
    const Value& value = value_of(record, part_);
    if (field_.empty()) return convert_whole(record, schema, value);
    return schema == nullptr ? convert_entry(record, value) : convert_field(record, schema, value);
  }

 private:
  Result<void> set_pattern(const std::string& pattern) {
    if (pattern.find_first_not_of(" \t\n\v\f\r") == std::string::npos) {
      if (target_ != TimestampFormat::string) return {};
      return Error{ErrorCode::invalid_config,
                   "TimestampConverter requires format option to be specified when using string "
                   "timestamps"};
    }
    Result<DatePattern> compiled = DatePattern::compile(pattern, SystemClock().wall());
    if (!compiled) {
      return invalid_value(
          "TimestampConverter requires a SimpleDateFormat-compatible pattern for string "
          "timestamps: " +
              pattern,
          compiled.error().java_class() + ": " + compiled.error().message(), "");
    }
    options_.pattern = *std::move(compiled);
    return {};
  }

  [[nodiscard]] const SchemaPtr& target_schema(bool optional) const {
    return target_schemas_[optional ? 1 : 0];
  }

  /// schema: null when there is none.
  [[nodiscard]] Result<Value> convert(const SchemaPtr& schema, const Value& value) const {
    if (schema == nullptr && value.is_null()) return value;
    const Result<TimestampFormat> format =
        schema == nullptr ? format_of(value) : format_of(*schema);
    if (!format) return format.error();
    if (value.is_null()) return value;
    const Result<Instant> instant = read_timestamp(*format, options_, value);
    if (!instant) return instant.error();
    return write_timestamp(target_, options_, *instant);
  }

  Result<std::optional<Record>> convert_whole(const Record& record, const SchemaPtr& schema,
                                              const Value& value) const {
    Result<Value> converted = convert(schema, value);
    if (!converted) return std::move(converted.error());
    return with(record, part_, schema == nullptr ? nullptr : target_schema(schema->optional()),
                *std::move(converted));
  }

  Result<std::optional<Record>> convert_entry(const Record& record, const Value& value) const {
    if (value.is_null()) return record;
    const auto old = require_map(value, purpose);
    if (!old) return old.error();
    const Value* content = find_entry(**old, field_.view());
    Result<Value> converted = convert(nullptr, content == nullptr ? Value() : *content);
    if (!converted) return std::move(converted.error());
    Value::Map map = **old;
    set_entry(map, field_, *std::move(converted));
    return with(record, part_, nullptr, std::move(map));
  }

  Result<std::optional<Record>> convert_field(const Record& record, const SchemaPtr& schema,
                                              const Value& value) {
    const Struct* content = nullptr;
    if (!value.is_null()) {
      const auto found = require_struct(value, schema, purpose);
      if (!found) return found.error();
      content = *found;
    }
    const auto updated = schemas_.get(schema, [&] { return updated_schema(*schema); });
    if (!updated) return updated.error();
    if (content == nullptr) return with(record, part_, **updated, nullptr);
    Result<Struct> made = converted_struct(*content, **updated, or_default_);
    if (!made) return std::move(made.error());
    return with(record, part_, **updated, *std::move(made));
  }

  [[nodiscard]] Result<Struct> converted_struct(const Struct& old, const SchemaPtr& updated,
                                                bool or_default) const {
    Result<Struct> made = Struct::create(updated);
    if (!made) return made;
    for (const Field& field : updated->raw_fields()) {
      const Field& old_field = old.schema()->raw_fields()[field.index];
      const Value& value = read_field(old, old_field, or_default);
      if (field.name != field_.view()) {
        MILLRACE_TRY(put_taken(*made, field, value));
        continue;
      }
      const Result<Value> converted = convert(old_field.schema, value);
      if (!converted) return converted.error();
      MILLRACE_TRY(put_taken(*made, field, *converted));
    }
    return made;
  }

  [[nodiscard]] Result<SchemaPtr> updated_schema(const Schema& old) const {
    const auto fields = old.fields();
    if (!fields) return fields.error();
    SchemaBuilder builder = struct_like(old);
    for (const Field& field : **fields) {
      const bool converted = field.name == field_.view();
      builder.field(field.name, converted ? target_schema(field.schema->optional()) : field.schema);
    }
    if (old.optional()) builder.optional();
    if (const auto* content = old.default_value().get_if<Struct>()) {
      Result<SchemaPtr> without_default = builder.build();
      if (!without_default) return without_default;
      Result<Struct> fallback = converted_struct(*content, *without_default, true);
      if (!fallback) return std::move(fallback.error());
      builder.default_value(*std::move(fallback));
    }
    return builder.build();
  }

  const Part part_;
  Text field_;  ///< empty: the whole key or value
  TimestampFormat target_ = TimestampFormat::timestamp;
  TimestampOptions options_;
  bool or_default_ = true;
  SchemaPtr target_schemas_[2];  ///< required, optional
  SchemaCache<SchemaPtr> schemas_;
};

}  // namespace

void add_timestamp_converter(PluginRegistry& registry) {
  ConfigDef def;
  def.define({.name = "field",
              .type = ConfigType::string,
              .importance = Importance::high,
              .documentation = "The field to convert; empty for the whole key or value.",
              .default_value = ""});
  ConfigKey target = text_key("target.type", Importance::high,
                              "The new form: string, unix (a number), Date, Time or Timestamp.");
  target.validator = Validator::one_of({"string", "unix", "Date", "Time", "Timestamp"});
  def.define(std::move(target));
  def.define({.name = "format",
              .type = ConfigType::string,
              .importance = Importance::medium,
              .documentation = "Pattern of Java's SimpleDateFormat for texts, read or written.",
              .default_value = ""});
  def.define(
      {.name = "unix.precision",
       .type = ConfigType::string,
       .importance = Importance::low,
       .documentation = "What numbers count since 1970.",
       .default_value = "milliseconds",
       .validator = Validator::one_of({"nanoseconds", "microseconds", "milliseconds", "seconds"})});
  def.define(replace_null_key());
  add_for_key_and_value<TimestampConverter>(registry, "TimestampConverter", def);
}

}  // namespace millrace::transform
