#include "millrace/value.h"

#include "millrace/struct.h"

#include <bit>
#include <cmath>

namespace millrace {

namespace {

/// Java's equals of Float and Double: by bits, all NaN alike.
template <class Bits, class Number>
bool same_number(Number a, Number b) {
  if (std::isnan(a)) return std::isnan(b);
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}

/// Without regard to order. Maps are mostly in the same order, so that is tried first.
bool same_map(const Value::Map& a, const Value::Map& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    bool found = false;
    for (std::size_t step = 0; step < b.size() && !found; ++step) {
      const auto& entry = b[(i + step) % b.size()];
      if (!(entry.first == a[i].first)) continue;
      if (!(entry.second == a[i].second)) return false;
      found = true;
    }
    if (!found) return false;
  }
  return true;
}

/// Whether anything in the value points into memory of somebody else.
bool borrows(const Value& value) {
  switch (value.kind()) {
    case ValueKind::string: return value.get_if<Text>()->borrowed();
    case ValueKind::bytes: return value.get_if<Bytes>()->borrowed();
    case ValueKind::array:
      for (const Value& element : *value.get_if<Value::Array>()) {
        if (borrows(element)) return true;
      }
      return false;
    case ValueKind::map:
      for (const auto& [key, mapped] : *value.get_if<Value::Map>()) {
        if (borrows(key) || borrows(mapped)) return true;
      }
      return false;
    case ValueKind::structure: {
      const Struct& content = *value.get_if<Struct>();
      for (std::size_t i = 0; i < content.schema()->raw_fields().size(); ++i) {
        if (borrows(content.raw(i))) return true;
      }
      return false;
    }
    default: return false;
  }
}

}  // namespace

Value::Value(Struct value) : variant_(std::make_shared<const Struct>(std::move(value))) {}

Value Value::retained() const {
  if (!borrows(*this)) return *this;
  switch (kind()) {
    case ValueKind::string: return get_if<Text>()->retained();
    case ValueKind::bytes: return get_if<Bytes>()->retained();
    case ValueKind::array: {
      Array copy;
      copy.reserve(get_if<Array>()->size());
      for (const Value& element : *get_if<Array>()) copy.push_back(element.retained());
      return copy;
    }
    case ValueKind::map: {
      Map copy;
      copy.reserve(get_if<Map>()->size());
      for (const auto& [key, value] : *get_if<Map>()) {
        copy.emplace_back(key.retained(), value.retained());
      }
      return copy;
    }
    case ValueKind::structure: {
      Struct copy = *get_if<Struct>();
      for (std::size_t i = 0; i < copy.schema()->raw_fields().size(); ++i) {
        copy.put_unchecked(i, copy.raw(i).retained());
      }
      return copy;
    }
    default: return *this;
  }
}

std::string_view Value::java_class() const noexcept {
  switch (kind()) {
    case ValueKind::null: return "null";
    case ValueKind::int8: return "java.lang.Byte";
    case ValueKind::int16: return "java.lang.Short";
    case ValueKind::int32: return "java.lang.Integer";
    case ValueKind::int64: return "java.lang.Long";
    case ValueKind::float32: return "java.lang.Float";
    case ValueKind::float64: return "java.lang.Double";
    case ValueKind::boolean: return "java.lang.Boolean";
    case ValueKind::string: return "java.lang.String";
    case ValueKind::bytes: return "[B";
    case ValueKind::array: return "java.util.ArrayList";
    case ValueKind::map: return "java.util.HashMap";
    case ValueKind::structure: return "org.apache.kafka.connect.data.Struct";
    case ValueKind::decimal: return "java.math.BigDecimal";
    case ValueKind::instant: return "java.util.Date";
  }
  return "";
}

bool Value::equals(const Value& other) const {
  if (kind() != other.kind()) return false;
  switch (kind()) {
    case ValueKind::float32:
      return same_number<std::uint32_t>(*get_if<float>(), *other.get_if<float>());
    case ValueKind::float64:
      return same_number<std::uint64_t>(*get_if<double>(), *other.get_if<double>());
    case ValueKind::array: {
      const Array* mine = get_if<Array>();
      return mine == other.get_if<Array>() || *mine == *other.get_if<Array>();
    }
    case ValueKind::map: {
      const Map* mine = get_if<Map>();
      return mine == other.get_if<Map>() || same_map(*mine, *other.get_if<Map>());
    }
    case ValueKind::structure: {
      const Struct* mine = get_if<Struct>();
      return mine == other.get_if<Struct>() || *mine == *other.get_if<Struct>();
    }
    case ValueKind::decimal: return *get_if<Decimal>() == *other.get_if<Decimal>();
    default: return variant_ == other.variant_;
  }
}

}  // namespace millrace
