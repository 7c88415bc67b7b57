#include "config/properties.h"

#include "temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::config {
namespace {

using ::testing::HasSubstr;

ConfigMap parsed(std::string_view text) {
  const Result<ConfigMap> map = parse_properties(text, "test.properties");
  EXPECT_TRUE(map) << text;
  return map ? *map : ConfigMap();
}

TEST(Properties, LinesEndAtLfCrOrCrLf) {
  EXPECT_EQ(parsed("a=1\nb=2\rc=3\r\nd=4"),
            (ConfigMap{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}}));
}

TEST(Properties, BlankLinesAndCommentsAreDropped) {
  EXPECT_EQ(parsed("\n  \t\f\n# a=1\n  ! b=2\nc=3\n#"), (ConfigMap{{"c", "3"}}));
}

TEST(Properties, ACommentIsNeverContinued) {
  EXPECT_EQ(parsed("# comment \\\na=1"), (ConfigMap{{"a", "1"}}));
}

TEST(Properties, LeadingWhiteSpaceIsDroppedTrailingBlanksAreKept) {
  EXPECT_EQ(parsed(" \t\fa =  x \t\n"), (ConfigMap{{"a", "x \t"}}));
}

TEST(Properties, AnOddNumberOfBackslashesContinuesALine) {
  EXPECT_EQ(parsed("a=x,\\\n   y,\\\r\n\tz\nb=1"), (ConfigMap{{"a", "x,y,z"}, {"b", "1"}}));
  EXPECT_EQ(parsed("a=x\\\\\nb=1"), (ConfigMap{{"a", "x\\"}, {"b", "1"}}));
  EXPECT_EQ(parsed("a=x\\\\\\\ny"), (ConfigMap{{"a", "x\\y"}}));
}

TEST(Properties, AContinuationMayBeBlankOrLookLikeAComment) {
  EXPECT_EQ(parsed("a=x\\\n\nb=1"), (ConfigMap{{"a", "x"}, {"b", "1"}}));
  EXPECT_EQ(parsed("a=x\\\n  #y\nb=1"), (ConfigMap{{"a", "x#y"}, {"b", "1"}}));
}

TEST(Properties, TheKeyEndsAtTheFirstBareSeparator) {
  EXPECT_EQ(parsed("a=b=c"), (ConfigMap{{"a", "b=c"}}));
  EXPECT_EQ(parsed("a:b"), (ConfigMap{{"a", "b"}}));
  EXPECT_EQ(parsed("a b"), (ConfigMap{{"a", "b"}}));
  EXPECT_EQ(parsed("a\t= b"), (ConfigMap{{"a", "b"}}));
  EXPECT_EQ(parsed("a : = b"), (ConfigMap{{"a", "= b"}}));
  EXPECT_EQ(parsed("a\\=b\\:c\\ d=e"), (ConfigMap{{"a=b:c d", "e"}}));
}

TEST(Properties, KeysAndValuesMayBeEmpty) {
  EXPECT_EQ(parsed("a"), (ConfigMap{{"a", ""}}));
  EXPECT_EQ(parsed("a="), (ConfigMap{{"a", ""}}));
  EXPECT_EQ(parsed("=b"), (ConfigMap{{"", "b"}}));
  EXPECT_TRUE(parsed("").empty());
}

TEST(Properties, EscapesWorkInKeysAndValues) {
  EXPECT_EQ(parsed("a\\tb=\\n\\r\\f\\x\\\\"), (ConfigMap{{"a\tb", "\n\r\fx\\"}}));
  EXPECT_EQ(parsed("k\\u0041=\\u00e9\\u20AC"), (ConfigMap{{"kA", "\xc3\xa9\xe2\x82\xac"}}));
  EXPECT_EQ(parsed("a=x\\"), (ConfigMap{{"a", "x"}}));
}

TEST(Properties, SurrogatePairsBecomeOneCharacterHalvesAReplacement) {
  EXPECT_EQ(parsed("a=\\ud83d\\ude00"), (ConfigMap{{"a", "\xf0\x9f\x98\x80"}}));
  EXPECT_EQ(parsed("a=\\ud83dx"), (ConfigMap{{"a", "\xef\xbf\xbdx"}}));
  EXPECT_EQ(parsed("a=\\ude00"), (ConfigMap{{"a", "\xef\xbf\xbd"}}));
}

TEST(Properties, BytesAreLatin1) {
  EXPECT_EQ(parsed("stra\xdf"
                   "e=\xe9"),
            (ConfigMap{{"stra\xc3\x9f"
                        "e",
                        "\xc3\xa9"}}));
}

TEST(Properties, TheLastOfRepeatedKeysCounts) {
  EXPECT_EQ(parsed("a=1\nb=2\na=3"), (ConfigMap{{"a", "3"}, {"b", "2"}}));
}

TEST(Properties, AMalformedEscapeNamesFileAndLine) {
  for (const char* value : {"\\u12", "\\u00g0", "\\u+123", "\\u"}) {
    const Result<ConfigMap> map =
        parse_properties("#\na=1\\\n 2\nb=" + std::string(value), "worker.properties");
    ASSERT_FALSE(map) << value;
    EXPECT_EQ(map.error().message(),
              "properties file 'worker.properties', line 4: Malformed \\uxxxx encoding.");
    EXPECT_EQ(map.error().code(), ErrorCode::invalid_config);
  }
}

// T4 of the runtime's test cases.
TEST(PropertiesFile, ContinuationEscapeAndTrailingBlankComeOutExactly) {
  const TemporaryFolder folder;
  const Result<ConfigMap> map = read_properties(
      folder.write("w.properties", "list=a,\\\n     b\nname=caf\\u00e9\npad=x  \n"));
  ASSERT_TRUE(map);
  EXPECT_EQ(*map, (ConfigMap{{"list", "a,b"}, {"name", "caf\xc3\xa9"}, {"pad", "x  "}}));
}

TEST(PropertiesFile, AnUnreadableFileIsNamedWithTheReason) {
  const TemporaryFolder folder;
  const std::string missing = folder.path() + "/no";
  EXPECT_EQ(read_properties(missing).error().message(),
            "cannot read '" + missing + "': No such file or directory");
  EXPECT_EQ(read_properties(folder.path()).error().message(),
            "cannot read '" + folder.path() + "': Is a directory");
  EXPECT_THAT(read_properties("/dev/zero").error().message(), HasSubstr("more than 64 MiB"));
}

}  // namespace
}  // namespace millrace::config
