#pragma once

#include "base/clock.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace millrace::storage {

/// Stands still; whoever waits really waits, on his thread, until the clock is moved past the end.
/// Threads: any.
class StoppedClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    const MutexLock lock(own_);
    return now_;
  }
  [[nodiscard]] Instant wall() const override { return Instant(); }
  bool wait_until(Mutex& mutex, CondVar& condition, Time deadline) override {
    const Waiting waiting{&mutex, &condition};
    {
      const MutexLock lock(own_);
      if (now_ >= deadline) return false;
      waiting_.push_back(waiting);
    }
    condition.wait(mutex);
    const MutexLock lock(own_);
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), waiting));
    return now_ < deadline;
  }
  void advance(std::chrono::milliseconds time) {
    std::vector<Waiting> waiting;
    {
      const MutexLock lock(own_);
      now_ += time;
      waiting = waiting_;
    }
    for (const auto& [mutex, condition] : waiting) {
      const MutexLock lock(*mutex);
      condition->notify_all();
    }
  }

 private:
  using Waiting = std::pair<Mutex*, CondVar*>;

  mutable Mutex own_;
  Time now_{std::chrono::hours(1)};
  std::vector<Waiting> waiting_;
};

}  // namespace millrace::storage
