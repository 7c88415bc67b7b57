#pragma once

#include "millrace/text.h"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {

class Struct;

/// A number with a scale: unscaled × 10^-scale. 1.50 is {"\x96" as two's complement, 2}.
/// Source: java.math.BigDecimal, as org.apache.kafka.connect.data.Decimal stores it.
struct Decimal {
  std::string unscaled;  ///< two's complement, big endian, as few bytes as possible, at least one
  std::int32_t scale = 0;

  bool operator==(const Decimal&) const = default;
};

/// A moment, in milliseconds since 1970-01-01T00:00Z: the value of Date, Time and Timestamp.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// What a Value holds at run time. The first members after `null` are in the order of Type.
enum class ValueKind : std::uint8_t {
  null,
  int8,
  int16,
  int32,
  int64,
  float32,
  float64,
  boolean,
  string,
  bytes,
  array,
  map,
  structure,
  decimal,
  instant,
};

/// One value of a record: nothing, a number, a text, a list, a struct… Unchanging; copying is
/// cheap, for what is large is shared. Text and bytes may be borrowed (see Text); `retained()`
/// makes a value that can be kept.
/// Threads: copies may live on different threads.
/// Source:  the Java objects that Kafka Connect 4.3 carries in keys, values and headers.
class Value {
 public:
  using Array = std::vector<Value>;
  using Map = std::vector<std::pair<Value, Value>>;  ///< in the order in which it was made
  using Variant =
      std::variant<std::monostate, std::int8_t, std::int16_t, std::int32_t, std::int64_t, float,
                   double, bool, Text, Bytes, std::shared_ptr<const Array>,
                   std::shared_ptr<const Map>, std::shared_ptr<const Struct>,
                   std::shared_ptr<const Decimal>, Instant>;

  Value() noexcept = default;  ///< null
  Value(std::nullptr_t) noexcept {}
  /// Exactly one of the types of Variant; no number is widened on the way in.
  template <class T>
    requires(std::same_as<T, std::int8_t> || std::same_as<T, std::int16_t> ||
             std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> ||
             std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, bool> ||
             std::same_as<T, Instant>)
  Value(T value) noexcept : variant_(value) {}
  Value(Text text) noexcept : variant_(std::move(text)) {}
  Value(const std::string& text) : variant_(Text(text)) {}
  Value(const char* text) : variant_(Text(text)) {}
  Value(Bytes bytes) noexcept : variant_(std::move(bytes)) {}
  Value(Array array) : variant_(std::make_shared<const Array>(std::move(array))) {}
  Value(Map map) : variant_(std::make_shared<const Map>(std::move(map))) {}
  Value(Struct value);
  Value(std::shared_ptr<const Struct> value) noexcept : variant_(std::move(value)) {}
  Value(Decimal decimal) : variant_(std::make_shared<const Decimal>(std::move(decimal))) {}

  [[nodiscard]] ValueKind kind() const noexcept { return static_cast<ValueKind>(variant_.index()); }
  [[nodiscard]] bool is_null() const noexcept { return kind() == ValueKind::null; }

  /// The content, or null when the value is of another kind: `value.get_if<std::int64_t>()`.
  template <class T>
  [[nodiscard]] const T* get_if() const noexcept {
    if constexpr (std::same_as<T, Array> || std::same_as<T, Map> || std::same_as<T, Struct> ||
                  std::same_as<T, Decimal>) {
      const auto* shared = std::get_if<std::shared_ptr<const T>>(&variant_);
      return shared == nullptr ? nullptr : shared->get();
    } else {
      return std::get_if<T>(&variant_);
    }
  }
  /// The characters of a text or the bytes of bytes; empty for every other kind.
  [[nodiscard]] std::string_view view() const noexcept {
    if (const Text* text = get_if<Text>()) return text->view();
    if (const Bytes* bytes = get_if<Bytes>()) return bytes->view();
    return {};
  }
  [[nodiscard]] const Variant& variant() const noexcept { return variant_; }

  /// The same value with every text and byte in it owned.
  [[nodiscard]] Value retained() const;

  /// The Java class that stands for the kind in error texts: "java.lang.Long", "[B", …
  [[nodiscard]] std::string_view java_class() const noexcept;

  /// As Java's equals: kinds have to agree, NaN equals itself, -0.0 is not 0.0, maps are compared
  /// without regard to order, decimals by digits and scale.
  friend bool operator==(const Value& a, const Value& b) { return a.equals(b); }

 private:
  [[nodiscard]] bool equals(const Value& other) const;
  Variant variant_;
};

}  // namespace millrace
