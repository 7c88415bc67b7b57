#include "base/java_decimal.h"
#include "data/values.h"
#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/schema_cache.h"

#include <algorithm>

namespace millrace::transform {

namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view purpose = "mask fields";

Error bad(std::string message) { return {ErrorCode::bad_record, std::move(message)}; }

/// Nothing, of the kind of the value.
Result<Value> zero_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::null: return value;
    case ValueKind::int8: return Value(std::int8_t{0});
    case ValueKind::int16: return Value(std::int16_t{0});
    case ValueKind::int32: return Value(std::int32_t{0});
    case ValueKind::int64: return Value(std::int64_t{0});
    case ValueKind::float32: return Value(0.0F);
    case ValueKind::float64: return Value(0.0);
    case ValueKind::boolean: return Value(false);
    case ValueKind::string: return Value(Text());
    case ValueKind::array: return Value(Value::Array());
    case ValueKind::map: return Value(Value::Map());
    case ValueKind::decimal: return Value(decimal_from(std::int64_t{0}));
    case ValueKind::instant: return Value(Instant());
    case ValueKind::bytes:
    case ValueKind::structure: break;
  }
  return bad("Cannot mask value of type: class " + std::string(value.java_class()));
}

/// The text as a value of that kind.
Result<Value> replacement_for(const Value& value, const Text& text) {
  switch (value.kind()) {
    case ValueKind::null: return value;
    case ValueKind::int8:
    case ValueKind::int16:
    case ValueKind::int32:
    case ValueKind::int64:
    case ValueKind::float32:
    case ValueKind::float64: {
      const auto type = static_cast<Type>(static_cast<int>(value.kind()) - 1);
      return data::convert(*schemas::of(type), nullptr, text);
    }
    case ValueKind::string: return Value(text);
    case ValueKind::decimal:
      if (std::optional<Decimal> number = parse_decimal(text.view())) {
        return Value(*std::move(number));
      }
      return bad("Unable to convert " + text.str() + " (class java.lang.String) to number");
    default: break;
  }
  return bad("Cannot mask value of type class " + std::string(value.java_class()) +
             " with custom replacement.");
}

/// Makes fields unreadable.
class MaskField final : public Transformation {
 public:
  explicit MaskField(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    const Texts& names = config.get<Texts>("fields");
    fields_.assign(names.begin(), names.end());
    if (const auto text = text_of(config, "replacement")) replacement_ = Text(*text);
    or_default_ = config.get<bool>(replace_null);
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const SchemaPtr& schema = schema_of(record, part_);
    return schema == nullptr ? mask_map(record) : mask_struct(record, schema);
  }

 private:
  [[nodiscard]] Result<Value> masked(const Value& value) const {
    return replacement_ ? replacement_for(value, *replacement_) : zero_of(value);
  }

  [[nodiscard]] Result<std::optional<Record>> mask_map(const Record& record) const {
    const auto old = require_map(value_of(record, part_), purpose);
    if (!old) return old.error();
    Value::Map map = **old;
    for (const Text& name : fields_) {
      const Value* content = find_entry(map, name.view());
      Result<Value> mask = masked(content == nullptr ? Value() : *content);
      if (!mask) return std::move(mask.error());
      set_entry(map, name, *std::move(mask));
    }
    return with(record, part_, nullptr, std::move(map));
  }

  Result<std::optional<Record>> mask_struct(const Record& record, const SchemaPtr& schema) {
    const auto old = require_struct(value_of(record, part_), schema, purpose);
    if (!old) return old.error();
    const auto masks = masks_.get(schema, [&] { return masks_for(*schema); });
    if (!masks) return masks.error();
    Result<Struct> made = Struct::create(schema);
    if (!made) return std::move(made.error());
    for (const Field& field : schema->raw_fields()) {
      const Value& value = read_field(**old, field, or_default_);
      if (!(**masks)[field.index]) {
        MILLRACE_TRY(put_taken(*made, field, value));
        continue;
      }
      Result<Value> mask = masked(value);
      if (!mask) return std::move(mask.error());
      MILLRACE_TRY(put_taken(*made, field, *mask));
    }
    return with(record, part_, schema, *std::move(made));
  }

  /// For each field whether it is to be masked.
  [[nodiscard]] Result<std::vector<bool>> masks_for(const Schema& schema) const {
    std::vector<bool> masks;
    for (const Field& field : schema.raw_fields()) {
      masks.push_back(
          std::ranges::any_of(fields_, [&field](const Text& name) { return name == field.name; }));
    }
    return masks;
  }

  const Part part_;
  std::vector<Text> fields_;
  std::optional<Text> replacement_;
  bool or_default_ = true;
  SchemaCache<std::vector<bool>> masks_;
};

}  // namespace

void add_mask_field(PluginRegistry& registry) {
  ConfigDef def;
  def.define(name_list_key("fields", Importance::high, "Fields to mask."));
  def.define({.name = "replacement",
              .type = ConfigType::string,
              .importance = Importance::low,
              .documentation = "What numbers and texts are replaced by; unset for 0, the empty "
                               "text and the like.",
              .validator = Validator::non_empty_string()});
  def.define(replace_null_key());
  add_for_key_and_value<MaskField>(registry, "MaskField", def);
}

}  // namespace millrace::transform
