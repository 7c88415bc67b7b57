#include "provider/variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace::provider {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "provider|path|key" each.
std::vector<std::string> in(std::string_view text) {
  std::vector<std::string> found;
  for (const Variable& one : find_variables(text)) {
    EXPECT_EQ(text.substr(one.at, 2), "${");
    EXPECT_EQ(text[one.at + one.size - 1], '}');
    found.push_back(std::string(one.provider) + "|" + std::string(one.path) + "|" +
                    std::string(one.key));
  }
  return found;
}

TEST(Variables, AreFoundAnywhereInAText) {
  EXPECT_THAT(in("${file:/a/b:c}"), ElementsAre("file|/a/b|c"));
  EXPECT_THAT(in("x${env:HOME}y${file:/a:k}z"), ElementsAre("env||HOME", "file|/a|k"));
  EXPECT_THAT(in("${a:b}${a:b}"), ElementsAre("a||b", "a||b"));
}

TEST(Variables, TheKeyTakesFurtherColons) {
  EXPECT_THAT(in("${vault:secret/db:user:name:1}"), ElementsAre("vault|secret/db|user:name:1"));
  EXPECT_THAT(in("${a::k}"), ElementsAre("a||k"));
  EXPECT_THAT(in("${:p:k}"), ElementsAre("|p|k"));
  EXPECT_THAT(in("${a:}"), ElementsAre("a||"));
}

TEST(Variables, BlanksCountAndNothingIsEscapedOrNested) {
  EXPECT_THAT(in("${ a : p : k }"), ElementsAre(" a | p | k "));
  EXPECT_THAT(in("$${a:k}"), ElementsAre("a||k"));
  EXPECT_THAT(in("\\${a:k}"), ElementsAre("a||k"));
  EXPECT_THAT(in("${a:${b:c}}"), ElementsAre("a|${b|c"));
  EXPECT_THAT(in("${x ${a:k}"), ElementsAre("x ${a||k"));
}

TEST(Variables, WhatIsNoneIsLeftOut) {
  for (const char* text : {"", "$", "${", "${}", "${a}", "{a:b}", "${a:b", "$ {a:b}", "}${a:"}) {
    EXPECT_THAT(in(text), IsEmpty()) << text;
    EXPECT_FALSE(has_variable(text)) << text;
  }
  EXPECT_THAT(in("${a} ${b:c}"), ElementsAre("b||c"));
  EXPECT_TRUE(has_variable("${a} ${b:c}"));
}

}  // namespace
}  // namespace millrace::provider
