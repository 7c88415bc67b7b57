#include "kafka/fetch_wake.h"

#include <gtest/gtest.h>

namespace millrace::kafka {
namespace {

NativeSettings queue(const char* messages, const char* kbytes) {
  NativeSettings settings;
  settings.set("queued.min.messages", messages);
  settings.set("queued.max.messages.kbytes", kbytes);
  return settings;
}

TEST(FetchWake, WakesWhenAQueueThatMayHaveBeenFullIsHalfEmpty) {
  FetchWake wake(queue("1000", "1000000"));
  EXPECT_FALSE(wake.handed_out(499, 499, 0));    // the queue cannot have been full
  EXPECT_FALSE(wake.handed_out(100, 100, 500));  // and is not low
  EXPECT_TRUE(wake.handed_out(100, 100, 400));
  EXPECT_FALSE(wake.handed_out(100, 100, 300));  // once
  EXPECT_TRUE(wake.handed_out(400, 400, 0));
}

TEST(FetchWake, CountsBytesOfLargeMessages) {
  FetchWake wake(queue("1000000", "1000"));
  EXPECT_FALSE(wake.handed_out(4, 400'000, 0));
  EXPECT_FALSE(wake.handed_out(2, 200'000, 6));
  EXPECT_TRUE(wake.handed_out(1, 100'000, 4));
}

TEST(FetchWake, AnIdleConsumerAsksForNothing) {
  FetchWake wake(queue("1", "1"));
  EXPECT_FALSE(wake.handed_out(0, 0, 0));
}

}  // namespace
}  // namespace millrace::kafka
