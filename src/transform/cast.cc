#include "transform/bundled.h"
#include "transform/cast_spec.h"
#include "transform/cast_value.h"
#include "transform/options.h"
#include "transform/schema_cache.h"
#include "transform/schema_copy.h"

#include <algorithm>

namespace millrace::transform {

namespace {

constexpr std::string_view purpose = "cast types";

/// Gives fields, or the whole key or value, another type.
class Cast final : public Transformation {
 public:
  explicit Cast(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    Result<CastSpec> spec = parse_cast_spec(config.get<std::vector<std::string>>("spec"));
    if (!spec) return std::move(spec.error());
    whole_ = spec->whole;
    for (const FieldCast& cast : spec->fields) casts_.emplace_back(Text(cast.field), cast.type);
    or_default_ = config.get<bool>(replace_null);
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const SchemaPtr& schema = schema_of(record, part_);
    const Value& value = value_of(record, part_);
    if (value.is_null()) return record;
    if (schema == nullptr) return whole_ ? cast_whole(record, nullptr) : cast_entries(record);
    const auto plan = plans_.get(
        schema, [&] { return whole_ ? plan_of_whole(schema) : plan_of_fields(*schema); });
    if (!plan) return plan.error();
    return whole_ ? cast_whole(record, (*plan)->schema) : cast_fields(record, **plan);
  }

 private:
  Result<std::optional<Record>> cast_whole(const Record& record, const SchemaPtr& updated) const {
    Result<Value> cast = cast_value(schema_of(record, part_), value_of(record, part_), *whole_);
    if (!cast) return std::move(cast.error());
    return with(record, part_, updated, *std::move(cast));
  }

  Result<std::optional<Record>> cast_entries(const Record& record) const {
    const auto old = require_map(value_of(record, part_), purpose);
    if (!old) return old.error();
    Value::Map map = **old;
    for (const auto& [name, type] : casts_) {
      const Value* content = find_entry(map, name.view());
      Result<Value> cast = cast_value(nullptr, content == nullptr ? Value() : *content, type);
      if (!cast) return std::move(cast.error());
      set_entry(map, name, *std::move(cast));
    }
    return with(record, part_, nullptr, std::move(map));
  }

  struct Plan {
    SchemaPtr schema;
    std::vector<std::optional<Type>> types;  ///< for each field what it is cast to
  };

  Result<std::optional<Record>> cast_fields(const Record& record, const Plan& plan) const {
    const auto old = require_struct(value_of(record, part_), schema_of(record, part_), purpose);
    if (!old) return old.error();
    Result<Struct> made = cast_struct(**old, plan, or_default_);
    if (!made) return std::move(made.error());
    return with(record, part_, plan.schema, *std::move(made));
  }

  static Result<Struct> cast_struct(const Struct& old, const Plan& plan, bool or_default) {
    Result<Struct> made = Struct::create(plan.schema);
    if (!made) return made;
    for (const Field& field : plan.schema->raw_fields()) {
      const Field& old_field = old.schema()->raw_fields()[field.index];
      const Value& value = read_field(old, old_field, or_default);
      if (const auto type = plan.types[field.index]) {
        const Result<Value> cast = cast_value(old_field.schema, value, *type);
        if (!cast) return cast.error();
        MILLRACE_TRY(put_taken(*made, field, *cast));
      } else {
        MILLRACE_TRY(put_taken(*made, field, value));
      }
    }
    return made;
  }

  [[nodiscard]] Result<Plan> plan_of_whole(const SchemaPtr& old) const {
    SchemaBuilder builder(*whole_);
    copy_basics(*old, builder);
    if (old->optional()) builder.optional();
    if (!old->default_value().is_null()) {
      Result<Value> fallback = cast_value(old, old->default_value(), *whole_);
      if (!fallback) return std::move(fallback.error());
      builder.default_value(*std::move(fallback));
    }
    return finished({nullptr, {}}, builder);
  }

  [[nodiscard]] Result<Plan> plan_of_fields(const Schema& old) const {
    const auto fields = old.fields();
    if (!fields) return fields.error();
    Plan plan;
    SchemaBuilder builder = struct_like(old);
    for (const Field& field : **fields) {
      const auto cast = std::ranges::find_if(
          casts_, [&field](const auto& one) { return one.first == field.name; });
      if (cast == casts_.end()) {
        builder.field(field.name, field.schema);
        plan.types.emplace_back();
        continue;
      }
      SchemaBuilder type(cast->second);
      if (field.schema->optional()) type.optional();
      Result<Value> fallback =
          cast_value(field.schema, field.schema->default_value(), cast->second);
      if (!fallback) return std::move(fallback.error());
      if (!fallback->is_null()) type.default_value(*std::move(fallback));
      Result<SchemaPtr> built = type.build();
      if (!built) return std::move(built.error());
      builder.field(field.name, *std::move(built));
      plan.types.emplace_back(cast->second);
    }
    if (old.optional()) builder.optional();
    if (const auto* content = old.default_value().get_if<Struct>()) {
      Result<SchemaPtr> without_default = builder.build();
      if (!without_default) return std::move(without_default.error());
      Result<Struct> fallback = cast_struct(*content, {*without_default, plan.types}, true);
      if (!fallback) return std::move(fallback.error());
      builder.default_value(*std::move(fallback));
    }
    return finished(std::move(plan), builder);
  }

  static Result<Plan> finished(Plan plan, const SchemaBuilder& builder) {
    Result<SchemaPtr> schema = builder.build();
    if (!schema) return std::move(schema.error());
    plan.schema = *std::move(schema);
    return plan;
  }

  const Part part_;
  std::optional<Type> whole_;
  std::vector<std::pair<Text, Type>> casts_;
  bool or_default_ = true;
  SchemaCache<Plan> plans_;
};

}  // namespace

void add_cast(PluginRegistry& registry) {
  ConfigKey spec{.name = "spec",
                 .type = ConfigType::list,
                 .importance = Importance::high,
                 .documentation =
                     "Fields and their new types, as field:type; or one type alone "
                     "for the whole key or value. Types: int8, int16, int32, int64, "
                     "float32, float64, boolean, string.",
                 .required = true,
                 .validator = cast_spec_rule()};
  add_for_key_and_value<Cast>(registry, "Cast",
                              ConfigDef().define(std::move(spec)).define(replace_null_key()));
}

}  // namespace millrace::transform
