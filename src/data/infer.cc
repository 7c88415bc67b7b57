#include "data/values.h"
#include "millrace/struct.h"

#include <optional>

namespace millrace::data {

namespace {

/// Collects the one type that all values have. What schema lies inside a list or map is lost.
class CommonType {
 public:
  /// False: no schema can be found, or another than before.
  bool add(const Value& value) {
    if (value.is_null()) {
      optional_ = true;
      return true;
    }
    const SchemaPtr schema = infer_schema(value);
    if (schema == nullptr || (type_ && *type_ != schema->type())) return false;
    type_ = schema->type();
    return true;
  }

  /// Null when there were only nulls, or nothing.
  [[nodiscard]] SchemaPtr schema() const {
    if (!type_) return nullptr;
    SchemaBuilder builder(*type_);
    if (optional_) builder.optional();
    return builder.build_checked();
  }

 private:
  std::optional<Type> type_;
  bool optional_ = false;
};

}  // namespace

SchemaPtr infer_schema(const Value& value) {
  switch (value.kind()) {
    case ValueKind::null:
    case ValueKind::decimal:
    case ValueKind::instant: return nullptr;
    case ValueKind::array: {
      CommonType element;
      for (const Value& one : *value.get_if<Value::Array>()) {
        if (!element.add(one)) return nullptr;
      }
      const SchemaPtr schema = element.schema();
      return schema == nullptr ? nullptr : SchemaBuilder::array(schema).build_checked();
    }
    case ValueKind::map: {
      CommonType keys;
      CommonType values;
      for (const auto& [key, mapped] : *value.get_if<Value::Map>()) {
        if (!keys.add(key) || !values.add(mapped)) return nullptr;
      }
      const SchemaPtr key = keys.schema();
      const SchemaPtr mapped = values.schema();
      if (key == nullptr || mapped == nullptr) return nullptr;
      return SchemaBuilder::map(key, mapped).build_checked();
    }
    case ValueKind::structure: return value.get_if<Struct>()->schema();
    default: return schemas::of(static_cast<Type>(static_cast<int>(value.kind()) - 1));
  }
}

}  // namespace millrace::data
