#pragma once

#include <atomic>
#include <cstdint>

namespace millrace::metrics {

/// A number that one thread raises and others read.
class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// What a task counts; the metrics of docs/formats name them as Kafka Connect does.
/// Threads: any.
struct TaskCounters {
  // source-task-metrics
  Counter source_record_poll;   ///< handed over by poll
  Counter source_record_write;  ///< acknowledged
  // sink-task-metrics
  Counter sink_record_read;  ///< consumed
  Counter sink_record_send;  ///< given to put
  Counter offset_commit_completion;
  Counter offset_commit_skip;  ///< answers that came after a newer one
  // connector-task-metrics
  Counter offset_commit_success;
  Counter offset_commit_failure;
  // task-error-metrics
  Counter record_failures;
  Counter record_errors;
  Counter records_skipped;
};

}  // namespace millrace::metrics
