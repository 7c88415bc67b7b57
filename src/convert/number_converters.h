#pragma once

#include "convert/both_ways.h"
#include "convert/errors.h"

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace millrace::convert {

/// One kind of number as big-endian bytes. Reading gives an optional schema of its type; writing
/// asks for exactly this kind of value and does not look at the schema.
/// Source: org.apache.kafka.connect.converters.NumberConverter.
template <class Number, Type type>
class NumberConverter final : public BothWays {
 protected:
  Result<NullableBytes> write(const SchemaPtr& /*schema*/, const Value& value) override {
    if (value.is_null()) return NullableBytes();
    const Number* number = value.get_if<Number>();
    if (number == nullptr) {
      return data_error("Failed to serialize to " + std::string(word()) + " (was class " +
                        std::string(value.java_class()) + "): ");
    }
    auto bits = std::bit_cast<Bits>(*number);
    for (std::size_t i = sizeof(Number); i-- > 0; bits = static_cast<Bits>(bits >> 8)) {
      bytes_[i] = static_cast<char>(bits);
    }
    return NullableBytes(std::string_view(bytes_.data(), bytes_.size()));
  }

  Result<SchemaAndValue> read(NullableBytes bytes) override {
    if (!bytes) return SchemaAndValue{schemas::optional_of(type), nullptr};
    if (bytes->size() != sizeof(Number)) {
      return data_error("Failed to deserialize " + std::string(word()) + ": ")
          .caused_by(serialization_error("Size of data received by " + std::string(reader()) +
                                         " is not " + std::to_string(sizeof(Number))));
    }
    Bits bits = 0;
    for (const char byte : *bytes) {
      bits = static_cast<Bits>(static_cast<std::uint64_t>(bits) << 8 |
                               static_cast<unsigned char>(byte));
    }
    return SchemaAndValue{schemas::optional_of(type), std::bit_cast<Number>(bits)};
  }

 private:
  using Bits =
      std::conditional_t<sizeof(Number) == 2, std::uint16_t,
                         std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>>;

  static constexpr std::string_view word() {
    if constexpr (std::same_as<Number, std::int16_t>) return "short";
    if constexpr (std::same_as<Number, std::int32_t>) return "integer";
    if constexpr (std::same_as<Number, std::int64_t>) return "long";
    if constexpr (std::same_as<Number, float>) return "float";
    return "double";
  }
  static constexpr std::string_view reader() {
    if constexpr (std::same_as<Number, std::int16_t>) return "ShortDeserializer";
    if constexpr (std::same_as<Number, std::int32_t>) return "IntegerDeserializer";
    if constexpr (std::same_as<Number, std::int64_t>) return "LongDeserializer";
    return "Deserializer";  // Java's message leaves the type out for these two
  }

  std::array<char, sizeof(Number)> bytes_{};
};

using ShortConverter = NumberConverter<std::int16_t, Type::int16>;
using IntegerConverter = NumberConverter<std::int32_t, Type::int32>;
using LongConverter = NumberConverter<std::int64_t, Type::int64>;
using FloatConverter = NumberConverter<float, Type::float32>;
using DoubleConverter = NumberConverter<double, Type::float64>;

}  // namespace millrace::convert
