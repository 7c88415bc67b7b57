#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/schema_cache.h"

namespace millrace::transform {

namespace {

/// Puts the whole key or value into the one field of a new struct or map.
class HoistField final : public Transformation {
 public:
  explicit HoistField(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    field_ = Text(text_or_empty(config, "field"));
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const SchemaPtr& schema = schema_of(record, part_);
    const Value& value = value_of(record, part_);
    if (schema == nullptr) return with(record, part_, nullptr, Value::Map{{field_, value}});
    const auto hoisted = schemas_.get(
        schema, [&] { return SchemaBuilder::structure().field(field_.str(), schema).build(); });
    if (!hoisted) return hoisted.error();
    Result<Struct> made = Struct::create(**hoisted);
    if (!made) return std::move(made.error());
    MILLRACE_TRY(made->put((**hoisted)->raw_fields().front(), value));
    return with(record, part_, **hoisted, *std::move(made));
  }

 private:
  const Part part_;
  Text field_;
  SchemaCache<SchemaPtr> schemas_;
};

}  // namespace

void add_hoist_field(PluginRegistry& registry) {
  add_for_key_and_value<HoistField>(
      registry, "HoistField",
      ConfigDef().define(text_key("field", Importance::medium,
                                  "Name of the one field that holds what was the key or value.")));
}

}  // namespace millrace::transform
