#include "transform/bundled.h"
#include "transform/field_path.h"
#include "transform/options.h"
#include "transform/schema_cache.h"

namespace millrace::transform {

namespace {

constexpr std::string_view purpose = "field extraction";

/// Makes the whole key or value of one field of it.
class ExtractField final : public Transformation {
 public:
  explicit ExtractField(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    path_text_ = text_or_empty(config, "field");
    or_default_ = config.get<bool>(replace_null);
    const std::string syntax = text_or_empty(config, "field.syntax.version");
    if (syntax == "V2" || syntax == "v2") {
      Result<FieldPath> path = parse_field_path(path_text_);
      if (!path) return std::move(path.error());
      path_ = *std::move(path);
    } else {
      path_ = {path_text_};
    }
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const SchemaPtr& schema = schema_of(record, part_);
    const Value& value = value_of(record, part_);
    if (schema == nullptr) return from_map(record, value);
    const Struct* content = nullptr;
    if (!value.is_null()) {
      const auto found = require_struct(value, schema, purpose);
      if (!found) return found.error();
      content = *found;
    }
    const auto way = ways_.get(schema, [&] { return find_way(schema); });
    if (!way) return way.error();
    const std::vector<std::size_t>& steps = (*way)->steps;
    for (std::size_t i = 0; content != nullptr && i + 1 < steps.size(); ++i) {
      content = content->raw(steps[i]).get_if<Struct>();
    }
    if (content == nullptr) return with(record, part_, (*way)->schema, nullptr);
    const Field& field = content->schema()->raw_fields()[steps.back()];
    return with(record, part_, (*way)->schema, read_field(*content, field, or_default_));
  }

 private:
  [[nodiscard]] Result<std::optional<Record>> from_map(const Record& record,
                                                       const Value& value) const {
    const Value* here = &value;
    for (std::size_t i = 0; i < path_.size(); ++i) {
      if (here->is_null()) break;
      const auto map = require_map(*here, i == 0 ? purpose : "nested field access");
      if (!map) return map.error();
      here = find_entry(**map, path_[i]);
      if (here == nullptr) break;
    }
    return with(record, part_, nullptr, here == nullptr ? Value() : *here);
  }

  /// The path in the structs of one schema.
  struct Way {
    std::vector<std::size_t> steps;  ///< positions of the fields that it leads through
    SchemaPtr schema;                ///< of the last one
  };

  [[nodiscard]] Result<Way> find_way(const SchemaPtr& schema) const {
    Way way{{}, schema};
    for (const std::string& step : path_) {
      const auto field = way.schema->field(step);
      if (!field) return field.error();
      if (*field == nullptr) {
        return Error{ErrorCode::bad_record, "java.lang.IllegalArgumentException",
                     "Unknown field: " + path_text_};
      }
      way.steps.push_back((*field)->index);
      way.schema = (*field)->schema;
    }
    return way;
  }

  const Part part_;
  std::string path_text_;
  FieldPath path_;
  bool or_default_ = true;
  SchemaCache<Way> ways_;
};

}  // namespace

void add_extract_field(PluginRegistry& registry) {
  ConfigDef def;
  def.define(text_key("field", Importance::medium, "The field to take; with V2, the path to it."));
  def.define(replace_null_key());
  def.define({.name = "field.syntax.version",
              .type = ConfigType::string,
              .importance = Importance::high,
              .documentation = "V1: field is one name, dots and all. V2: it is a path, names of "
                               "structs or maps within each other with dots between them.",
              .default_value = "V1",
              .validator = Validator::one_of_ignoring_case({"V1", "V2"})});
  add_for_key_and_value<ExtractField>(registry, "ExtractField", def);
}

}  // namespace millrace::transform
