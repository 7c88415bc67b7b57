#pragma once

#include "millrace/schema.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;  ///< from 0

  auto operator<=>(const TopicPartition&) const = default;
  [[nodiscard]] std::string to_string() const { return topic + "-" + std::to_string(partition); }
};

struct Header {
  Text key;
  SchemaPtr schema;  ///< null: none
  Value value;

  bool operator==(const Header& other) const {
    return key == other.key && equal(schema, other.schema) && value == other.value;
  }
};

/// Headers in order; a key may occur more than once.
/// Source: org.apache.kafka.connect.header.ConnectHeaders.
class Headers {
 public:
  /// Appends. Errors (bad_record): the value does not fit the schema.
  Result<void> add(Text key, SchemaPtr schema, Value value);
  /// Appends without a check, for bytes that a converter has just read.
  void append(Header header) { headers_.push_back(std::move(header)); }
  /// Removes every header of that key.
  void remove(std::string_view key);
  void clear() { headers_.clear(); }
  /// The last header of that key, or null.
  [[nodiscard]] const Header* last(std::string_view key) const;

  [[nodiscard]] bool empty() const { return headers_.empty(); }
  [[nodiscard]] std::size_t size() const { return headers_.size(); }
  [[nodiscard]] auto begin() const { return headers_.begin(); }
  [[nodiscard]] auto end() const { return headers_.end(); }
  [[nodiscard]] auto begin() { return headers_.begin(); }
  [[nodiscard]] auto end() { return headers_.end(); }

  bool operator==(const Headers&) const = default;

 private:
  std::vector<Header> headers_;
};

/// What source and sink records have in common, and what transformations work on.
/// Text and bytes in it may be borrowed from the Kafka message or from the task's batch: keep a
/// record only as `retained()`.
/// Source: org.apache.kafka.connect.connector.ConnectRecord.
struct Record {
  Text topic;
  std::optional<std::int32_t> partition;  ///< source records: none lets the producer choose
  SchemaPtr key_schema;
  Value key;
  SchemaPtr value_schema;
  Value value;
  std::optional<std::int64_t> timestamp;  ///< milliseconds since the epoch
  Headers headers;
  /// For transformations, which are not told what kind of record they have: the offset that a sink
  /// record was consumed at. None: a source record.
  std::optional<std::int64_t> sink_offset;

  [[nodiscard]] Record retained() const;
  bool operator==(const Record& other) const;
};

/// One entry of a source partition or offset. Values are null, boolean, a number, text or bytes.
struct OffsetEntry {
  std::string_view key;
  Value value;

  bool operator==(const OffsetEntry&) const = default;
};

/// A source partition or offset inside a record: a few entries that lie in the batch. It can be
/// null, which is not the same as having no entries.
class OffsetView {
 public:
  OffsetView() = default;  ///< null
  explicit OffsetView(std::span<const OffsetEntry> entries) : entries_(entries), null_(false) {}

  [[nodiscard]] bool is_null() const { return null_; }
  [[nodiscard]] std::span<const OffsetEntry> entries() const { return entries_; }

  bool operator==(const OffsetView& other) const;

 private:
  std::span<const OffsetEntry> entries_;
  bool null_ = true;
};

/// The same as an owned map: what is stored, looked up and altered.
using OffsetMap = std::map<std::string, Value, std::less<>>;
/// Owned and nullable: a null offset is a tombstone.
using NullableOffsetMap = std::optional<OffsetMap>;
NullableOffsetMap to_map(const OffsetView& view);

/// A record on its way into Kafka.
/// Source: org.apache.kafka.connect.source.SourceRecord.
struct SourceRecord : Record {
  OffsetView source_partition;  ///< where it comes from: {"filename": "a.txt"}
  OffsetView source_offset;     ///< the place after it: {"position": 20}
};

enum class TimestampType : std::uint8_t { none, create_time, log_append_time };

/// A record on its way out of Kafka. Everything in it may be borrowed from the Kafka message and
/// is valid until `put` returns.
/// Source: org.apache.kafka.connect.sink.SinkRecord.
struct SinkRecord : Record {
  std::int64_t kafka_offset = 0;
  TimestampType timestamp_type = TimestampType::none;
  Text original_topic;  ///< as consumed, before transforms
  std::int32_t original_partition = 0;
  std::int64_t original_offset = 0;
};

}  // namespace millrace
