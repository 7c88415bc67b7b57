#include "base/clock.h"

namespace millrace {

Clock::Time ManualClock::now() const {
  const MutexLock lock(own_);
  return now_;
}

Instant ManualClock::wall() const {
  const MutexLock lock(own_);
  return wall_;
}

bool ManualClock::wait_until(Mutex& /*mutex*/, CondVar& /*condition*/, Time deadline) {
  const MutexLock lock(own_);
  if (deadline > now_) {
    wall_ += std::chrono::ceil<std::chrono::milliseconds>(deadline - now_);
    now_ = deadline;
  }
  return false;
}

void ManualClock::advance(std::chrono::milliseconds time) {
  const MutexLock lock(own_);
  now_ += time;
  wall_ += time;
}

Clock::Time deadline_after(Clock::Time now, std::chrono::milliseconds time) {
  constexpr auto century = std::chrono::hours(24 * 365 * 100);
  return now + std::min(time, std::chrono::duration_cast<std::chrono::milliseconds>(century));
}

}  // namespace millrace
