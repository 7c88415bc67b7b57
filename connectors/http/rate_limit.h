#pragma once

#include "http/settings.h"
#include "http/task_clock.h"

#include <deque>

namespace millrace::http {

/// So many requests in any span of that length.
/// Threads: the task's.
class RateGate {
 public:
  explicit RateGate(const RateLimit& limit) : limit_(limit) {}

  /// When the next request may go out; not later than now: at once.
  [[nodiscard]] TaskClock::Time opens() const {
    if (limit_.requests == 0 || sent_.size() < static_cast<std::size_t>(limit_.requests)) return {};
    return sent_.front() + limit_.duration;
  }
  void passed(TaskClock::Time now) {
    if (limit_.requests == 0) return;
    sent_.push_back(now);
    if (sent_.size() > static_cast<std::size_t>(limit_.requests)) sent_.pop_front();
  }

 private:
  const RateLimit limit_;
  std::deque<TaskClock::Time> sent_;  // the last so many
};

}  // namespace millrace::http
