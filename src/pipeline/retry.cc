#include "pipeline/retry.h"

#include <algorithm>
#include <cstdint>

namespace millrace::pipeline {

using std::chrono::milliseconds;

/// Doubles from 300 ms on; beyond the largest pause it is left to chance, so that tasks which fail
/// together do not come back together.
milliseconds Retry::delay_after(int attempt) {
  constexpr std::int64_t first = 300;
  constexpr int most_doublings = 40;  // decades: more would overflow
  const milliseconds delay(first << std::min(attempt - 1, most_doublings));
  if (delay <= delay_max_) return delay;
  std::uniform_int_distribution<std::int64_t> below(
      0, std::max<std::int64_t>(delay_max_.count() - 1, 1));
  return milliseconds(below(random_));
}

bool Retry::pause_after(int attempt, Clock::Time begin) {
  const Clock::Time now = surroundings_.clock.now();
  milliseconds delay = delay_after(attempt);
  if (timeout_.count() >= 0) {
    const Clock::Time deadline = deadline_after(begin, timeout_);
    if (now >= deadline) return false;
    delay = std::min(delay, std::chrono::ceil<milliseconds>(deadline - now));
  }
  surroundings_.counters.record_failures
      .add();  // of the attempt; the last one counts as the record's
  if (surroundings_.control.wait_until_cancelled(delay)) return false;
  surroundings_.counters.retries.add();
  return true;
}

}  // namespace millrace::pipeline
