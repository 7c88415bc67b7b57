#pragma once

#include "millrace/value.h"

#include <cstdint>
#include <string_view>

namespace millrace::data {

/// Java's hash of a UTF-8 text: over its UTF-16 units.
std::uint32_t java_text_hash(std::string_view text);

/// Java's hashCode of a value. Bytes and structs, whose hash in Java is not one of their content
/// alone, hash to a number of ours.
std::uint32_t java_hash(const Value& value);

/// How a hash map came to its entries.
enum class MapOrigin : std::uint8_t {
  filled,  ///< one put after the other, from 16 slots on
  copied,  ///< made from another map, large enough from the start
};

/// The entries in the order in which java.util.HashMap would list them.
Value::Map in_hash_order(Value::Map entries, MapOrigin origin = MapOrigin::filled);

}  // namespace millrace::data
