#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/schema_cache.h"

namespace millrace::transform {

namespace {

constexpr std::string_view purpose = "copying fields from value to key";

/// Makes the key of some fields of the value.
class ValueToKey final : public Transformation {
 public:
  Result<void> configure(const Config& config) override {
    const auto& names = config.get<std::vector<std::string>>("fields");
    fields_.assign(names.begin(), names.end());
    or_default_ = config.get<bool>(replace_null);
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    if (record.value_schema == nullptr) return key_of_map(record);
    const auto value = require_struct(record.value, record.value_schema, purpose);
    if (!value) return value.error();
    const auto plan = plans_.get(record.value_schema, [&] { return make_plan(**value); });
    if (!plan) return plan.error();
    Result<Struct> key = Struct::create((*plan)->schema);
    if (!key) return std::move(key.error());
    for (const Field& field : (*plan)->schema->raw_fields()) {
      const Field& taken = (*value)->schema()->raw_fields()[(*plan)->taken[field.index]];
      MILLRACE_TRY(put_taken(*key, field, read_field(**value, taken, or_default_)));
    }
    return with(record, Part::key, (*plan)->schema, *std::move(key));
  }

 private:
  [[nodiscard]] Result<std::optional<Record>> key_of_map(const Record& record) const {
    const auto value = require_map(record.value, purpose);
    if (!value) return value.error();
    Value::Map key;
    for (const Text& name : fields_) {
      const Value* content = find_entry(**value, name.view());
      key.emplace_back(name, content == nullptr ? Value() : *content);
    }
    return with(record, Part::key, nullptr, std::move(key));
  }

  struct Plan {
    SchemaPtr schema;
    std::vector<std::size_t> taken;  ///< for each field, which one of the value it is
  };

  [[nodiscard]] Result<Plan> make_plan(const Struct& value) const {
    Plan plan;
    SchemaBuilder builder = SchemaBuilder::structure();
    for (const Text& name : fields_) {
      const Field* field = value.schema()->find_field(name.view());
      if (field == nullptr) {
        return Error{ErrorCode::bad_record, "Field does not exist: " + name.str()};
      }
      builder.field(field->name, field->schema);
      plan.taken.push_back(field->index);
    }
    Result<SchemaPtr> schema = builder.build();
    if (!schema) return std::move(schema.error());
    plan.schema = *std::move(schema);
    return plan;
  }

  std::vector<Text> fields_;
  bool or_default_ = true;
  SchemaCache<Plan> plans_;
};

}  // namespace

void add_value_to_key(PluginRegistry& registry) {
  ConfigDef def;
  def.define(name_list_key("fields", Importance::high,
                           "Fields of the value that make up the new key, in this order."));
  def.define(replace_null_key());
  add_transformation<ValueToKey>(registry, "ValueToKey", def);
}

}  // namespace millrace::transform
