#include "config/connector_file.h"

#include "temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::config {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view missing_name =
    "Connector configuration at 'c.json' is missing the mandatory 'name' configuration";

ConnectorFile parsed(std::string_view text) {
  Result<ConnectorFile> file = parse_connector_file(text, "c.json");
  EXPECT_TRUE(file) << text << ": " << (file ? "" : file.error().message());
  return file ? *std::move(file) : ConnectorFile();
}

std::string problem(std::string_view text) {
  const Result<ConnectorFile> file = parse_connector_file(text, "c.json");
  return file ? "no problem" : file.error().message();
}

// T5: JSON literals as texts.
TEST(ConnectorFile, FlatJsonKeepsNumbersAndWordsAsTheyAreWritten) {
  const ConnectorFile file = parsed(
      R"({"name":"a","i":1,"f":1.50,"e":1e5,"E":-2.5E-3,
          "big":123456789012345678901234567890,
          "minus":-9223372036854775808,"max":18446744073709551615,
          "zero":-0,"z":0,"t":true,"n":null})");
  EXPECT_EQ(file.name, "a");
  EXPECT_EQ(file.config, (ConfigMap{{"name", "a"},
                                    {"i", "1"},
                                    {"f", "1.50"},
                                    {"e", "1e5"},
                                    {"E", "-2.5E-3"},
                                    {"big", "123456789012345678901234567890"},
                                    {"minus", "-9223372036854775808"},
                                    {"max", "18446744073709551615"},
                                    {"zero", "-0"},
                                    {"z", "0"},
                                    {"t", "true"},
                                    {"n", std::nullopt}}));
  EXPECT_TRUE(file.config.contains("n"));
  EXPECT_FALSE(file.initial_state);
}

TEST(ConnectorFile, AMarkTextBehindAndRepeatedKeysDoNotMatter) {
  EXPECT_EQ(parsed("\xef\xbb\xbf{\"name\":\"a\",\"x\":\"1\",\"x\":\"2\"} and so on").config,
            (ConfigMap{{"name", "a"}, {"x", "2"}}));
}

// T6.
TEST(ConnectorFile, ARequestsNameIsAddedToItsConfig) {
  const ConnectorFile file = parsed(R"({"name":"a","config":{"x":1.50},"other":[{"config":{}}]})");
  EXPECT_EQ(file.name, "a");
  EXPECT_EQ(file.config, (ConfigMap{{"name", "a"}, {"x", "1.50"}}));
  EXPECT_EQ(parsed(R"({"name":"a","config":{"name":"a"}})").config, (ConfigMap{{"name", "a"}}));
}

TEST(ConnectorFile, ARequestsInitialStateComesInAnyCase) {
  const auto state = [](const std::string& text) {
    return parsed(R"({"name":"a","config":{},"initial_state":)" + text + "}").initial_state;
  };
  EXPECT_EQ(state("\"RUNNING\""), InitialState::running);
  EXPECT_EQ(state("\"paused\""), InitialState::paused);
  EXPECT_EQ(state("\"Stopped\""), InitialState::stopped);
  EXPECT_EQ(state("null"), std::nullopt);
  EXPECT_EQ(problem(R"({"name":"a","config":{},"initial_state":"HALF"})"),
            "Connector configuration at 'c.json': initial_state 'HALF' is none of RUNNING, PAUSED, "
            "STOPPED");
}

// T7.
TEST(ConnectorFile, TwoNamesAreRefused) {
  const std::string mismatch =
      "Connector name configuration in 'config' doesn't match the one specified in 'name' at "
      "'c.json'";
  EXPECT_EQ(problem(R"({"name":"a","config":{"name":"b"}})"), mismatch);
  EXPECT_EQ(problem(R"({"name":"a","config":{"name":null}})"), mismatch);
  EXPECT_EQ(problem(R"({"config":{"name":"b"}})"), mismatch);
}

TEST(ConnectorFile, WhatIsNoFormAtAllHasNoName) {
  EXPECT_EQ(problem(R"([{"name":"a"}])"), missing_name);
  EXPECT_EQ(problem(R"({"name":"a","x":1,})"), missing_name);
  EXPECT_EQ(problem("{\"name\":\"a\" /* comment */}"), missing_name);
  EXPECT_EQ(problem(R"({"x":"1"})"), missing_name);
  EXPECT_EQ(problem(R"({"config":{}})"), missing_name);
  EXPECT_EQ(problem(R"({"name":"a","settings":{"x":1}})"), missing_name);
  EXPECT_EQ(problem(R"({"name":"a","config":{"x":{"y":1}}})"), missing_name);
  EXPECT_EQ(problem("a=1"), missing_name);
  EXPECT_EQ(problem(""), missing_name);
}

TEST(ConnectorFile, BrokenJsonIsToldAsTheCause) {
  const Result<ConnectorFile> file = parse_connector_file("{\"name\":\"a\",\n \"x\" 1}", "c.json");
  ASSERT_FALSE(file);
  ASSERT_NE(file.error().cause(), nullptr);
  EXPECT_THAT(file.error().cause()->message(), StartsWith("not read as JSON: "));
  EXPECT_THAT(file.error().cause()->message(), HasSubstr("line 2"));
  EXPECT_EQ(parse_connector_file("a=1", "c.json").error().cause(), nullptr);
}

TEST(ConnectorFile, PropertiesComeLastWhateverTheExtension) {
  EXPECT_EQ(parsed("name=a\nfile = x \n").config, (ConfigMap{{"name", "a"}, {"file", "x "}}));
}

TEST(ConnectorFile, IsReadFromDisk) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_connector_file(folder.write("c", R"({"name":"a"})"))->name, "a");
  EXPECT_EQ(read_connector_file(folder.path() + "/no").error().message(),
            "cannot read '" + folder.path() + "/no': No such file or directory");
}

}  // namespace
}  // namespace millrace::config
