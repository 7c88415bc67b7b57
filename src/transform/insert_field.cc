#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/schema_cache.h"
#include "transform/schema_copy.h"

#include <chrono>

namespace millrace::transform {

namespace {

constexpr std::string_view purpose = "field insertion";

enum class Content : std::uint8_t { topic, partition, offset, timestamp, fixed };

struct Source {
  Content content;
  const char* setting;
};
/// In the order in which the fields are added.
constexpr Source sources[] = {{Content::topic, "topic.field"},
                              {Content::partition, "partition.field"},
                              {Content::offset, "offset.field"},
                              {Content::timestamp, "timestamp.field"},
                              {Content::fixed, "static.field"}};

SchemaPtr schema_for(Content content, bool optional) {
  const auto plain = [optional](Type type) {
    return optional ? schemas::optional_of(type) : schemas::of(type);
  };
  switch (content) {
    case Content::partition: return plain(Type::int32);
    case Content::offset: return plain(Type::int64);
    case Content::timestamp: {
      SchemaBuilder builder = logical::timestamp();
      if (optional) builder.optional();
      return builder.build_checked();
    }
    case Content::topic:
    case Content::fixed: break;
  }
  return plain(Type::string);
}

/// Adds fields that say where the record comes from, or the same for every record.
class InsertField final : public Transformation {
 public:
  explicit InsertField(Part part) : part_(part) {}

  Result<void> configure(const Config& config) override {
    for (const Source& source : sources) {
      std::optional<std::string> name = text_of(config, source.setting);
      if (!name) continue;
      const bool required = name->ends_with('!');
      if (required || name->ends_with('?')) name->pop_back();
      insertions_.push_back({source.content, Text(*name), schema_for(source.content, !required)});
    }
    if (insertions_.empty()) {
      return Error{ErrorCode::invalid_config, "No field insertion configured"};
    }
    const std::optional<std::string> fixed = text_of(config, "static.value");
    if (insertions_.back().content == Content::fixed && !fixed) {
      return invalid_value("static.value", Setting(),
                           "No value specified for static field: " + insertions_.back().name.str());
    }
    if (fixed) fixed_ = Text(*fixed);
    or_default_ = config.get<bool>(replace_null);
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const Value& value = value_of(record, part_);
    if (value.is_null()) return record;
    return schema_of(record, part_) == nullptr ? into_map(record, value)
                                               : into_struct(record, value);
  }

 private:
  struct Insertion {
    Content content;
    Text name;
    SchemaPtr schema;
  };

  Result<std::optional<Record>> into_map(const Record& record, const Value& value) const {
    const auto old = require_map(value, purpose);
    if (!old) return old.error();
    Value::Map map;
    map.reserve((*old)->size() + insertions_.size());
    map.assign((*old)->begin(), (*old)->end());
    for (const Insertion& insertion : insertions_) {
      Result<Value> content = content_of(record, insertion.content, false);
      if (!content) return std::move(content.error());
      if (!content->is_null()) set_entry(map, insertion.name, *std::move(content));
    }
    return with(record, part_, nullptr, std::move(map));
  }

  Result<std::optional<Record>> into_struct(const Record& record, const Value& value) {
    const SchemaPtr& schema = schema_of(record, part_);
    const auto old = require_struct(value, schema, purpose);
    if (!old) return old.error();
    const auto updated = schemas_.get(schema, [&] { return updated_schema(*schema); });
    if (!updated) return updated.error();
    Result<Struct> made = Struct::create(**updated);
    if (!made) return std::move(made.error());
    for (const Field& field : (*old)->schema()->raw_fields()) {
      MILLRACE_TRY(put_taken(*made, field, read_field(**old, field, or_default_)));
    }
    std::size_t at = (*old)->schema()->raw_fields().size();
    for (const Insertion& insertion : insertions_) {
      Result<Value> content = content_of(record, insertion.content, true);
      if (!content) return std::move(content.error());
      // Of the right kind; a null stays unset even where it is required, as in Java.
      made->put_unchecked(at++, *std::move(content));
    }
    return with(record, part_, **updated, *std::move(made));
  }

  [[nodiscard]] Result<SchemaPtr> updated_schema(const Schema& old) const {
    SchemaBuilder builder = struct_like(old);
    for (const Field& field : old.raw_fields()) builder.field(field.name, field.schema);
    for (const Insertion& insertion : insertions_) {
      builder.field(insertion.name.str(), insertion.schema);
    }
    return builder.build();
  }

  [[nodiscard]] Result<Value> content_of(const Record& record, Content content,
                                         bool with_schema) const {
    switch (content) {
      case Content::topic: return Value(record.topic);
      case Content::partition: return record.partition ? Value(*record.partition) : Value();
      case Content::offset:
        if (record.sink_offset) return Value(*record.sink_offset);
        return Error{ErrorCode::bad_record,
                     "Only SinkRecord supported for [" + std::string(purpose) +
                         "], found: org.apache.kafka.connect.source.SourceRecord"};
      case Content::timestamp:
        if (!record.timestamp) return Value();
        if (!with_schema) return Value(*record.timestamp);
        return Value(Instant(std::chrono::milliseconds(*record.timestamp)));
      case Content::fixed: break;
    }
    return Value(fixed_);
  }

  const Part part_;
  std::vector<Insertion> insertions_;
  Text fixed_;
  bool or_default_ = true;
  SchemaCache<SchemaPtr> schemas_;
};

}  // namespace

void add_insert_field(PluginRegistry& registry) {
  ConfigDef def;
  const auto define = [&def](const char* name, const char* documentation) {
    def.define({.name = name,
                .type = ConfigType::string,
                .importance = Importance::medium,
                .documentation = documentation});
  };
  define("topic.field", "Field for the topic. A closing ! makes it required, ? optional.");
  define("partition.field", "Field for the partition. A closing ! makes it required, ? optional.");
  define("offset.field",
         "Field for the offset, of sink records only. A closing ! makes it required, ? optional.");
  define("timestamp.field", "Field for the timestamp. A closing ! makes it required, ? optional.");
  define("static.field",
         "Field that is the same in every record. A closing ! makes it required, ? optional.");
  define("static.value", "What static.field holds.");
  def.define(replace_null_key());
  add_for_key_and_value<InsertField>(registry, "InsertField", def);
}

}  // namespace millrace::transform
