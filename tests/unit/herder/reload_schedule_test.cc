#include "herder/reload_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace millrace {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(ReloadTimes, GiveEachConnectorOnceWhenItIsDue) {
  ManualClock clock;
  ReloadTimes times;
  EXPECT_EQ(times.next(), std::nullopt);
  times.expect("a", "file:/p", clock.now() + 10s);
  times.expect("a", "vault:/q", clock.now() + 10s);
  times.expect("b", "file:/p", clock.now() + 20s);
  EXPECT_EQ(times.next(), clock.now() + 10s);
  EXPECT_THAT(times.take_due(clock.now() + 9'999ms), IsEmpty());
  clock.advance(10s);
  EXPECT_THAT(times.take_due(clock.now()), ElementsAre("a"));
  EXPECT_THAT(times.take_due(clock.now()), IsEmpty());
  EXPECT_EQ(times.next(), clock.now() + 10s);
  clock.advance(60s);
  EXPECT_THAT(times.take_due(clock.now()), ElementsAre("b"));
  EXPECT_EQ(times.next(), std::nullopt);
}

TEST(ReloadTimes, ANewerTimeOfAPlaceReplacesTheOlder) {
  ManualClock clock;
  ReloadTimes times;
  times.expect("a", "file:/p", clock.now() + 10s);
  times.expect("a", "file:/p", clock.now() + 30s);
  EXPECT_THAT(times.take_due(clock.now() + 29s), IsEmpty());
  times.expect("a", "file:/q", clock.now() + 5s);
  EXPECT_THAT(times.take_due(clock.now() + 29s), ElementsAre("a"));
  EXPECT_THAT(times.take_due(clock.now() + 30s), ElementsAre("a")) << "the other place is waiting";
}

TEST(ReloadTimes, ForgetAConnectorThatIsGone) {
  ManualClock clock;
  ReloadTimes times;
  times.expect("a", "file:/p", clock.now());
  times.expect("b", "file:/p", clock.now());
  times.forget("a");
  EXPECT_THAT(times.take_due(clock.now()), ElementsAre("b"));
}

TEST(ReloadSchedule, CallsWhenTheTimeHasCome) {
  ManualClock clock;  // a wait moves it on
  const Clock::Time begin = clock.now();
  std::promise<std::string> called;
  ReloadSchedule schedule(clock, [&](const std::string& name) { called.set_value(name); });
  schedule.expect("a", "vault:/p", 5min);
  auto future = called.get_future();
  ASSERT_EQ(future.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(future.get(), "a");
  EXPECT_EQ(clock.now() - begin, 5min);
}

TEST(ReloadSchedule, ATimeOfNothingCountsAsASecond) {
  ManualClock clock;
  const Clock::Time begin = clock.now();
  std::promise<void> called;
  ReloadSchedule schedule(clock, [&](const std::string&) { called.set_value(); });
  schedule.expect("a", "vault:/p", 0ms);
  ASSERT_EQ(called.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(clock.now() - begin, 1s);
}

TEST(ReloadSchedule, EndsWhileItWaits) {
  SystemClock clock;
  ReloadSchedule schedule(clock, [](const std::string& name) { ADD_FAILURE() << name; });
  schedule.expect("a", "vault:/p", 24h);
  schedule.stop();
  schedule.expect("a", "vault:/p", 0ms);
}

}  // namespace
}  // namespace millrace
