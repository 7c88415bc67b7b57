#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace millrace::worker {

/// errors.task.restart.max: whether, and how soon, a task that failed is made again by itself.
/// Kafka Connect has no such thing; the pauses are those of Strimzi: n² + n minutes after n
/// restarts, at most an hour. A task that then runs for longer than its next pause would be has
/// recovered, and counts from the beginning.
/// Threads: one.
class RestartPolicy {
 public:
  /// max: 0: never.
  explicit RestartPolicy(int max = 0) : max_(max) {}

  /// The task has failed. ran: how long it was up. None: it stays as it is.
  std::optional<std::chrono::minutes> after_failure(std::chrono::nanoseconds ran) {
    if (count_ > 0 && ran >= pause()) count_ = 0;
    if (count_ >= max_) return std::nullopt;
    const std::chrono::minutes time = pause();
    ++count_;
    return time;
  }
  /// Restarts since it last was well, the one to come included.
  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] int max() const { return max_; }

 private:
  [[nodiscard]] std::chrono::minutes pause() const {
    constexpr int most_counted = 8;  // 72 minutes: above the limit
    const int n = count_ < most_counted ? count_ : most_counted;
    return std::min(std::chrono::minutes(n * n + n), std::chrono::minutes(60));
  }

  const int max_;
  int count_ = 0;
};

}  // namespace millrace::worker
