// The samples of the config topic, both ways, and what a record must not look like.
#include "storage/config_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

ConfigReading read(std::string_view key, std::optional<std::string_view> value) {
  return read_config_record({key, value, 0, 12});
}
template <class Record>
Record content(std::string_view key, std::optional<std::string_view> value) {
  const ConfigReading reading = read(key, value);
  EXPECT_TRUE(reading.record) << reading.record.error().message();
  EXPECT_TRUE(reading.counts);
  if (!reading.record || !std::holds_alternative<Record>(*reading.record)) {
    ADD_FAILURE() << key << " is another kind of record";
    return {};
  }
  return std::get<Record>(*reading.record);
}
std::string problem(std::string_view key, std::optional<std::string_view> value) {
  const ConfigReading reading = read(key, value);
  return reading.record ? "none" : reading.record.error().message();
}

TEST(ConfigRecords, AConnectorIsItsProperties) {
  const ConfigMap config = {{"connector.class", "FileStreamSource"},
                            {"file", "/tmp/x"},
                            {"tasks.max", "2"},
                            {"name", "foo"}};
  constexpr std::string_view bytes =
      R"({"properties":{"connector.class":"FileStreamSource","file":"/tmp/x","tasks.max":"2",)"
      R"("name":"foo"}})";
  EXPECT_EQ(connector_key("foo"), "connector-foo");
  EXPECT_EQ(*properties_value(config), bytes);
  EXPECT_EQ(content<ConnectorRecord>("connector-foo", bytes).config, config);
  EXPECT_EQ(content<ConnectorRecord>("connector-foo", bytes).connector, "foo");
}

TEST(ConfigRecords, PropertiesMayBeNullAndOfAnyText) {
  const ConfigMap config = {{"a", std::nullopt}, {"b", "\"\\\n\x01/é\u2028😀"}, {"", ""}};
  const std::string bytes = *properties_value(config);
  EXPECT_EQ(bytes,
            "{\"properties\":{\"a\":null,\"b\":\"\\\"\\\\\\n\\u0001/é\u2028\\uD83D\\uDE00\""
            ",\"\":\"\"}}");
  EXPECT_EQ(content<ConnectorRecord>("connector-foo", bytes).config, config);
  EXPECT_EQ(*properties_value({}), R"({"properties":{}})");
}

TEST(ConfigRecords, PropertiesThatAreNoTextCannotBeWritten) {
  const Result<std::string> bytes = properties_value({{"a", "\xff"}});
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code(), ErrorCode::invalid_config);
  EXPECT_EQ(bytes.error().message(), "the value of 'a' is no UTF-8 text");
}

TEST(ConfigRecords, ATombstoneRemoves) {
  EXPECT_FALSE(content<ConnectorRecord>("connector-foo", std::nullopt).config);
  EXPECT_FALSE(content<TargetRecord>("target-state-foo", std::nullopt).target);
  // To a Java worker these are the same.
  for (const char* null : {"null", "", " \n"}) {
    EXPECT_FALSE(content<ConnectorRecord>("connector-foo", null).config) << null;
  }
}

TEST(ConfigRecords, TargetStatesSayItTwice) {  // S9, C27
  EXPECT_EQ(target_key("foo"), "target-state-foo");
  EXPECT_EQ(target_value(TargetState::started), R"({"state":"STARTED","state.v2":"STARTED"})");
  EXPECT_EQ(target_value(TargetState::paused), R"({"state":"PAUSED","state.v2":"PAUSED"})");
  EXPECT_EQ(target_value(TargetState::stopped), R"({"state":"PAUSED","state.v2":"STOPPED"})");
  const auto target = [](std::string_view value) {
    return content<TargetRecord>("target-state-foo", value).target;
  };
  EXPECT_EQ(target(R"({"state":"PAUSED","state.v2":"STOPPED"})"), TargetState::stopped);
  EXPECT_EQ(target(R"({"state":"PAUSED"})"), TargetState::paused);
  EXPECT_EQ(target(R"({"state":"STARTED","state.v2":7})"), TargetState::started);
  EXPECT_THAT(problem("target-state-foo", R"({"state":"PAUSED","state.v2":"ASLEEP"})"),
              HasSubstr("none of STARTED, PAUSED and STOPPED"));
  EXPECT_THAT(problem("target-state-foo", "{}"), HasSubstr("'state' is missing, not a text"));
}

TEST(ConfigRecords, TasksAndTheirCommit) {
  EXPECT_EQ(task_key({"foo", 0}), "task-foo-0");
  EXPECT_EQ(*properties_value({{"task.class", "T"}}), R"({"properties":{"task.class":"T"}})");
  EXPECT_EQ(commit_key("foo"), "commit-foo");
  EXPECT_EQ(commit_value(2), R"({"tasks":2})");
  const auto task = content<TaskRecord>("task-a-1-0", R"({"properties":{"task.class":"T"}})");
  EXPECT_EQ(task.id, (TaskId{"a-1", 0}));
  EXPECT_EQ(task.config, (ConfigMap{{"task.class", "T"}}));
  EXPECT_EQ(content<CommitRecord>("commit-foo", R"({"tasks":2,"more":[1,{"a":2}]})").tasks, 2);
}

TEST(ConfigRecords, Fencing) {
  EXPECT_EQ(fencing_key("foo"), "tasks-fencing-foo");
  EXPECT_EQ(fencing_value(2), R"({"task-count":2})");
  EXPECT_EQ(content<FencingRecord>("tasks-fencing-foo", R"({"task-count":2})").tasks, 2);
}

TEST(ConfigRecords, TheSessionKey) {
  SessionKey key{"", "HmacSHA256", 1'700'000'000'000};
  for (char byte = 0; byte < 32; ++byte) key.bytes += byte;
  constexpr std::string_view bytes =
      R"({"key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","algorithm":"HmacSHA256",)"
      R"("creation-timestamp":1700000000000})";
  EXPECT_EQ(*session_key_value(key), bytes);
  EXPECT_EQ(content<SessionKey>("session-key", bytes), key);
}

TEST(ConfigRecords, RestartsAndLogLevels) {
  EXPECT_EQ(restart_key("foo"), "restart-connector-foo");
  EXPECT_EQ(restart_value({"foo", true, false}), R"({"include-tasks":true,"only-failed":false})");
  EXPECT_EQ(log_level_key("org.x"), "logger-cluster-org.x");
  EXPECT_EQ(log_level_value(log::Level::debug), R"({"level":"DEBUG"})");
  const auto wish =
      content<RestartWish>("restart-connector-foo", R"({"include-tasks":true,"only-failed":"x"})");
  EXPECT_TRUE(wish.connector == "foo" && wish.include_tasks && !wish.only_failed);  // S7
  const auto level = content<LogLevelRecord>("logger-cluster-org.x", R"({"level":"DEBUG"})");
  EXPECT_EQ(level.logger, "org.x");
  EXPECT_EQ(level.level, log::Level::debug);
}

TEST(ConfigRecords, WhatIsMalformedIsNamedByKeyAndOffset) {
  EXPECT_EQ(problem("commit-foo", R"({"tasks":"2"})"),
            "record \"commit-foo\" at offset 12: 'tasks' is a STRING, not a number of tasks");
  EXPECT_EQ(problem("commit-foo", std::nullopt),
            "record \"commit-foo\" at offset 12: null, where nothing may be deleted");
  EXPECT_EQ(problem("a\nb", "{}"),
            R"(record "a\nb" at offset 12: the key is none that the config topic has)");
  EXPECT_THAT(problem("task-foo", R"({"properties":{}})"), HasSubstr("the number of a task"));
  EXPECT_THAT(problem("task-foo-x", R"({"properties":{}})"), HasSubstr("the number of a task"));
  EXPECT_THAT(problem("commit-foo", R"({"tasks":-1})"), HasSubstr("not a number of tasks"));
  EXPECT_THAT(problem("commit-foo", R"({"tasks":4294967296})"), HasSubstr("a number of tasks"));
  EXPECT_THAT(problem("commit-foo", R"({"tasks":2.0})"), HasSubstr("a number of tasks"));
  EXPECT_THAT(problem("connector-foo", "[]"), HasSubstr("'value' is a ARRAY, not an object"));
  EXPECT_THAT(problem("connector-foo", R"({"properties":7})"), HasSubstr("not an object"));
  EXPECT_THAT(problem("session-key", R"({"key":"%%","algorithm":"x","creation-timestamp":1})"),
              HasSubstr("'key' is no base64"));
  EXPECT_THAT(problem("session-key", R"({"key":"AA==","creation-timestamp":1})"),
              HasSubstr("'algorithm' is missing"));
  EXPECT_THAT(problem("logger-cluster-x", R"({"level":"LOUD"})"), HasSubstr("no level"));
  EXPECT_THAT(read_config_record({std::nullopt, "{}", 0, 3}).record.error().message(),
              HasSubstr("record without key at offset 3"));
  EXPECT_THAT(problem("connector-foo", R"({"properties":{"a\nb":1}})"),
              HasSubstr(R"(the value of "a\nb" is no text)"));
  EXPECT_THAT(problem(std::string(5000, 'k'), "{}"), testing::SizeIs(testing::Lt(400)));
}

TEST(ConfigRecords, AProblemTellsNothingOfValues) {
  EXPECT_THAT(problem("connector-foo", R"({"properties":{"password":"sesame",)"),
              AllOf(HasSubstr("no JSON"), Not(HasSubstr("sesame"))));
  EXPECT_THAT(problem("connector-foo", R"({"properties":{"password":["sesame"]}})"),
              AllOf(HasSubstr("the value of \"password\" is no text"), Not(HasSubstr("sesame"))));
}

// What a Java 4.3.0 worker's JsonConverter took and refused, value by value.
TEST(ConfigRecords, TheOffsetMovesBehindWhatJavaReadsAsJson) {  // S8
  for (const char* json : {"",
                           " ",
                           "null",
                           "null,",
                           "5",
                           "5 x",
                           "-5",
                           "007",
                           "1e5",
                           "true,",
                           "\"abc\"x",
                           "{}",
                           R"({"a":1}x)",
                           R"({"a":1} {)",
                           R"({"a":01})",
                           R"({"a":"\uD800"})",
                           R"({"a":"\uDC00x"})",
                           R"({"a":1e400})",
                           R"({"a":99999999999999999999})",
                           R"({"a":1,"a":2})",
                           "[1]]",
                           R"({"":{}})",
                           "{}\xff",
                           "\xef\xbb\xbf{}"}) {
    EXPECT_TRUE(read("unknown", json).counts) << json;
  }
  for (const char* other : {"nullx",
                            "5x",
                            "5,",
                            "2020-01-01",
                            R"({"a":+1})",
                            R"({"a":.5})",
                            R"({"a":1.})",
                            R"({"a":NaN})",
                            "'a'",
                            "{a:1}",
                            "[1,]",
                            "[1 2]",
                            R"({"a":1,})",
                            "{\"a\":\"\t\"}",
                            R"({"a":"\x"})",
                            "// c\n1",
                            "truefalse",
                            "-",
                            "1e5]",
                            "\"a",
                            R"({"a":1)",
                            "tru",
                            "\v1",
                            "\"\xff\""}) {
    EXPECT_FALSE(read("unknown", other).counts) << other;
  }
  EXPECT_TRUE(read("unknown", std::nullopt).counts);
  const auto nested = [](int levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_TRUE(read("unknown", nested(1000)).counts);
  EXPECT_FALSE(read("unknown", nested(1001)).counts);
}

TEST(ConfigRecords, NamesThatAreNoUtf8AreRepaired) {
  EXPECT_EQ(content<ConnectorRecord>("connector-a\xff", std::nullopt).connector, "a\uFFFD");
}

}  // namespace
}  // namespace millrace::storage
