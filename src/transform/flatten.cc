#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/schema_cache.h"
#include "transform/schema_copy.h"

namespace millrace::transform {

namespace {

constexpr std::string_view purpose = "flattening";

Error bad(std::string message) { return {ErrorCode::bad_record, std::move(message)}; }

/// Takes the fields of nested structs and maps up to the top, under names that are joined.
class Flatten final : public Transformation {
 public:
  explicit Flatten(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    delimiter_ = text_or_empty(config, "delimiter");
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const SchemaPtr& schema = schema_of(record, part_);
    const Value& value = value_of(record, part_);
    if (value.is_null()) return record;
    if (schema == nullptr) {
      Value::Map flat;
      const auto map = require_map(value, purpose);
      if (!map) return map.error();
      MILLRACE_TRY(add_entries(flat, **map, ""));
      return with(record, part_, nullptr, std::move(flat));
    }
    const auto old = require_struct(value, schema, purpose);
    if (!old) return old.error();
    const auto flat_schema = schemas_.get(schema, [&] { return flattened(*schema); });
    if (!flat_schema) return flat_schema.error();
    Result<Struct> flat = Struct::create(**flat_schema);
    if (!flat) return std::move(flat.error());
    std::size_t next = 0;
    MILLRACE_TRY(add_fields(*flat, next, *schema, *old));
    return with(record, part_, **flat_schema, *std::move(flat));
  }

 private:
  [[nodiscard]] std::string joined(std::string_view prefix, std::string_view name) const {
    if (prefix.empty()) return std::string(name);
    return std::string(prefix) + delimiter_ + std::string(name);
  }

  Result<void> add_entries(Value::Map& flat, const Value::Map& map, std::string_view prefix) const {
    for (const auto& [key, value] : map) {
      if (key.kind() != ValueKind::string) {
        return bad("Only text keys supported for [" + std::string(purpose) +
                   "], found: " + std::string(key.java_class()));
      }
      const std::string name = joined(prefix, key.view());
      switch (value.kind()) {
        case ValueKind::map:
          MILLRACE_TRY(add_entries(flat, *value.get_if<Value::Map>(), name));
          break;
        case ValueKind::structure:
          return bad("Flatten transformation does not support class " +
                     std::string(value.java_class()) + " for record without schemas (for field " +
                     name + ").");
        case ValueKind::decimal:
        case ValueKind::instant:
          return bad("Flatten transformation was passed a value of type class " +
                     std::string(value.java_class()) +
                     " which is not supported by Connect's data API");
        default: set_entry(flat, Text(name), value);
      }
    }
    return {};
  }

  [[nodiscard]] Result<SchemaPtr> flattened(const Schema& schema) const {
    SchemaBuilder builder = struct_like(schema);
    const auto* from_default = schema.default_value().get_if<Struct>();
    MILLRACE_TRY(add_schemas(builder, schema, "", schema.optional(), from_default));
    return builder.build();
  }

  /// optional: this struct, or one around it, may be missing. defaults: what stands in for it then.
  Result<void> add_schemas(SchemaBuilder& builder, const Schema& schema, std::string_view prefix,
                           bool optional, const Struct* defaults) const {
    for (const Field& field : schema.raw_fields()) {
      const std::string name = joined(prefix, field.name);
      const bool may_be_missing = optional || field.schema->optional();
      Value fallback = field.schema->default_value();
      if (fallback.is_null() && defaults != nullptr) fallback = defaults->get(field);
      switch (field.schema->type()) {
        case Type::map:
          return bad(
              "Flatten transformation does not support MAP for record with schemas (for "
              "field " +
              name + ").");
        case Type::structure:
          MILLRACE_TRY(
              add_schemas(builder, *field.schema, name, may_be_missing, fallback.get_if<Struct>()));
          break;
        default: {
          SchemaBuilder copy = copied_basics(*field.schema);
          if (may_be_missing) copy.optional();
          if (!fallback.is_null()) copy.default_value(std::move(fallback));
          Result<SchemaPtr> built = copy.build();
          if (!built) return std::move(built.error());
          builder.field(name, *std::move(built));
        }
      }
    }
    return {};
  }

  /// In the order in which add_schemas laid the fields. content: null leaves all of them unset.
  static Result<void> add_fields(Struct& flat, std::size_t& next, const Schema& schema,
                                 const Struct* content) {
    for (const Field& field : schema.raw_fields()) {
      if (field.schema->type() == Type::structure) {
        const auto* inner =
            content == nullptr ? nullptr : content->raw(field.index).get_if<Struct>();
        MILLRACE_TRY(add_fields(flat, next, *field.schema, inner));
        continue;
      }
      const Field& target = flat.schema()->raw_fields()[next++];
      if (content != nullptr) MILLRACE_TRY(put_taken(flat, target, content->get(field)));
    }
    return {};
  }

  const Part part_;
  std::string delimiter_;
  SchemaCache<SchemaPtr> schemas_;
};

}  // namespace

void add_flatten(PluginRegistry& registry) {
  add_for_key_and_value<Flatten>(
      registry, "Flatten",
      ConfigDef().define({.name = "delimiter",
                          .type = ConfigType::string,
                          .importance = Importance::medium,
                          .documentation = "What stands between the names that are joined.",
                          .default_value = "."}));
}

}  // namespace millrace::transform
