#include "config/java_regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::config {
namespace {

using ::testing::HasSubstr;

JavaRegex regex(std::string_view pattern) {
  Result<JavaRegex> compiled = JavaRegex::compile(pattern);
  EXPECT_TRUE(compiled) << (compiled ? "" : compiled.error().message());
  return compiled ? *std::move(compiled) : *JavaRegex::compile("");
}

bool matches(std::string_view pattern, std::string_view text) {
  return regex(pattern).matches(text).value_or(false);
}

std::string problem(std::string_view pattern) {
  const Result<JavaRegex> compiled = JavaRegex::compile(pattern);
  return compiled ? "no problem" : compiled.error().message();
}

TEST(JavaRegex, MatchesTheWholeTextOrFindsAPart) {
  EXPECT_TRUE(matches("a|ab", "ab"));
  EXPECT_FALSE(matches("a", "ab"));
  EXPECT_TRUE(*regex("b").finds("abc"));
  EXPECT_FALSE(*regex("d").finds("abc"));
}

// T43's pattern.
TEST(JavaRegex, KnowsLookAroundBackReferencesAndPossessiveQuantifiers) {
  EXPECT_TRUE(matches("a(?!b).*", "ac"));
  EXPECT_FALSE(matches("a(?!b).*", "ab"));
  EXPECT_TRUE(matches("(?<=a)?x|a(?<=a)b", "ab"));
  EXPECT_TRUE(matches("(\\w+)-\\1", "ab-ab"));
  EXPECT_TRUE(matches("(?<n>a)\\k<n>", "aa"));
  EXPECT_FALSE(matches("a*+a", "aaa"));
}

TEST(JavaRegex, KnowsJavasSpellings) {
  EXPECT_TRUE(matches("\\u00e9\\x41\\0101",
                      "\xc3\xa9"
                      "AA"));
  EXPECT_TRUE(matches("\\p{Lower}+[\\p{Upper}_]\\P{Digit}", "abC-"));
  EXPECT_TRUE(matches("\\p{IsLatin}\\p{L}\\p{IsAlphabetic}\\p{gc=Lu}", "abcD"));
  EXPECT_TRUE(matches("\\Q[a\\E+[]x]", "[aa]") || matches("\\Q[a\\E[]]", "[a]"));
  EXPECT_TRUE(matches("(?i:a)(?s).", "A\n"));
  EXPECT_FALSE(matches(".", "\r"));
}

TEST(JavaRegex, TextIsUtf8AndBrokenTextDoesNotMatch) {
  EXPECT_TRUE(matches(".", "\xf0\x9f\x98\x80"));
  EXPECT_FALSE(matches(".", "\xff"));
}

TEST(JavaRegex, GivesGroups) {
  const auto groups = regex("(a)|(b)(c)?").match_groups("bc");
  ASSERT_TRUE(groups && *groups);
  EXPECT_THAT(**groups, ::testing::ElementsAre("bc", std::nullopt, "b", "c"));
  EXPECT_FALSE(*regex("a").match_groups("b"));
}

TEST(JavaRegex, ABadPatternIsToldWithItsPosition) {
  EXPECT_EQ(problem("(ab"), "missing closing parenthesis near index 3 in '(ab'");
  EXPECT_THAT(problem("a[b"), HasSubstr("near index 3 in 'a[b'"));
  EXPECT_THAT(problem("\\u12"), HasSubstr("Illegal Unicode escape sequence near index 0"));
  EXPECT_THAT(problem("*"), HasSubstr("near index"));
}

TEST(JavaRegex, RefusesWhatWouldMeanSomethingElse) {
  EXPECT_THAT(problem("[a-z&&[^b]]"), HasSubstr("intersection of character classes near index 4"));
  EXPECT_THAT(problem("[a[b]]"), HasSubstr("character class within another near index 2"));
  EXPECT_THAT(problem("(?U)a"), HasSubstr("Unknown inline modifier near index 2"));
  EXPECT_THAT(problem("(?R)"), HasSubstr("Unknown inline modifier"));
  EXPECT_THAT(problem("(*UTF)a"), HasSubstr("Dangling meta character"));
}

TEST(JavaRegex, ARunawayMatchIsAnError) {
  const Result<bool> result = regex("(a+a+)+[bc]").matches(std::string(40, 'a') + "x");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), HasSubstr("gave up on a text of 41 bytes"));
}

}  // namespace
}  // namespace millrace::config
