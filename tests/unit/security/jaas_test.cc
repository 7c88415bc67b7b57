#include "security/jaas.h"

#include "base/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::security {
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

TEST(JaasFile, HasEntriesWithModulesInOrder) {
  const Result<std::vector<JaasEntry>> modules = parse_jaas_file(
      "// logins\nOther { a.Module required; };\n"
      "KafkaConnect {\n  b.First sufficient file=\"/etc/users\";\n  b.Second OPTIONAL "
      "debug=true;\n};",
      "KafkaConnect");
  ASSERT_TRUE(modules) << modules.error().message();
  ASSERT_EQ(modules->size(), 2U);
  EXPECT_EQ((*modules)[0].module, "b.First");
  EXPECT_EQ((*modules)[0].flag, JaasFlag::sufficient);
  EXPECT_EQ((*modules)[0].option("file"), "/etc/users");
  EXPECT_EQ((*modules)[1].flag, JaasFlag::optional);
}

TEST(JaasFile, SaysWhatIsWrong) {
  const auto problem = [](std::string_view text) {
    const Result<std::vector<JaasEntry>> modules = parse_jaas_file(text, "KafkaConnect");
    return modules ? "none" : modules.error().message();
  };
  EXPECT_EQ(problem(""), "it holds no entry 'KafkaConnect'");
  EXPECT_EQ(problem("Other { a.M required; };"), "it holds no entry 'KafkaConnect'");
  EXPECT_EQ(problem("KafkaConnect { };"), "it holds no entry 'KafkaConnect'");
  EXPECT_EQ(problem("KafkaConnect { a.M required;"), "'KafkaConnect' is not closed");
  EXPECT_EQ(problem("KafkaConnect { a.M required; }"), "'KafkaConnect' must end with '};'");
  EXPECT_EQ(problem("KafkaConnect a.M required;"), "after 'KafkaConnect' must come '{'");
  EXPECT_EQ(problem("{"), "'{' where a name should be");
  EXPECT_EQ(problem("KafkaConnect { a.M required file=; };"),
            "in 'KafkaConnect': Value not specified for key 'file' in JAAS config (texts that do "
            "not begin with a letter stand in quotes)");
  EXPECT_EQ(problem("KafkaConnect { a.M required; }; KafkaConnect { a.M required; };"),
            "it holds 'KafkaConnect' twice");
}

TEST(Jaas, NotesItsSecrets) {
  const secrets::Scope scope;
  ASSERT_TRUE(parse_jaas(plain + R"( required username="anna" password="0pen-sesame")"
                                 R"( clientSecret=swordfish-2 scope=public;)"));
  EXPECT_EQ(secrets::redact("anna 0pen-sesame swordfish-2 public"),
            "anna [hidden] [hidden] public");
}

TEST(Jaas, NotesWhatMayBeOneInABrokenText) {
  const secrets::Scope scope;
  // A password of two words without quotes, and one in place of everything.
  EXPECT_EQ(secrets::redact(problem_of(plain + " required password=open sesame-again;")),
            "setting 'sasl.jaas.config': Value not specified for key '[hidden]' in JAAS config");
  EXPECT_THAT(secrets::redact(problem_of("swordfish-again and more")),
              HasSubstr("after '[hidden]' must come required"));
  EXPECT_THAT(secrets::redact(problem_of(plain + " needed;")), HasSubstr("PlainLoginModule"));
}

}  // namespace
}  // namespace millrace::security
