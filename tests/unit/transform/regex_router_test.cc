#include "transform_fixture.h"

#include "transform/replacement.h"
#include "transform/topic_memo.h"

#include <chrono>

namespace millrace {
namespace {

using testing::HasSubstr;

std::string routed(const std::string& regex, const std::string& replacement,
                   const std::string& topic) {
  const auto router =
      transformation("RegexRouter", {{"regex", regex}, {"replacement", replacement}});
  const auto out = router->apply(record_of(topic, nullptr));
  return out ? (**out).topic.str() : out.error().java_class() + ": " + out.error().message();
}

TEST(RegexRouter, ReplacesTheMatchOfANewSearch) {
  EXPECT_EQ(routed("a.*?", "x", "abc"), "xbc");
  EXPECT_EQ(routed(".*", "x", "abc"), "x");
  EXPECT_EQ(routed("b.*", "x", "abc"), "abc");
  EXPECT_EQ(routed("(?i)ABC", "x", "abc"), "x");
}

TEST(RegexRouter, GroupsByNumberTakeDigitsAsLongAsThereIsSuchAGroup) {
  EXPECT_EQ(routed("(a)(b)c", "$2$1", "abc"), "ba");
  EXPECT_EQ(routed("(a)(b)c", "$12", "abc"), "a2");
  EXPECT_EQ(routed("(a)bc", "$0-$0", "abc"), "abc-abc");
  EXPECT_EQ(routed("(a)(x)?bc", "<$2>", "abc"), "<>");
  EXPECT_EQ(routed("a(?<first>.)c", "${first}!", "abc"), "b!");
}

TEST(RegexRouter, ABackslashTakesTheNextCharacterAsItIs) {
  EXPECT_EQ(routed(".*", "\\$1\\\\", "abc"), "$1\\");
}

TEST(RegexRouter, WhatAReplacementCannotMeanFailsWithTheRecord) {
  EXPECT_EQ(routed(".*", "$1", "abc"), "java.lang.IndexOutOfBoundsException: No group 1");
  EXPECT_THAT(routed(".*", "${n}", "abc"), HasSubstr("No group with name {n}"));
  EXPECT_THAT(routed("(?<n>.*)", "${n", "abc"), HasSubstr("trailing '}'"));
  EXPECT_THAT(routed(".*", "$", "abc"), HasSubstr("java.lang.IllegalArgumentException: "));
  EXPECT_THAT(routed(".*", "$x", "abc"), HasSubstr("java.lang.IllegalArgumentException: "));
  EXPECT_THAT(routed(".*", "x\\", "abc"), HasSubstr("character to be escaped is missing"));
  EXPECT_EQ(routed("x", "$1", "abc"), "abc");  // no match, so nothing is replaced
}

// Issue 5: an evil pattern ends in a bounded time, with an error that says whose fault it is.
TEST(RegexRouter, GivesUpOnAPatternThatRunsAway) {
  auto chain = chain_of({{"transforms", "route"},
                         {"transforms.route.type", "RegexRouter"},
                         {"transforms.route.regex", "(a+)+$"},
                         {"transforms.route.replacement", "x"}});
  ASSERT_TRUE(chain) << chain.error().trace();
  const std::string topic = std::string(9'999, 'a') + "b";
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {  // the verdict on a topic is kept
    const auto out = chain->apply(record_of(topic, nullptr));
    ASSERT_FALSE(out);
    EXPECT_THAT(out.error().message(), HasSubstr("'(a+)+$' gave up on a text of 10000 bytes"));
    EXPECT_THAT(out.error().trace(),
                HasSubstr("transformation 'route' (org.apache.kafka.connect.transforms."
                          "RegexRouter)"));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(TopicNameMatches, GivesUpOnAPatternThatRunsAway) {
  const auto* plugin = bundled().find_predicate("TopicNameMatches");
  ASSERT_NE(plugin, nullptr);
  const auto predicate = plugin->make();
  ASSERT_TRUE(predicate->configure(*plugin->config.parse({{"pattern", "(a+)+$"}})));
  EXPECT_FALSE(predicate->test(record_of(std::string(9'999, 'a') + "b", nullptr)));
}

TEST(TopicMemo, AsksOncePerTopicAndKeepsSixteen) {
  transform::TopicMemo<std::string> memo;
  int asked = 0;
  const auto get = [&](const std::string& topic) {
    return *memo.get(topic, [&]() -> Result<std::string> {
      ++asked;
      return topic + "!";
    });
  };
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 16; ++i)
      EXPECT_EQ(get("t" + std::to_string(i)), "t" + std::to_string(i) + "!");
  }
  EXPECT_EQ(asked, 16);
  get("another");
  EXPECT_EQ(get("t15"), "t15!");
  EXPECT_EQ(asked, 17);
  EXPECT_EQ(get("t0"), "t0!");
  EXPECT_EQ(asked, 18);
}

}  // namespace
}  // namespace millrace
