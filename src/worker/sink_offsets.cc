#include "worker/sink_offsets.h"

#include "base/java_number.h"
#include "millrace/value_text.h"

#include <string>
#include <string_view>

namespace millrace::worker {

namespace {

constexpr std::string_view topic_key = "kafka_topic";
constexpr std::string_view partition_key = "kafka_partition";
constexpr std::string_view offset_key = "kafka_offset";

Error refused(std::string message) { return {ErrorCode::invalid_config, std::move(message)}; }

/// A value as text, whatever scalar it is; none: null, a list or an object.
std::optional<std::string> scalar_text(const OffsetMap& map, std::string_view key) {
  const auto it = map.find(key);
  if (it == map.end()) return std::nullopt;
  switch (it->second.kind()) {
    case ValueKind::null:
    case ValueKind::array:
    case ValueKind::map: return std::nullopt;
    default: return to_text(it->second);
  }
}

template <class Number>
Result<Number> parse_number(const std::string& text, std::string_view what) {
  if (const std::optional<Number> number = parse_java_integer<Number>(text)) return *number;
  return refused("Failed to parse the following Kafka " + std::string(what) +
                 " value in the provided offsets: '" + text + "'. " +
                 (what == "partition" ? "Partition" : "Offset") +
                 " values for sink connectors need to be integers.");
}

Result<TopicPartition> parse_partition(const NullableOffsetMap& partition) {
  if (!partition) {
    return refused("The partition for a sink connector offset cannot be null or missing");
  }
  if (!partition->contains(topic_key) || !partition->contains(partition_key)) {
    return refused(
        "The partition for a sink connector offset must contain the keys 'kafka_topic' and "
        "'kafka_partition'");
  }
  std::optional<std::string> topic = scalar_text(*partition, topic_key);
  if (!topic) return refused("Kafka topic names must be valid strings and may not be null");
  const std::optional<std::string> number = scalar_text(*partition, partition_key);
  if (!number) return refused("Kafka partitions must be valid numbers and may not be null");
  const Result<std::int32_t> parsed = parse_number<std::int32_t>(*number, "partition");
  if (!parsed) return parsed.error();
  return TopicPartition{*std::move(topic), *parsed};
}

Result<std::optional<std::int64_t>> parse_offset(const NullableOffsetMap& offset) {
  if (!offset) return std::optional<std::int64_t>();
  const std::optional<std::string> number = scalar_text(*offset, offset_key);
  if (!number) {
    return refused(
        "The offset for a sink connector should either be null or contain the key 'kafka_offset'");
  }
  const Result<std::int64_t> parsed = parse_number<std::int64_t>(*number, "offset");
  if (!parsed) return parsed.error();
  return std::optional(*parsed);
}

}  // namespace

Result<GroupChanges> parse_group_changes(const std::vector<ConnectorOffset>& changes) {
  GroupChanges parsed;
  for (const ConnectorOffset& change : changes) {
    Result<TopicPartition> partition = parse_partition(change.partition);
    if (!partition) return std::move(partition.error());
    const Result<std::optional<std::int64_t>> offset = parse_offset(change.offset);
    if (!offset) return offset.error();
    parsed.insert_or_assign(*std::move(partition), *offset);
  }
  return parsed;
}

ConnectorOffset to_connector_offset(const TopicPartition& partition, std::int64_t offset) {
  return {OffsetMap{{std::string(partition_key), partition.partition},
                    {std::string(topic_key), Value(partition.topic)}},
          OffsetMap{{std::string(offset_key), offset}}};
}

}  // namespace millrace::worker
