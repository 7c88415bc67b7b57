#include "pipeline/sink_commits.h"

#include "base/log.h"

namespace millrace::pipeline {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.WorkerSinkTask");
  return instance;
}

}  // namespace

void SinkCommits::move_to(const TopicPartition& partition, std::int64_t offset) {
  if (Position* position = find(partition)) *position = Position{offset, offset, offset};
}

PartitionOffsets SinkCommits::current(const PartitionSet& partitions) const {
  PartitionOffsets result;
  for (const auto& [partition, position] : positions_) {
    if (partitions.contains(partition)) result.emplace(partition, position.current);
  }
  return result;
}

PartitionOffsets SinkCommits::committed(const PartitionSet& partitions) const {
  PartitionOffsets result;
  for (const auto& [partition, position] : positions_) {
    if (partitions.contains(partition)) result.emplace(partition, position.committed);
  }
  return result;
}

std::optional<PartitionOffsets> SinkCommits::select(const PartitionSet& asked,
                                                    const PartitionOffsets& wanted) {
  PartitionOffsets result = committed(asked);
  bool changed = false;
  for (const auto& [partition, offset] : wanted) {
    const auto place = result.find(partition);
    if (place == result.end()) {
      logger().warn("{} ignores offset {} of {}, which {}", task_id_, offset, partition.to_string(),
                    positions_.contains(partition) ? "it was not asked for" : "is not assigned");
      continue;
    }
    if (const std::int64_t limit = find(partition)->current; offset > limit) {
      logger().warn("{} ignores offset {} of {}: only records before {} were delivered", task_id_,
                    offset, partition.to_string(), limit);
      continue;
    }
    changed = changed || place->second != offset;
    place->second = offset;
  }
  if (!changed) return std::nullopt;
  return result;
}

void SinkCommits::completed(std::uint64_t sequence, const PartitionOffsets& offsets,
                            const Result<void>& result) {
  if (sequence != sequence_) {
    logger().debug("{} got the answer to commit {} after commit {} had begun", task_id_, sequence,
                   sequence_);
    counters_.offset_commit_skip.add();
    return;
  }
  deadline_.reset();
  if (!result) {
    ++failures_;
    counters_.offset_commit_failure.add();
    logger().error("{} failed to commit offsets, {} in a row: {}", task_id_, failures_,
                   result.error().message());
    return;
  }
  failures_ = 0;
  counters_.offset_commit_success.add();
  counters_.offset_commit_completion.add();
  for (const auto& [partition, offset] : offsets) {
    if (Position* position = find(partition)) position->committed = offset;
  }
}

void SinkCommits::timed_out() {
  deadline_.reset();
  ++failures_;
  counters_.offset_commit_failure.add();
  logger().warn("{} had no answer to its offset commit in time, and goes on without", task_id_);
}

}  // namespace millrace::pipeline
