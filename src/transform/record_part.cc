#include "transform/record_part.h"

#include <string>

namespace millrace::transform {

namespace {

Error wrong_kind(std::string_view what, std::string_view purpose, const Value& found) {
  return {ErrorCode::bad_record, "Only " + std::string(what) + " for [" + std::string(purpose) +
                                     "], found: " + std::string(found.java_class())};
}

}  // namespace

Result<const Value::Map*> require_map(const Value& value, std::string_view purpose) {
  if (const auto* map = value.get_if<Value::Map>()) return map;
  return wrong_kind("Map objects supported in absence of schema", purpose, value);
}

Result<const Struct*> require_struct(const Value& value, const SchemaPtr& schema,
                                     std::string_view purpose) {
  const auto* content = value.get_if<Struct>();
  if (content == nullptr) return wrong_kind("Struct objects supported", purpose, value);
  // Positions of fields are looked up in the record's schema, so the struct has to be of it.
  if (!equal(content->schema(), schema)) {
    return Error{ErrorCode::bad_record, "Struct schemas do not match."};
  }
  return content;
}

const Value* find_entry(const Value::Map& map, std::string_view key) {
  for (const auto& [name, value] : map) {
    if (name.kind() == ValueKind::string && name.view() == key) return &value;
  }
  return nullptr;
}

void set_entry(Value::Map& map, const Text& key, Value value) {
  for (auto& [name, content] : map) {
    if (name.kind() != ValueKind::string || name.view() != key.view()) continue;
    content = std::move(value);
    return;
  }
  map.emplace_back(key, std::move(value));
}

}  // namespace millrace::transform
