#include "pipeline/task_control.h"

#include "task_world.h"

#include <thread>

namespace millrace::pipeline {
namespace {

using namespace std::chrono_literals;

TEST(TaskControlTest, AWaitTakesItsTimeAndNoMore) {
  ManualClock clock;
  TaskControl control(clock);
  const Clock::Time before = clock.now();
  EXPECT_FALSE(control.wait_for(300ms));
  EXPECT_EQ(clock.now() - before, 300ms);
}

TEST(TaskControlTest, ACancelledTaskHasToStopToo) {
  ManualClock clock;
  TaskControl control(clock);
  control.cancel();
  EXPECT_TRUE(control.stopping());
  EXPECT_TRUE(control.wait_for(1h));
  control.set_paused(true);
  EXPECT_TRUE(control.wait_while_paused());
}

TEST(TaskControlTest, EveryChangeWakes) {
  ManualClock clock;
  TaskControl control(clock);
  int wakes = 0;
  control.set_wake([&wakes] { ++wakes; });
  control.set_paused(true);
  control.stop();
  control.cancel();
  EXPECT_EQ(wakes, 3);
  control.set_wake({});
  control.set_paused(false);
  EXPECT_EQ(wakes, 3);
}

TEST(TaskControlTest, NoWakeRunsOnceItIsTakenAway) {
  SystemClock clock;
  TaskControl control(clock);
  Journal journal;
  std::atomic<bool> gone = false;
  std::atomic<bool> waking = false;
  control.set_wake([&] {
    waking = true;
    journal.note("waking");
    std::this_thread::yield();
    EXPECT_FALSE(gone);
    waking = false;
  });
  std::thread stopper([&control] {
    for (int i = 0; i < 1000; ++i) control.set_paused(i % 2 == 0);
  });
  ASSERT_TRUE(journal.await("waking"));
  control.set_wake({});
  EXPECT_FALSE(waking);
  gone = true;
  stopper.join();
}

TEST(TaskControlTest, APauseEndsOneWaitAlsoWhenItCameBefore) {
  ManualClock clock;
  TaskControl control(clock);
  control.set_paused(true);
  EXPECT_TRUE(control.interrupted());
  const Clock::Time before = clock.now();
  EXPECT_FALSE(control.wait_for(1h));
  EXPECT_EQ(clock.now(), before);
  EXPECT_FALSE(control.interrupted());
  EXPECT_FALSE(control.wait_for(1h)) << "a task that goes on waiting does not spin";
  EXPECT_EQ(clock.now() - before, 1h);
}

TEST(TaskControlTest, AChangeEndsAWait) {
  SystemClock clock;
  TaskControl control(clock);
  Journal journal;
  std::thread task([&] {
    EXPECT_FALSE(control.wait_for(1h)) << "a pause: look again, do not stop";
    journal.note("paused");
    EXPECT_FALSE(control.wait_while_paused());
    journal.note("resumed");
    EXPECT_TRUE(control.wait_for(1h));
  });
  control.set_paused(true);
  EXPECT_TRUE(journal.await("paused"));
  control.set_paused(false);
  EXPECT_TRUE(journal.await("resumed"));
  control.stop();
  task.join();
}

}  // namespace
}  // namespace millrace::pipeline
