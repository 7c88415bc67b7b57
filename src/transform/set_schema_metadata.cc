#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/schema_cache.h"

namespace millrace::transform {

namespace {

/// Gives the schema of a struct another name or version.
class SetSchemaMetadata final : public Transformation {
 public:
  explicit SetSchemaMetadata(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    name_ = text_of(config, "schema.name");
    if (const auto* number = config.find<std::int32_t>("schema.version")) version_ = *number;
    if (!name_ && !version_) {
      return Error{ErrorCode::invalid_config, "Neither schema name nor version configured"};
    }
    or_default_ = config.get<bool>(replace_null);
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const SchemaPtr& schema = schema_of(record, part_);
    const Value& value = value_of(record, part_);
    if (schema == nullptr) {
      if (value.is_null()) return record;
      return Error{ErrorCode::bad_record, "Schema required for [updating schema metadata]"};
    }
    // Java asks every schema for its fields here, so that only structs get through.
    if (const auto fields = schema->fields(); !fields) return fields.error();
    const auto updated = schemas_.get(schema, [&] { return updated_schema(*schema); });
    if (!updated) return updated.error();
    if (value.kind() != ValueKind::structure) return with(record, part_, **updated, value);
    const auto old = require_struct(value, schema, "updating schema metadata");
    if (!old) return old.error();
    Result<Struct> made = moved_to(**updated, **old);
    if (!made) return std::move(made.error());
    return with(record, part_, **updated, *std::move(made));
  }

 private:
  /// old: a struct of the same fields.
  [[nodiscard]] Result<Struct> moved_to(const SchemaPtr& schema, const Struct& old) const {
    Result<Struct> made = Struct::create(schema);
    if (!made) return made;
    for (const Field& field : schema->raw_fields()) {
      MILLRACE_TRY(put_taken(*made, field, read_field(old, field, or_default_)));
    }
    return made;
  }

  [[nodiscard]] Result<SchemaPtr> updated_schema(const Schema& old) const {
    SchemaBuilder builder = SchemaBuilder::structure();
    if (old.optional()) builder.optional();
    if (const auto& name = name_ ? name_ : old.name()) builder.name(*name);
    if (const auto version = version_ ? version_ : old.version()) builder.version(*version);
    if (old.doc()) builder.doc(*old.doc());
    for (const auto& [key, value] : old.parameters()) builder.parameter(key, value);
    for (const Field& field : old.raw_fields()) builder.field(field.name, field.schema);
    if (const auto* content = old.default_value().get_if<Struct>()) {
      const Result<SchemaPtr> without_default = builder.build();
      if (!without_default) return without_default;
      Result<Struct> made = moved_to(*without_default, *content);
      if (!made) return std::move(made.error());
      builder.default_value(*std::move(made));
    }
    return builder.build();
  }

  const Part part_;
  std::optional<std::string> name_;
  std::optional<std::int32_t> version_;
  bool or_default_ = true;
  SchemaCache<SchemaPtr> schemas_;
};

}  // namespace

void add_set_schema_metadata(PluginRegistry& registry) {
  ConfigDef def;
  def.define({.name = "schema.name",
              .type = ConfigType::string,
              .importance = Importance::high,
              .documentation = "The new name of the schema; unset keeps the old one."});
  def.define({.name = "schema.version",
              .type = ConfigType::int32,
              .importance = Importance::high,
              .documentation = "The new version of the schema; unset keeps the old one."});
  def.define(replace_null_key());
  add_for_key_and_value<SetSchemaMetadata>(registry, "SetSchemaMetadata", def);
}

}  // namespace millrace::transform
