#pragma once

#include "convert/json_document.h"
#include "convert/json_options.h"
#include "convert/lru_cache.h"
#include "millrace/schema.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::convert {

/// Reads messages: the envelope of schema and payload, or payload alone.
/// A message that starts with the same schema as the one before it is not read a second time up to
/// its payload, and a text in it is borrowed from the message: nothing is allocated.
/// Threads: one.
class JsonReader {
 public:
  explicit JsonReader(const JsonOptions& options)
      : options_(options), schemas_(options.cache_size) {}

  /// Forgets what it has read and takes the options as they are now.
  void reset();
  /// From now on each message is the payload of this schema, given as JSON text (`null`: as
  /// before).
  Result<void> set_schema(std::string_view schema_text);

  /// The value borrows from the bytes where it can.
  Result<SchemaAndValue> read(std::string_view bytes);
  [[nodiscard]] std::size_t cached_schemas() const { return schemas_.size(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::optional<SchemaAndValue> read_text_behind_known_schema(std::string_view bytes) const;
  Result<SchemaAndValue> read_behind_known_schema(std::string_view bytes, bool& done);
  Result<SchemaAndValue> read_envelope(std::string_view text, bool borrow);
  Result<SchemaPtr> schema_of(const JsonNode& node);
  void remember(std::string_view text, const JsonNode& schema_node, const JsonNode& payload,
                const SchemaPtr& schema);

  const JsonOptions& options_;
  JsonDocument document_;
  std::string translated_;                              // a message that was not UTF-8
  SchemaPtr fixed_schema_;                              // null: messages bring theirs
  LruCache<std::string, SchemaPtr, TextHash> schemas_;  // by their JSON text

  // The last envelope: its bytes up to the payload and what they said.
  std::string known_start_;
  SchemaPtr known_schema_;
  bool known_is_text_ = false;  // a STRING that is just a text
};

}  // namespace millrace::convert
