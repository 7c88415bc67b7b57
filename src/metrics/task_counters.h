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
  Counter record_failures;  ///< attempts at a step of a record
  Counter record_errors;    ///< steps that failed for good
  Counter records_skipped;  ///< records that were left out because errors are tolerated
  Counter retries;          ///< pauses before another attempt
  Counter errors_logged;
  Counter dead_letter_requests;
  Counter dead_letter_failures;
  std::atomic<std::int64_t> last_error_timestamp = 0;  ///< milliseconds since the epoch; 0: none
};

}  // namespace millrace::metrics
