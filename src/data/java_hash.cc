#include "data/java_hash.h"

#include "base/java_decimal.h"
#include "data/utf16.h"
#include "millrace/struct.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace millrace::data {

namespace {

std::uint32_t fold(std::uint64_t bits) { return static_cast<std::uint32_t>(bits ^ (bits >> 32U)); }

std::uint32_t float_hash(float number) {
  return std::isnan(number) ? 0x7fc00000U : std::bit_cast<std::uint32_t>(number);
}

std::uint32_t double_hash(double number) {
  return fold(std::isnan(number) ? 0x7ff8000000000000U : std::bit_cast<std::uint64_t>(number));
}

std::uint32_t decimal_hash(const Decimal& decimal) {
  DecimalDigits digits = decimal_digits(decimal);
  const bool negative = digits.negative;
  digits.negative = false;
  std::string bytes = to_decimal(digits).unscaled;
  bytes.insert(0, (4 - bytes.size() % 4) % 4, '\0');
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      word = (word << 8U) | static_cast<unsigned char>(bytes[i + j]);
    }
    hash = hash * 31 + word;
  }
  return 31 * (negative ? ~hash + 1 : hash) + static_cast<std::uint32_t>(decimal.scale);
}

std::uint32_t struct_hash(const Struct& content) {
  std::uint32_t hash = 1;
  for (const Field& field : content.schema()->raw_fields()) {
    hash = hash * 31 + java_hash(content.raw(field.index));
  }
  return hash;
}

}  // namespace

std::uint32_t java_text_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for_each_utf16(text, [&](char16_t unit) { hash = hash * 31 + unit; });
  return hash;
}

std::uint32_t java_hash(const Value& value) {
  switch (value.kind()) {
    case ValueKind::null: return 0;
    case ValueKind::int8: return static_cast<std::uint32_t>(*value.get_if<std::int8_t>());
    case ValueKind::int16: return static_cast<std::uint32_t>(*value.get_if<std::int16_t>());
    case ValueKind::int32: return static_cast<std::uint32_t>(*value.get_if<std::int32_t>());
    case ValueKind::int64: return fold(static_cast<std::uint64_t>(*value.get_if<std::int64_t>()));
    case ValueKind::float32: return float_hash(*value.get_if<float>());
    case ValueKind::float64: return double_hash(*value.get_if<double>());
    case ValueKind::boolean: return *value.get_if<bool>() ? 1231 : 1237;
    case ValueKind::string:
    case ValueKind::bytes: return java_text_hash(value.view());
    case ValueKind::array: {
      std::uint32_t hash = 1;
      for (const Value& element : *value.get_if<Value::Array>()) {
        hash = hash * 31 + java_hash(element);
      }
      return hash;
    }
    case ValueKind::map: {
      std::uint32_t hash = 0;
      for (const auto& [key, mapped] : *value.get_if<Value::Map>()) {
        hash += java_hash(key) ^ java_hash(mapped);
      }
      return hash;
    }
    case ValueKind::structure: return struct_hash(*value.get_if<Struct>());
    case ValueKind::decimal: return decimal_hash(*value.get_if<Decimal>());
    case ValueKind::instant:
      return fold(static_cast<std::uint64_t>(value.get_if<Instant>()->time_since_epoch().count()));
  }
  return 0;
}

Value::Map in_hash_order(Value::Map entries, MapOrigin origin) {
  std::size_t slots = 16;
  if (origin == MapOrigin::copied) {
    slots = std::bit_ceil(entries.size() * 4 / 3 + 1);
  } else {
    while (entries.size() * 4 > slots * 3) slots *= 2;
  }
  std::vector<std::size_t> slot_of;
  slot_of.reserve(entries.size());
  for (const auto& [key, value] : entries) {
    const std::uint32_t hash = java_hash(key);
    slot_of.push_back((hash ^ (hash >> 16U)) & (slots - 1));
  }
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return slot_of[i]; });
  Value::Map sorted;
  sorted.reserve(entries.size());
  for (const std::size_t i : order) sorted.push_back(std::move(entries[i]));
  return sorted;
}

}  // namespace millrace::data
