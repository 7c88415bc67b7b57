#include "millrace/schema.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace millrace {

namespace {

Error builder_error(std::string message) {
  return {ErrorCode::bad_record, "org.apache.kafka.connect.errors.SchemaBuilderException",
          std::move(message)};
}

}  // namespace

SchemaBuilder::SchemaBuilder(Type type) : schema_(new Schema) { schema_->type_ = type; }

SchemaBuilder SchemaBuilder::array(SchemaPtr element) {
  SchemaBuilder builder(Type::array);
  if (element == nullptr) builder.fail("valueSchema cannot be null.");
  builder.schema_->value_schema_ = std::move(element);
  return builder;
}

SchemaBuilder SchemaBuilder::map(SchemaPtr key, SchemaPtr value) {
  SchemaBuilder builder(Type::map);
  if (key == nullptr) {
    builder.fail("keySchema cannot be null.");
  } else if (value == nullptr) {
    builder.fail("valueSchema cannot be null.");
  }
  builder.schema_->key_schema_ = std::move(key);
  builder.schema_->value_schema_ = std::move(value);
  return builder;
}

SchemaBuilder SchemaBuilder::map_of(SchemaPtr key_or_null, SchemaPtr value_or_null) {
  SchemaBuilder builder(Type::map);
  builder.schema_->key_schema_ = std::move(key_or_null);
  builder.schema_->value_schema_ = std::move(value_or_null);
  return builder;
}

SchemaBuilder& SchemaBuilder::optional() {
  if (once(optional_set_ && !schema_->optional_, "optional")) edit().optional_ = true;
  optional_set_ = true;
  return *this;
}

SchemaBuilder& SchemaBuilder::required() {
  if (once(optional_set_ && schema_->optional_, "optional")) edit().optional_ = false;
  optional_set_ = true;
  return *this;
}

SchemaBuilder& SchemaBuilder::default_value(Value value) {
  if (!once(default_set_ && !(schema_->default_value_ == value), "default")) return *this;
  if (Result<void> valid = validate_value(schema_, value); !valid) {
    error_ = builder_error("Invalid default value").caused_by(std::move(valid.error()));
    return *this;
  }
  default_set_ = !value.is_null();
  edit().default_value_ = value.retained();
  return *this;
}

SchemaBuilder& SchemaBuilder::name(std::string name) {
  if (once(schema_->name_ && *schema_->name_ != name, "name")) edit().name_ = std::move(name);
  return *this;
}

SchemaBuilder& SchemaBuilder::version(std::int32_t version) {
  if (once(schema_->version_ && *schema_->version_ != version, "version")) {
    edit().version_ = version;
  }
  return *this;
}

SchemaBuilder& SchemaBuilder::doc(std::string doc) {
  if (once(schema_->doc_ && *schema_->doc_ != doc, "doc")) edit().doc_ = std::move(doc);
  return *this;
}

SchemaBuilder& SchemaBuilder::parameter(std::string key, std::string value) {
  if (error_) return *this;
  Schema::Parameters& parameters = edit().parameters_;
  const auto found =
      std::ranges::find(parameters, key, &std::pair<std::string, std::string>::first);
  if (found != parameters.end()) {
    found->second = std::move(value);
  } else {
    parameters.emplace_back(std::move(key), std::move(value));
  }
  return *this;
}

SchemaBuilder& SchemaBuilder::field(std::string name, SchemaPtr schema) {
  if (error_) return *this;
  if (schema_->type_ != Type::structure) {
    return fail("Cannot create fields on type " + std::string(type_name(schema_->type_)));
  }
  if (name.empty()) return fail("fieldName cannot be null.");
  if (schema == nullptr) return fail("fieldSchema for field " + name + " cannot be null.");
  if (schema_->find_field(name) != nullptr) {
    return fail("Cannot create field because of field name duplication " + name);
  }
  std::vector<Field>& fields = edit().fields_;
  fields.push_back({std::move(name), fields.size(), std::move(schema)});
  return *this;
}

Result<SchemaPtr> SchemaBuilder::build() const {
  if (error_) return *error_;
  return SchemaPtr(schema_);
}

SchemaPtr SchemaBuilder::build_checked() const {
  assert(!error_);
  return schema_;
}

bool SchemaBuilder::once(bool already_set, std::string_view what) {
  if (error_) return false;
  if (already_set) {
    fail("Invalid SchemaBuilder call: " + std::string(what) + " has already been set.");
  }
  return !already_set;
}

SchemaBuilder& SchemaBuilder::fail(std::string message) {
  if (!error_) error_ = builder_error(std::move(message));
  return *this;
}

Schema& SchemaBuilder::edit() {
  if (schema_.use_count() > 1) schema_ = std::shared_ptr<Schema>(new Schema(*schema_));
  return *schema_;
}

namespace schemas {

namespace {

constexpr std::size_t primitive_count = static_cast<std::size_t>(Type::array);

/// Kept for the life of the process, and handed out without a reference count: copying such a
/// pointer touches no shared memory.
struct ReadyMade {
  explicit ReadyMade(bool optional) {
    for (std::size_t i = 0; i < primitive_count; ++i) {
      SchemaBuilder builder(static_cast<Type>(i));
      if (optional) builder.optional();
      owners[i] = builder.build_checked();
      uncounted[i] = SchemaPtr(SchemaPtr(), owners[i].get());
    }
  }
  std::array<SchemaPtr, primitive_count> owners;
  std::array<SchemaPtr, primitive_count> uncounted;
};

const SchemaPtr& pick(const ReadyMade& ready_made, Type type) {
  assert(is_primitive(type));
  return ready_made.uncounted[static_cast<std::size_t>(type)];
}

}  // namespace

const SchemaPtr& of(Type primitive) {
  static const ReadyMade& required = *new ReadyMade(false);
  return pick(required, primitive);
}

const SchemaPtr& optional_of(Type primitive) {
  static const ReadyMade& optional = *new ReadyMade(true);
  return pick(optional, primitive);
}

}  // namespace schemas

namespace logical {

namespace {

SchemaBuilder named(Type type, std::string_view name) {
  SchemaBuilder builder(type);
  builder.name(std::string(name)).version(1);
  return builder;
}

}  // namespace

SchemaBuilder decimal(std::int32_t scale) {
  SchemaBuilder builder = named(Type::bytes, decimal_name);
  builder.parameter(std::string(scale_parameter), std::to_string(scale));
  return builder;
}

SchemaBuilder date() { return named(Type::int32, date_name); }
SchemaBuilder time() { return named(Type::int32, time_name); }
SchemaBuilder timestamp() { return named(Type::int64, timestamp_name); }

}  // namespace logical

}  // namespace millrace
