#include "kafka/join_watch.h"

#include <gtest/gtest.h>

#include <chrono>

namespace millrace::kafka {
namespace {

using namespace std::chrono_literals;

constexpr int fetch = 1;
constexpr int find_coordinator = 10;
constexpr int join_group = 11;

/// Nothing but waits moves the clock while it settles, so it tells how long was waited.
class JoinWatchTest : public ::testing::Test {
 protected:
  std::chrono::milliseconds settle() {
    const Clock::Time begin = clock_.now();
    watch_.settle([this] { return clock_.now() >= id_at_; }, begin + 3s);
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - begin);
  }
  ManualClock clock_;
  JoinWatch watch_{clock_};
  Clock::Time id_at_ = Clock::Time::max();
};

TEST_F(JoinWatchTest, WhoHasItsIdNeedNotWait) {
  watch_.sent(join_group);
  id_at_ = clock_.now();
  EXPECT_EQ(settle(), 0ms);
}

TEST_F(JoinWatchTest, AnIdThatWasAskedForIsWaitedFor) {
  watch_.sent(join_group);
  clock_.advance(1min);
  EXPECT_EQ(settle(), 3s);  // the answer never comes
}

TEST_F(JoinWatchTest, AfterTheAnswerTheIdIsThereSoonOrNotAtAll) {
  watch_.sent(join_group);
  watch_.answered(join_group);
  EXPECT_EQ(settle(), 200ms);
  EXPECT_EQ(settle(), 0ms);
  watch_.sent(join_group);
  watch_.answered(join_group);
  id_at_ = clock_.now() + 100ms;
  EXPECT_EQ(settle(), 200ms);
}

TEST_F(JoinWatchTest, ACoordinatorThatWasJustFoundIsAboutToBeAsked) {
  EXPECT_EQ(settle(), 0ms);
  watch_.answered(find_coordinator);
  clock_.advance(50ms);
  EXPECT_EQ(settle(), 150ms);
}

TEST_F(JoinWatchTest, WhatElseIsSaidDoesNotMatter) {
  watch_.sent(find_coordinator);
  watch_.sent(fetch);
  watch_.answered(fetch);
  EXPECT_EQ(settle(), 0ms);
}

}  // namespace
}  // namespace millrace::kafka
