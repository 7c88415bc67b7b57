#include "convert/json_payload_reader.h"

#include "convert/base64_reader.h"
#include "convert/errors.h"
#include "convert/json_logical_reader.h"
#include "convert/json_number.h"
#include "convert/json_payload_writer.h"
#include "millrace/struct.h"

#include <string>
#include <unordered_map>
#include <utility>

namespace millrace::convert {

namespace {

Error found(std::string_view lead, const JsonNode& node) {
  return data_error(std::string(lead) + std::string(json_kind_word(node.kind)));
}

std::int64_t whole(const JsonNode& node) {
  return node.kind == JsonKind::number ? json_whole_part(node.text) : 0;
}

// Members by name, fast where they come in the order in which they are asked for, and never slow.
class MemberFinder {
 public:
  explicit MemberFinder(const JsonNode& object) : object_(object), expected_(object.first()) {}

  const JsonNode* find(std::string_view name) {
    const JsonNode* value = nullptr;
    if (expected_ != object_.end() && expected_->text == name) {
      value = expected_->next();
    } else if (object_.count <= few) {
      value = object_.member(name);
    } else {
      value = find_among_many(name);
    }
    if (value != nullptr) expected_ = value->next();
    return value;
  }

 private:
  static constexpr std::uint32_t few = 32;

  const JsonNode* find_among_many(std::string_view name) {
    if (by_name_.empty()) {
      for (const JsonNode* at = object_.first(); at != object_.end(); at = at->next()->next()) {
        by_name_.emplace(at->text, at->next());
      }
    }
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }

  const JsonNode& object_;
  const JsonNode* expected_;
  std::unordered_map<std::string_view, const JsonNode*> by_name_;
};

// Of entries with the same key the last value counts, in the place of the first, as in a hash map.
Value::Map without_repeats(const SchemaPtr& key_schema, Value::Map entries) {
  constexpr JsonOptions options;
  const JsonPayloadWriter writer(options);
  std::unordered_map<std::string, std::size_t> places;
  Value::Map kept;
  for (auto& [key, value] : entries) {
    std::string text;  // tells keys of one schema apart
    if (!key.is_null() && !writer.append(key_schema.get(), key, text, 0)) text.clear();
    const auto [place, is_new] = places.emplace(std::move(text), kept.size());
    if (is_new) {
      kept.emplace_back(std::move(key), std::move(value));
    } else {
      kept[place->second].second = std::move(value);
    }
  }
  return kept;
}

}  // namespace

Result<Value> JsonPayloadReader::read(const SchemaPtr& schema, const JsonNode* node) const {
  if (node == nullptr || node->kind == JsonKind::null) return read_null(schema);
  if (schema == nullptr) return read_bare(*node);
  const data::Logical logical = data::logical_of(*schema);
  if (logical != data::Logical::none) return read_logical(logical, *schema, *node);
  const bool is_number = node->kind == JsonKind::number;
  switch (schema->type()) {
    case Type::int8: return Value(static_cast<std::int8_t>(whole(*node)));
    case Type::int16: return Value(static_cast<std::int16_t>(whole(*node)));
    case Type::int32: return Value(static_cast<std::int32_t>(whole(*node)));
    case Type::int64: return Value(whole(*node));
    case Type::float32: return Value(is_number ? json_float(node->text) : 0.0F);
    case Type::float64: return Value(is_number ? json_double(node->text) : 0.0);
    case Type::boolean: return Value(node->is_true);
    case Type::string: return node->kind == JsonKind::string ? Value(text(*node)) : Value();
    case Type::bytes: {
      if (node->kind != JsonKind::string) return Value();
      const auto bytes = decode_base64(node->text);
      if (!bytes) {
        return data_error("Invalid bytes field").caused_by(data_error("the text is not base64"));
      }
      return Value(Bytes(*bytes));
    }
    case Type::array: return read_array(*schema, *node);
    case Type::map: {
      const SchemaPtr& key = schema->raw_key_schema();
      return key != nullptr && key->type() == Type::string ? read_object_map(*schema, *node)
                                                           : read_pairs_map(*schema, *node);
    }
    case Type::structure: return read_struct(schema, *node);
  }
  return Value();
}

Result<Value> JsonPayloadReader::read_null(const SchemaPtr& schema) const {
  if (schema == nullptr) return Value();
  if (replace_null_ && !schema->default_value().is_null()) return schema->default_value();
  if (schema->optional()) return Value();
  return data_error("Invalid null value for required " + std::string(type_name(schema->type())) +
                    " field");
}

Text JsonPayloadReader::text(const JsonNode& node) const {
  return borrow_ && node.in_source ? Text::borrow(node.text) : Text(node.text);
}

Value JsonPayloadReader::read_bare(const JsonNode& node) const {
  switch (node.kind) {
    case JsonKind::missing:
    case JsonKind::null: return {};
    case JsonKind::boolean: return node.is_true;
    case JsonKind::number:
      return node.whole ? Value(json_whole_part(node.text)) : Value(json_double(node.text));
    case JsonKind::string: return text(node);
    case JsonKind::array: {
      Value::Array elements;
      elements.reserve(node.count);
      for (const JsonNode* at = node.first(); at != node.end(); at = at->next()) {
        elements.push_back(read_bare(*at));
      }
      return elements;
    }
    case JsonKind::object: break;
  }
  Value::Map entries;
  entries.reserve(node.count);
  for (const JsonNode* at = node.first(); at != node.end(); at = at->next()->next()) {
    entries.emplace_back(text(*at), read_bare(*at->next()));
  }
  return entries;
}

// The members of an object count as elements; anything that holds nothing is an empty list.
Result<Value> JsonPayloadReader::read_array(const Schema& schema, const JsonNode& node) const {
  Value::Array elements;
  elements.reserve(node.count);
  for (const JsonNode* at = node.first(); at != node.end(); at = at->next()) {
    if (node.kind == JsonKind::object) at = at->next();
    Result<Value> element = read(schema.raw_value_schema(), at);
    if (!element) return std::move(element.error());
    elements.push_back(std::move(*element));
  }
  return Value(std::move(elements));
}

Result<Value> JsonPayloadReader::read_object_map(const Schema& schema, const JsonNode& node) const {
  if (node.kind != JsonKind::object) {
    return found("Maps with string fields should be encoded as JSON objects, but found ", node);
  }
  Value::Map entries;
  entries.reserve(node.count);
  for (const JsonNode* at = node.first(); at != node.end(); at = at->next()->next()) {
    Result<Value> value = read(schema.raw_value_schema(), at->next());
    if (!value) return std::move(value.error());
    entries.emplace_back(text(*at), std::move(*value));
  }
  return Value(std::move(entries));
}

Result<Value> JsonPayloadReader::read_pairs_map(const Schema& schema, const JsonNode& node) const {
  if (node.kind != JsonKind::array) {
    return found(
        "Maps with non-string fields should be encoded as JSON array of tuples, but found ", node);
  }
  Value::Map entries;
  entries.reserve(node.count);
  for (const JsonNode* at = node.first(); at != node.end(); at = at->next()) {
    if (at->kind != JsonKind::array) {
      return found("Found invalid map entry instead of array tuple: ", *at);
    }
    if (at->count != 2) {
      return data_error("Found invalid map entry, expected length 2 but found :" +
                        std::to_string(at->count));
    }
    Result<Value> key = read(schema.raw_key_schema(), at->first());
    if (!key) return std::move(key.error());
    Result<Value> value = read(schema.raw_value_schema(), at->first()->next());
    if (!value) return std::move(value.error());
    entries.emplace_back(std::move(*key), std::move(*value));
  }
  return Value(without_repeats(schema.raw_key_schema(), std::move(entries)));
}

Result<Value> JsonPayloadReader::read_struct(const SchemaPtr& schema, const JsonNode& node) const {
  if (node.kind != JsonKind::object) {
    return found("Structs should be encoded as JSON objects, but found ", node);
  }
  Result<Struct> content = Struct::create(schema);
  if (!content) return std::move(content.error());
  MemberFinder members(node);
  for (const Field& field : schema->raw_fields()) {
    const JsonNode* member = members.find(field.name);
    Result<Value> value = read(field.schema, member);
    if (!value) return std::move(value.error());
    // Only a null can be wrong: where the JSON is of another kind than the schema.
    if (value->is_null()) {
      MILLRACE_TRY(content->put(field, nullptr));
    } else {
      content->put_unchecked(field.index, std::move(*value));
    }
  }
  return Value(std::move(*content));
}

}  // namespace millrace::convert
