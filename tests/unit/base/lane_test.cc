#include "base/lane.h"

#include "base/log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <vector>

namespace millrace {
namespace {

using namespace std::chrono_literals;

TEST(Lane, DoesOneThingAfterTheOther) {
  Lane lane("test", "");
  std::vector<int> order;  // touched by the lane alone until `done`
  std::promise<void> done;
  for (int i = 0; i < 100; ++i) lane.post([&order, i] { order.push_back(i); });
  lane.post([&done] { done.set_value(); });
  ASSERT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Lane, HoldsUpNoOtherLane) {
  Lane slow("slow", "");
  Lane quick("quick", "");
  std::promise<void> gate;
  std::promise<void> slow_done;
  std::promise<void> quick_done;
  slow.post([&] {
    gate.get_future().wait();
    slow_done.set_value();
  });
  quick.post([&] { quick_done.set_value(); });
  EXPECT_EQ(quick_done.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_FALSE(slow.idle());
  gate.set_value();
  EXPECT_EQ(slow_done.get_future().wait_for(20s), std::future_status::ready);
}

TEST(Lane, LogsWithItsPrefixAndOutlivesItsOwner) {
  std::promise<std::string> seen;
  std::promise<void> gate;
  {
    Lane lane("test", "[orders|worker] ");
    lane.post([&gate] { gate.get_future().wait(); });
    lane.post([&seen] { seen.set_value(log::Context::current()); });
  }
  gate.set_value();
  auto future = seen.get_future();
  ASSERT_EQ(future.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(future.get(), "[orders|worker] ");
}

}  // namespace
}  // namespace millrace
