#include "base/clock.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using namespace std::chrono_literals;

TEST(ManualClock, StandsStillUntilItIsToldToGoOn) {
  ManualClock clock;
  const Clock::Time before = clock.now();
  const Instant wall = clock.wall();
  EXPECT_EQ(clock.now(), before);
  clock.advance(1500ms);
  EXPECT_EQ(clock.now() - before, 1500ms);
  EXPECT_EQ(clock.wall() - wall, 1500ms);
}

TEST(ManualClock, AWaitIsOverAtOnceAndTakesItsTime) {
  ManualClock clock;
  Mutex mutex;
  CondVar condition;
  const Clock::Time deadline = clock.now() + 24h;
  const MutexLock lock(mutex);
  EXPECT_FALSE(clock.wait_until(mutex, condition, deadline));
  EXPECT_EQ(clock.now(), deadline);
}

TEST(Clock, ADeadlineForEverDoesNotOverflow) {
  const Clock::Time now = std::chrono::steady_clock::now();
  EXPECT_GT(deadline_after(now, std::chrono::milliseconds::max()),
            now + std::chrono::hours(24 * 365));
}

}  // namespace
}  // namespace millrace
