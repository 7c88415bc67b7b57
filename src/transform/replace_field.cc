#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/renames.h"
#include "transform/schema_cache.h"
#include "transform/schema_copy.h"

#include <algorithm>

namespace millrace::transform {

namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view purpose = "field replacement";

bool lists(const Texts& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Leaves fields out, and gives others a new name.
class ReplaceField final : public Transformation {
 public:
  explicit ReplaceField(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    exclude_ = config.get<Texts>("exclude");
    include_ = config.get<Texts>("include");
    or_default_ = config.get<bool>(replace_null);
    const Result<std::vector<Rename>> renames = parse_renames(config.get<Texts>("renames"));
    if (!renames) return renames.error();
    for (const Rename& rename : *renames) renames_.emplace_back(rename.from, Text(rename.to));
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const Value& value = value_of(record, part_);
    if (value.is_null()) return record;
    return schema_of(record, part_) == nullptr ? of_map(record, value) : of_struct(record, value);
  }

 private:
  [[nodiscard]] bool stays(std::string_view name) const {
    return !lists(exclude_, name) && (include_.empty() || lists(include_, name));
  }
  /// The new name, or null: it keeps the old one.
  [[nodiscard]] const Text* renamed(std::string_view name) const {
    const auto it = std::ranges::find(renames_, name, &std::pair<std::string, Text>::first);
    return it == renames_.end() ? nullptr : &it->second;
  }

  Result<std::optional<Record>> of_map(const Record& record, const Value& value) const {
    const auto old = require_map(value, purpose);
    if (!old) return old.error();
    Value::Map map;
    map.reserve((*old)->size());
    for (const auto& [name, content] : **old) {
      if (!stays(name.view())) continue;
      if (const Text* other = renamed(name.view())) {
        set_entry(map, *other, content);
      } else if (const auto* text = name.get_if<Text>(); text != nullptr && !renames_.empty()) {
        set_entry(map, *text, content);
      } else {
        map.emplace_back(name, content);
      }
    }
    return with(record, part_, nullptr, std::move(map));
  }

  struct Plan {
    SchemaPtr schema;
    std::vector<std::size_t> taken;  ///< for each field, which of the old ones it is
  };

  Result<std::optional<Record>> of_struct(const Record& record, const Value& value) {
    const SchemaPtr& schema = schema_of(record, part_);
    const auto old = require_struct(value, schema, purpose);
    if (!old) return old.error();
    const auto plan = plans_.get(schema, [&] { return make_plan(*schema); });
    if (!plan) return plan.error();
    Result<Struct> made = Struct::create((*plan)->schema);
    if (!made) return std::move(made.error());
    const std::vector<Field>& old_fields = (*old)->schema()->raw_fields();
    for (const Field& field : (*plan)->schema->raw_fields()) {
      const Field& taken = old_fields[(*plan)->taken[field.index]];
      MILLRACE_TRY(put_taken(*made, field, read_field(**old, taken, or_default_)));
    }
    return with(record, part_, (*plan)->schema, *std::move(made));
  }

  [[nodiscard]] Result<Plan> make_plan(const Schema& old) const {
    Plan plan;
    SchemaBuilder builder = struct_like(old);
    for (const Field& field : old.raw_fields()) {
      if (!stays(field.name)) continue;
      const Text* other = renamed(field.name);
      builder.field(other == nullptr ? field.name : other->str(), field.schema);
      plan.taken.push_back(field.index);
    }
    Result<SchemaPtr> schema = builder.build();
    if (!schema) return std::move(schema.error());
    plan.schema = *std::move(schema);
    return plan;
  }

  const Part part_;
  Texts exclude_;
  Texts include_;
  std::vector<std::pair<std::string, Text>> renames_;
  bool or_default_ = true;
  SchemaCache<Plan> plans_;
};

ConfigKey optional_list(std::string name, std::string documentation, Validator rule) {
  return {.name = std::move(name),
          .type = ConfigType::list,
          .importance = Importance::medium,
          .documentation = std::move(documentation),
          .default_value = "",
          .validator = std::move(rule)};
}

}  // namespace

void add_replace_field(PluginRegistry& registry) {
  ConfigDef def;
  def.define(optional_list("exclude", "Fields to leave out, even if include names them.",
                           Validator::list({.empty_allowed = true})));
  def.define(optional_list("include", "The only fields to keep; empty for all.",
                           Validator::list({.empty_allowed = true})));
  def.define(optional_list("renames", "New names, as old:new; the other lists hold old names.",
                           renames_rule()));
  def.define(replace_null_key());
  add_for_key_and_value<ReplaceField>(registry, "ReplaceField", def);
}

}  // namespace millrace::transform
