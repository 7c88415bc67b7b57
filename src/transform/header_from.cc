#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/schema_cache.h"
#include "transform/schema_copy.h"

#include <algorithm>

namespace millrace::transform {

namespace {

using Texts = std::vector<std::string>;

/// Copies fields into headers, or moves them there.
class HeaderFrom final : public Transformation {
 public:
  explicit HeaderFrom(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    fields_ = config.get<Texts>("fields");
    const Texts& headers = config.get<Texts>("headers");
    if (fields_.size() != headers.size()) {
      return Error{ErrorCode::invalid_config,
                   "'fields' config must have the same number of elements as 'headers' config."};
    }
    headers_.assign(headers.begin(), headers.end());
    move_ = config.get<std::string>("operation") == "move";
    purpose_ = move_ ? "header move" : "header copy";
    or_default_ = config.get<bool>(replace_null);
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    return schema_of(record, part_) == nullptr ? from_map(record) : from_struct(record);
  }

 private:
  Result<std::optional<Record>> from_map(const Record& record) const {
    const auto old = require_map(value_of(record, part_), purpose_);
    if (!old) return old.error();
    Record changed = record;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const Value* content = find_entry(**old, fields_[i]);
      changed.headers.append({headers_[i], nullptr, content == nullptr ? Value() : *content});
    }
    if (!move_) return changed;
    Value::Map rest;
    std::ranges::copy_if(**old, std::back_inserter(rest), [this](const auto& entry) {
      return std::ranges::find(fields_, entry.first.view()) == fields_.end();
    });
    return with(changed, part_, nullptr, std::move(rest));
  }

  struct Plan {
    std::vector<std::size_t> taken;    ///< for each header, the position of its field
    SchemaPtr rest;                    ///< what is left after a move
    std::vector<std::size_t> staying;  ///< for each field of rest, which of the old ones it is
  };

  Result<std::optional<Record>> from_struct(const Record& record) {
    const SchemaPtr& schema = schema_of(record, part_);
    const auto old = require_struct(value_of(record, part_), schema, purpose_);
    if (!old) return old.error();
    const auto plan = plans_.get(schema, [&] { return make_plan(*schema); });
    if (!plan) return plan.error();
    const std::vector<Field>& fields = (*old)->schema()->raw_fields();
    Record changed = record;
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      const Field& field = fields[(*plan)->taken[i]];
      MILLRACE_TRY(
          changed.headers.add(headers_[i], field.schema, read_field(**old, field, or_default_)));
    }
    if (!move_) return changed;
    Result<Struct> rest = Struct::create((*plan)->rest);
    if (!rest) return std::move(rest.error());
    for (const Field& field : (*plan)->rest->raw_fields()) {
      const Field& taken = fields[(*plan)->staying[field.index]];
      MILLRACE_TRY(put_taken(*rest, field, read_field(**old, taken, or_default_)));
    }
    return with(changed, part_, (*plan)->rest, *std::move(rest));
  }

  [[nodiscard]] Result<Plan> make_plan(const Schema& old) const {
    Plan plan;
    for (const std::string& name : fields_) {
      const Field* field = old.find_field(name);
      if (field == nullptr) {
        return Error{ErrorCode::bad_record, "Field does not exist: " + name};
      }
      plan.taken.push_back(field->index);
    }
    SchemaBuilder builder = struct_like(old);
    for (const Field& field : old.raw_fields()) {
      if (std::ranges::find(fields_, field.name) != fields_.end()) continue;
      builder.field(field.name, field.schema);
      plan.staying.push_back(field.index);
    }
    Result<SchemaPtr> rest = builder.build();
    if (!rest) return std::move(rest.error());
    plan.rest = *std::move(rest);
    return plan;
  }

  const Part part_;
  Texts fields_;
  std::vector<Text> headers_;  ///< for each field, in the same order
  bool move_ = false;
  std::string_view purpose_;
  bool or_default_ = true;
  SchemaCache<Plan> plans_;
};

/// A list that must name something; unlike others it may name a thing twice.
ConfigKey filled_list(const char* name, const char* documentation) {
  ConfigKey key = name_list_key(name, Importance::high, documentation);
  key.validator = {"non-empty list", [](std::string_view option, const Setting& value) {
                     const auto* list = std::get_if<Texts>(&value);
                     if (list != nullptr && !list->empty()) return Result<void>();
                     return Result<void>(invalid_value(option, value, "Empty list"));
                   }};
  return key;
}

}  // namespace

void add_header_from(PluginRegistry& registry) {
  ConfigDef def;
  def.define(filled_list("fields", "Fields whose content becomes a header each."));
  def.define(filled_list("headers", "Names of the headers, in the order of the fields."));
  ConfigKey operation =
      text_key("operation", Importance::high, "Whether the fields stay (copy) or go (move).");
  operation.validator = Validator::one_of({"move", "copy"});
  def.define(std::move(operation));
  def.define(replace_null_key());
  add_for_key_and_value<HeaderFrom>(registry, "HeaderFrom", def);
}

}  // namespace millrace::transform
