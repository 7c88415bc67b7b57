#pragma once

#include "millrace/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::convert {

enum class JsonKind : std::uint8_t { missing, null, boolean, number, string, array, object };

/// "ARRAY", "NUMBER", …: the word for it in error texts.
std::string_view json_kind_word(JsonKind kind);

/// One value of a document. What it contains follows it directly in memory: an object's members as
/// name, value, name, value, each name once.
struct JsonNode {
  JsonKind kind = JsonKind::missing;
  bool is_true = false;     ///< booleans: the value
  bool whole = false;       ///< numbers: neither fraction nor exponent
  bool in_source = true;    ///< strings: the text lies in the document's source
  std::uint32_t count = 0;  ///< elements or members
  std::uint32_t span = 1;   ///< nodes that it takes up, itself included
  std::size_t start = 0;    ///< where it begins in the source
  /// Strings: their characters; everything else: the source from its first to its last byte.
  std::string_view text;

  [[nodiscard]] const JsonNode* first() const { return this + 1; }
  [[nodiscard]] const JsonNode* next() const { return this + span; }
  [[nodiscard]] const JsonNode* end() const { return this + span; }
  /// A member's value; null when there is none, or this is no object.
  [[nodiscard]] const JsonNode* member(std::string_view name) const;
};

/// Reads JSON exactly as Kafka Connect's Jackson does: strict, but leading zeros pass, text behind
/// the value is not looked at, of repeated members the last counts (in the place of the first),
/// and numbers keep their digits. Bounds: 1000 levels, 1000 digits, 20 000 000 characters of a
/// string, 50 000 bytes of a name.
/// Threads: one. Nothing is allocated once a document of the size has been read.
class JsonDocument {
 public:
  /// Reads the first value of source from `at` on. The nodes refer to source until the next call.
  /// depth: how many levels lie around the value; 0 asks for a blank behind numbers, and for
  /// something that is no part of a word behind words.
  /// Only blanks: a root of kind missing. Returns the position behind the value.
  /// Errors: what is wrong and at which byte (bad_record, SerializationException).
  Result<std::size_t> parse(std::string_view source, std::size_t at = 0, std::size_t depth = 0);

  [[nodiscard]] const JsonNode& root() const { return nodes_.front(); }

 private:
  bool value(std::size_t depth);
  bool object(std::size_t depth);
  bool array(std::size_t depth);
  bool string(bool is_name);
  bool decode_string(const char* from, bool is_name);
  bool escape();
  bool hex_unit(std::uint32_t& unit);
  bool number();
  bool word(std::string_view expected, JsonKind kind);
  void close(std::size_t index);
  bool has_repeats(std::size_t index);
  void drop_repeats(std::size_t index);
  void skip_blanks();
  [[nodiscard]] bool fail(const char* problem);
  JsonNode& push(JsonKind kind, const char* start);
  [[nodiscard]] bool at_end() const { return at_ == end_; }

  std::vector<JsonNode> nodes_;
  std::string decoded_;  // texts that had escapes; never grows beyond what was reserved for it
  std::vector<std::string_view> names_;
  const char* source_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* problem_ = nullptr;
  bool non_ascii_ = false;
};

}  // namespace millrace::convert
