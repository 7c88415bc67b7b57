#include "kafka/jaas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::kafka {
namespace {

using ::testing::HasSubstr;

const std::string plain = "org.apache.kafka.common.security.plain.PlainLoginModule";

std::string value_of(std::string_view written) {
  const Result<JaasEntry> entry = parse_jaas(plain + " required key=" + std::string(written) + ";");
  return entry ? entry->option("key") : "error: " + entry.error().message();
}

std::string problem_of(std::string_view text) {
  const Result<JaasEntry> entry = parse_jaas(text);
  return entry ? "none" : entry.error().message();
}

TEST(Jaas, ReadsModuleAndOptions) {
  const Result<JaasEntry> entry =
      parse_jaas(plain + " required\n  username=\"alice\"\n  password='a b';");
  ASSERT_TRUE(entry) << entry.error().message();
  EXPECT_EQ(entry->module, plain);
  EXPECT_EQ(entry->option("username"), "alice");
  EXPECT_EQ(entry->option("password"), "a b");
  EXPECT_TRUE(entry->has("password"));
  EXPECT_FALSE(entry->has("token"));
}

TEST(Jaas, FlagsInAnyCase) {
  for (const char* flag : {"required", "REQUISITE", "Sufficient", "optional"}) {
    EXPECT_TRUE(parse_jaas(plain + " " + flag + ";")) << flag;
  }
  EXPECT_THAT(problem_of(plain + " needed;"),
              HasSubstr("required, requisite, sufficient or optional"));
}

TEST(Jaas, BareDigitsAreNoValue) {
  EXPECT_THAT(problem_of(plain + " required username=\"u\" password=12345;"),
              HasSubstr("Value not specified for key 'password' in JAAS config"));
  EXPECT_EQ(value_of("\"12345\""), "12345");
  EXPECT_EQ(value_of("a12-b.c_$"), "a12-b.c_$");
  EXPECT_THAT(value_of("-x"), HasSubstr("Value not specified"));
}

TEST(Jaas, NeedsTheSemicolon) {
  EXPECT_THAT(problem_of(plain + " required username=\"u\""), HasSubstr("it must end with ';'"));
  EXPECT_THAT(problem_of(plain + " required username"),
              HasSubstr("Value not specified for key 'username'"));
  EXPECT_THAT(problem_of(""), HasSubstr("empty"));
}

TEST(Jaas, HoldsOneEntry) {
  EXPECT_THAT(problem_of(plain + " required; " + plain + " required;"), HasSubstr("more than one"));
}

TEST(Jaas, Escapes) {
  EXPECT_EQ(value_of(R"("a\nb\tc\\d\"e")"), "a\nb\tc\\d\"e");
  EXPECT_EQ(value_of(R"('it\'s')"), "it's");
  EXPECT_EQ(value_of(R"("\101\60\7x")"), "A0\ax");
  EXPECT_EQ(value_of(R"("\477")"), "'7");  // no octal above 377
  EXPECT_EQ(value_of(R"("\u0041")"), "u0041");
}

TEST(Jaas, Comments) {
  EXPECT_EQ(value_of("/* one */ \"v\" // two\n"), "v");
  EXPECT_EQ(value_of("\"a//b/*c*/\""), "a//b/*c*/");
  EXPECT_THAT(value_of("/path"), HasSubstr("Value not specified"));
  EXPECT_THAT(problem_of(plain + " required /* open"), HasSubstr("comment is not closed"));
  EXPECT_THAT(problem_of(plain + " required key=\"open"), HasSubstr("quoted text is not closed"));
}

TEST(Jaas, SecretsAreNotInMessages) {
  EXPECT_THAT(problem_of(plain + " required password=\"hunter2\" x"),
              ::testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace millrace::kafka
