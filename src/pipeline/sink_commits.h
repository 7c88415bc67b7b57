#pragma once

#include "base/clock.h"
#include "metrics/task_counters.h"
#include "millrace/result.h"
#include "millrace/sink.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace millrace::pipeline {

/// Where each assigned partition of a sink task stands, and which commit is the last one.
/// Threads: the task's.
class SinkCommits {
 public:
  struct Position {
    std::int64_t taken = 0;      ///< the next after the batch that put is to get
    std::int64_t current = 0;    ///< the next after what put has taken: may be committed
    std::int64_t committed = 0;  ///< what Kafka has been told
  };

  SinkCommits(std::string task_id, metrics::TaskCounters& counters)
      : task_id_(std::move(task_id)), counters_(counters) {}

  void assign(const TopicPartition& partition, std::int64_t offset) {
    positions_.insert_or_assign(partition, Position{offset, offset, offset});
  }
  void forget(const TopicPartition& partition) { positions_.erase(partition); }
  [[nodiscard]] Position* find(const TopicPartition& partition) {
    const auto it = positions_.find(partition);
    return it == positions_.end() ? nullptr : &it->second;
  }
  /// put has returned: what was taken may be committed.
  void batch_done() {
    for (auto& [partition, position] : positions_) position.current = position.taken;
  }
  /// Reading goes on from here; a later commit may go back.
  void move_to(const TopicPartition& partition, std::int64_t offset);

  [[nodiscard]] PartitionOffsets current(const PartitionSet& partitions) const;
  [[nodiscard]] PartitionOffsets committed(const PartitionSet& partitions) const;

  /// What to commit of what the task lets go of: offsets ahead of put, or of partitions that were
  /// not asked for, are ignored with a warning. None: nothing has changed.
  std::optional<PartitionOffsets> select(const PartitionSet& asked, const PartitionOffsets& wanted);

  /// Numbers a commit; an answer to an older one counts as skipped.
  std::uint64_t begin() { return ++sequence_; }
  void sent(Clock::Time deadline) { deadline_ = deadline; }
  [[nodiscard]] bool running() const { return deadline_.has_value(); }
  [[nodiscard]] std::optional<Clock::Time> deadline() const { return deadline_; }
  void completed(std::uint64_t sequence, const PartitionOffsets& offsets,
                 const Result<void>& result);
  /// No answer came in time: goes on as after a failure.
  void timed_out();

 private:
  const std::string task_id_;
  metrics::TaskCounters& counters_;
  std::map<TopicPartition, Position> positions_;
  std::uint64_t sequence_ = 0;
  std::optional<Clock::Time> deadline_;  // of the commit on its way
  int failures_ = 0;                     // in a row
};

}  // namespace millrace::pipeline
