#include "transform/field_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace millrace {
namespace {

using testing::ElementsAre;
using transform::FieldPath;
using transform::parse_field_path;

FieldPath path(std::string_view text) {
  const Result<FieldPath> parsed = parse_field_path(text);
  if (parsed) return *parsed;
  return {"error", parsed.error().message()};
}

TEST(FieldPath, StepsStandBetweenDots) {
  EXPECT_THAT(path("a"), ElementsAre("a"));
  EXPECT_THAT(path("a.b.c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(path(""), ElementsAre(""));
  EXPECT_THAT(path(".a"), ElementsAre("", "a"));
  EXPECT_THAT(path("a..b."), ElementsAre("a", "", "b", ""));
}

TEST(FieldPath, BackticksHoldDotsTogether) {
  EXPECT_THAT(path("`a.b`"), ElementsAre("a.b"));
  EXPECT_THAT(path("x.`a.b`.y"), ElementsAre("x", "a.b", "y"));
  EXPECT_THAT(path("``"), ElementsAre(""));
  EXPECT_THAT(path("`a`."), ElementsAre("a", ""));
}

TEST(FieldPath, BackticksElsewhereArePlain) {
  EXPECT_THAT(path("a`b.c`"), ElementsAre("a`b", "c`"));
  EXPECT_THAT(path("`a`b`.c"), ElementsAre("a`b", "c"));
}

TEST(FieldPath, ABackslashKeepsTheBacktickThatWouldClose) {
  EXPECT_THAT(path("`a\\`.b`.c"), ElementsAre("a`.b", "c"));
  EXPECT_THAT(path("`a\\`b`"), ElementsAre("a\\`b"));  // that one would not have closed
  EXPECT_THAT(path("a\\.b"), ElementsAre("a\\", "b"));
}

TEST(FieldPath, NamesTheBacktickThatNothingCloses) {
  EXPECT_THAT(path("`a.b"),
              ElementsAre("error",
                          "Incomplete backtick pair in path: [`a.b], consider adding a backslash "
                          "before backtick at position 0 to escape it"));
  EXPECT_THAT(path("ä.`b"),
              ElementsAre("error",
                          "Incomplete backtick pair in path: [ä.`b], consider adding a backslash "
                          "before backtick at position 2 to escape it"));
}

/// A name as a step: in backticks, with those of its own backticks escaped that would close it.
std::string in_backticks(const std::string& name) {
  std::string step = "`";
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '`' && i + 1 < name.size() && name[i + 1] == '.') step += '\\';
    step += name[i];
  }
  return step + "`";
}

TEST(FieldPathProperty, ReadsWhateverNamesWereQuoted) {
  std::mt19937 random(20240101);
  constexpr std::string_view letters =
      "ab.` -";  // no backslash: at the end of a name it cannot be written
  for (int round = 0; round < 20'000; ++round) {
    FieldPath names(1 + random() % 4);
    std::string text;
    for (std::string& name : names) {
      for (std::size_t i = random() % 6; i > 0; --i) name += letters[random() % letters.size()];
      text += (text.empty() ? "" : ".") + in_backticks(name);
    }
    ASSERT_EQ(path(text), names) << text;
  }
}

TEST(FieldPathProperty, AnyTextIsAPathOrAnError) {
  std::mt19937 random(7);
  constexpr std::string_view letters = "a.`\\";
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += letters[random() % letters.size()];
    const Result<FieldPath> parsed = parse_field_path(text);
    if (!parsed) {
      ASSERT_THAT(parsed.error().message(), testing::HasSubstr("[" + text + "]"));
      continue;
    }
    // Dots part steps, or lie within one: none is lost.
    std::size_t dots = parsed->size() - 1;
    for (const std::string& step : *parsed) dots += std::ranges::count(step, '.');
    ASSERT_EQ(dots, static_cast<std::size_t>(std::ranges::count(text, '.'))) << text;
  }
}

}  // namespace
}  // namespace millrace
