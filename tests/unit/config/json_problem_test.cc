#include "config/json_problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace millrace::config {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What is said of a text; empty: it is JSON.
std::string problem_of(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    return "";
  } catch (const nlohmann::json::exception& problem) {
    return json_problem(problem.what());
  }
}

TEST(JsonProblem, SaysWhereAndWhat) {
  EXPECT_EQ(problem_of("{\"a\":\n x}"),
            "parse error at line 2, column 2: syntax error while parsing value - invalid literal");
  EXPECT_EQ(problem_of("{"),
            "parse error at line 1, column 2: syntax error while parsing object key - unexpected "
            "end of input; expected string literal");
  EXPECT_EQ(problem_of("[1 2]"),
            "parse error at line 1, column 4: syntax error while parsing array - unexpected number "
            "literal; expected ']'");
  EXPECT_EQ(problem_of("{\"a\x01\":1}"),
            "parse error at line 1, column 4: syntax error while parsing object key - invalid "
            "string: control character U+0001 (SOH) must be escaped to \\u0001; expected string "
            "literal");
  EXPECT_EQ(problem_of(std::string(400, '7')), "a number is beyond 1.8e308");
  EXPECT_EQ(problem_of("[-1e999]"), "a number is beyond 1.8e308");
  EXPECT_EQ(json_problem("whatever else"), "it cannot be read");
}

TEST(JsonProblem, AValueThatLooksLikeTheParsersWordsIsNotShown) {
  const std::string texts[] = {"{\"a\":\"x'; expected geheim\x01\"}",
                               "{\"a\":\"; last read: 'geheim'; expected ']'\x01\"}",
                               "{\"a\":\"x'; expected geheim or ']'\xFF\"}",
                               "[\"x\" \"'; last read: 'geheim'; expected '\x1F"};
  for (const std::string& text : texts) {
    SCOPED_TRACE(text);
    EXPECT_NE(problem_of(text), "");
    EXPECT_THAT(problem_of(text), Not(HasSubstr("geheim")));
  }
  EXPECT_THAT(problem_of("{\"x'; expected ']'\x01\":1}"), HasSubstr("; expected string literal"));
}

constexpr std::string_view bad_characters("\0\x01\n\x7F\x80\xC3\xED\xFF'\"\\/{}[]:,-+.eEutn0", 27);

/// Every text that is one character away from JSON.
TEST(JsonProblem, NothingOfAnyValueIsShown) {
  const std::string sound = R"({"a":"geheim\n\u0041", "b":[1918273.645e+5, true, null, -0.5],)"
                            R"( "c":{"d":"wachtwoord","e":""}, "f":12})";
  ASSERT_EQ(problem_of(sound), "");
  for (std::size_t i = 0; i <= sound.size(); ++i) {
    for (const char c : bad_characters) {
      for (const bool replaced : {false, true}) {
        std::string text = sound;
        text.replace(i, replaced ? 1 : 0, 1, c);
        const std::string problem = problem_of(text);
        for (const char* part : {"eheim", "geh", "wachtw", "woord", "18273", "645"}) {
          ASSERT_THAT(problem, Not(HasSubstr(part))) << text;
        }
      }
    }
    const std::string problem = problem_of(sound.substr(0, i));
    ASSERT_THAT(problem, Not(HasSubstr("geh"))) << i;
    ASSERT_THAT(problem, Not(HasSubstr("wacht"))) << i;
  }
}

}  // namespace
}  // namespace millrace::config
