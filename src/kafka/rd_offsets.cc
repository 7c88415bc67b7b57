#include "kafka/rd_offsets.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

namespace millrace::kafka {

namespace {

/// The first error of a whole request or of one of its partitions.
Result<void> check(rd_kafka_resp_err_t err, const rd_kafka_topic_partition_list_t& list,
                   std::string_view what) {
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) return error_from(err, what);
  for (int i = 0; i < list.cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list.elems[i];
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return error_from(one.err, fmt::format("{} for {}-{}", what, one.topic, one.partition));
    }
  }
  return {};
}

}  // namespace

Result<PartitionOffsets> reset_positions(rd_kafka_s& client, const NativeSettings& settings,
                                         const PartitionSet& partitions,
                                         std::chrono::milliseconds timeout) {
  // ListOffsets takes a time, or one of two numbers that stand for the ends of a partition.
  std::int64_t time = RD_KAFKA_OFFSET_END;
  if (settings.reset == ResetPolicy::earliest) time = RD_KAFKA_OFFSET_BEGINNING;
  if (settings.reset == ResetPolicy::by_duration) {
    const auto now = std::chrono::system_clock::now() - settings.reset_duration;
    time = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    if (time < 0) time = 0;
  }
  if (settings.reset == ResetPolicy::none) {
    return Error{ErrorCode::fatal,
                 "org.apache.kafka.clients.consumer.NoOffsetForPartitionException",
                 fmt::format("group '{}' has committed no offset for {} and auto.offset.reset=none",
                             *settings.find("group.id"), partitions.begin()->to_string())};
  }
  const PartitionList list = to_list(partitions);
  for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = time;
  const rd_kafka_resp_err_t err =
      rd_kafka_offsets_for_times(&client, list.get(), static_cast<int>(timeout.count()));
  MILLRACE_TRY(check(err, *list, "cannot look up offsets"));
  PartitionOffsets result;
  PartitionSet at_end;  // nothing as young as that: the end
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (one.offset < 0) {
      at_end.insert({one.topic, one.partition});
    } else {
      result[{one.topic, one.partition}] = one.offset;
    }
  }
  for (const TopicPartition& partition : at_end) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    const rd_kafka_resp_err_t failed =
        rd_kafka_query_watermark_offsets(&client, partition.topic.c_str(), partition.partition,
                                         &low, &high, static_cast<int>(timeout.count()));
    if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return error_from(failed, "cannot look up offsets of " + partition.to_string());
    }
    result[partition] = settings.reset == ResetPolicy::earliest ? low : high;
  }
  return result;
}

Result<PartitionOffsets> edge_offsets(rd_kafka_s& client, const PartitionSet& partitions, Edge edge,
                                      std::chrono::milliseconds timeout) {
  const PartitionList list = to_list(partitions);
  for (int i = 0; i < list->cnt; ++i) {
    list->elems[i].offset = edge == Edge::first ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
  }
  const rd_kafka_resp_err_t err =
      rd_kafka_offsets_for_times(&client, list.get(), static_cast<int>(timeout.count()));
  MILLRACE_TRY(check(err, *list, "cannot look up offsets"));
  PartitionOffsets result;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (one.offset < 0) {  // a leader did not answer for it
      return error_from(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
                        fmt::format("cannot look up offsets for {}-{}", one.topic, one.partition));
    }
    result[{one.topic, one.partition}] = one.offset;
  }
  return result;
}

Result<PartitionOffsets> start_positions(rd_kafka_s& client, const NativeSettings& settings,
                                         const PartitionSet& partitions,
                                         std::chrono::milliseconds timeout) {
  const PartitionList list = to_list(partitions);
  const rd_kafka_resp_err_t err =
      rd_kafka_committed(&client, list.get(), static_cast<int>(timeout.count()));
  MILLRACE_TRY(
      check(err, *list,
            fmt::format("cannot read the offsets of group '{}'", *settings.find("group.id"))));
  PartitionOffsets result;
  PartitionSet missing;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (one.offset >= 0) {
      result[{one.topic, one.partition}] = one.offset;
    } else {
      missing.insert({one.topic, one.partition});
    }
  }
  if (missing.empty()) return result;
  Result<PartitionOffsets> others = reset_positions(client, settings, missing, timeout);
  if (!others) return others.error();
  result.merge(*others);
  return result;
}

}  // namespace millrace::kafka
