#pragma once

#include "base/clock.h"
#include "base/mutex.h"

#include <chrono>

namespace millrace {

/// Moves when it is told to, and never by itself: for loops on threads of their own. Whoever waits
/// must be woken after it was moved (EventLoop::check_time).
class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    const MutexLock lock(own_);
    return now_;
  }
  [[nodiscard]] Instant wall() const override {
    const MutexLock lock(own_);
    return wall_;
  }
  bool wait_until(Mutex& mutex, CondVar& condition, Time /*deadline*/) REQUIRES(mutex) override {
    condition.wait(mutex);
    return true;
  }
  void advance(std::chrono::milliseconds time) {
    const MutexLock lock(own_);
    now_ += time;
    wall_ += time;
  }

 private:
  mutable Mutex own_;
  Time now_ GUARDED_BY(own_){std::chrono::hours(1)};
  Instant wall_ GUARDED_BY(own_){std::chrono::milliseconds(1'700'000'000'000)};
};

}  // namespace millrace
