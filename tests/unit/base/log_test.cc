#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::log {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Log, WritesLevelPrefixAndText) {
  const Capture capture;
  const Context context("[orders|task-0] ");
  logger("test.write").warn("{} of {}", 1, 2);
  EXPECT_THAT(capture.lines(), ElementsAre("WARN [orders|task-0] 1 of 2"));
}

TEST(Log, LeavesOutTheLineEndOfATrace) {
  const Capture capture;
  logger("test.write").error("{}", "a: b\n\tat c\n");
  EXPECT_THAT(capture.lines(), ElementsAre("ERROR a: b\n\tat c"));
}

TEST(Log, ALevelHoldsForTheNamesBelow) {
  Logger& below = logger("test.level.below");
  Logger& beside = logger("test.levels");
  EXPECT_THAT(set_level("test.level", Level::error), Contains("test.level.below"));
  EXPECT_FALSE(below.enabled(Level::warn));
  EXPECT_TRUE(beside.enabled(Level::info)) << "a name that merely starts alike";
  EXPECT_FALSE(logger("test.level.made.later").enabled(Level::warn));
  EXPECT_THAT(set_level("test.level", Level::error), IsEmpty()) << "nothing has changed";
  set_level("test.level", Level::info);
}

TEST(Log, ReadsLevelsInAnyCase) {
  EXPECT_EQ(parse_level("debug"), Level::debug);
  EXPECT_EQ(parse_level("ALL"), Level::trace);
  EXPECT_EQ(parse_level("loud"), std::nullopt);
}

TEST(Log, NamesEveryLoggerThatWasUsed) {
  logger("test.used");
  bool found = false;
  for (const LoggerState& one : loggers()) found = found || one.name == "test.used";
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace millrace::log
