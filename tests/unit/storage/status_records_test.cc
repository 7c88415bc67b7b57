#include "storage/status_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::storage {
namespace {

using testing::HasSubstr;

Result<StatusRecord> read(std::string_view key, std::optional<std::string_view> value) {
  return read_status_record({key, value, 3, 12});
}
std::string problem(std::string_view key, std::optional<std::string_view> value) {
  const Result<StatusRecord> record = read(key, value);
  return record ? "none" : record.error().message();
}
template <class Record>
Record content(std::string_view key, std::optional<std::string_view> value) {
  Result<StatusRecord> record = read(key, value);
  if (!record || !std::holds_alternative<Record>(*record)) {
    ADD_FAILURE() << key << ": " << problem(key, value);
    return {};
  }
  return std::get<Record>(*record);
}

StoredStatus stored(State state, std::string trace, std::optional<std::string> version) {
  return {{state, "w1:8083", std::move(version), std::move(trace)}, 3};
}

TEST(StatusRecords, AConnectorsStatus) {
  constexpr std::string_view bytes =
      R"({"state":"RUNNING","trace":null,"worker_id":"w1:8083","generation":3,"version":"1.0"})";
  EXPECT_EQ(connector_status_key("foo"), "status-connector-foo");
  EXPECT_EQ(status_value(stored(State::running, "", "1.0")), bytes);
  const auto record = content<ConnectorStatusRecord>("status-connector-foo", bytes);
  EXPECT_EQ(record.connector, "foo");
  ASSERT_TRUE(record.status);
  EXPECT_EQ(status_value(*record.status), bytes);
}

TEST(StatusRecords, ATasksStatus) {
  constexpr std::string_view bytes =
      R"({"state":"FAILED","trace":"x\n.","worker_id":"w1:8083","generation":3,"version":null})";
  EXPECT_EQ(task_status_key({"foo", 0}), "status-task-foo-0");
  EXPECT_EQ(status_value(stored(State::failed, "x\n.", std::nullopt)), bytes);
  const auto record = content<TaskStatusRecord>("status-task-a-b-10", bytes);
  EXPECT_EQ(record.id, (TaskId{"a-b", 10}));
  ASSERT_TRUE(record.status);
  EXPECT_EQ(status_value(*record.status), bytes);
}

TEST(StatusRecords, AUseOfATopic) {
  constexpr std::string_view bytes =
      R"({"topic":{"name":"orders","connector":"foo","task":0,"discoverTimestamp":1700000000000}})";
  EXPECT_EQ(topic_use_key("foo", "orders"), "status-topic-orders:connector-foo");
  EXPECT_EQ(topic_use_value("foo", {"orders", 0, 1'700'000'000'000}), bytes);
  const auto record = content<TopicUseRecord>("status-topic-orders:connector-a:connector-b", bytes);
  EXPECT_EQ(record.topic, "orders");
  EXPECT_EQ(record.connector, "a:connector-b");
  ASSERT_TRUE(record.use);
  EXPECT_EQ(record.use->discovered_ms, 1'700'000'000'000);
}

TEST(StatusRecords, EveryStateHasItsName) {
  for (const State state : {State::unassigned, State::running, State::paused, State::failed,
                            State::restarting, State::stopped, State::destroyed}) {
    const std::string bytes = status_value(stored(state, "", std::nullopt));
    const auto record = content<ConnectorStatusRecord>("status-connector-foo", bytes);
    ASSERT_TRUE(record.status);
    EXPECT_EQ(record.status->status.state, state);
  }
}

TEST(StatusRecords, TombstonesRemove) {
  EXPECT_FALSE(content<ConnectorStatusRecord>("status-connector-foo", std::nullopt).status);
  EXPECT_FALSE(content<TaskStatusRecord>("status-task-foo-1", std::nullopt).status);
  EXPECT_FALSE(content<TaskStatusRecord>("status-task-foo-1", "null").status);
  EXPECT_FALSE(content<TopicUseRecord>("status-topic-t:connector-foo", std::nullopt).use);
}

TEST(StatusRecords, VersionAndTraceMayBeMissing) {  // S19; workers before 4.1 have no version
  const auto record = content<ConnectorStatusRecord>(
      "status-connector-foo", R"({"state":"PAUSED","worker_id":"w","generation":0})");
  ASSERT_TRUE(record.status);
  EXPECT_EQ(record.status->status.version, std::nullopt);
  EXPECT_EQ(record.status->status.trace, "");
}

TEST(StatusRecords, ATraceThatIsNoUtf8IsRepaired) {
  EXPECT_THAT(status_value(stored(State::failed, "a\xff", std::nullopt)), HasSubstr("\"a\uFFFD\""));
}

TEST(StatusRecords, WhatIsMalformedIsNamed) {
  EXPECT_EQ(problem("status-task-foo-0", R"({"state":"ILL","worker_id":"w","generation":1})"),
            "record \"status-task-foo-0\" in partition 3 at offset 12: 'state' is the name of no "
            "state");
  EXPECT_THAT(problem("status-task-foo", std::nullopt), HasSubstr("number of a task"));
  EXPECT_THAT(problem("status-topic-orders", std::nullopt), HasSubstr("not of the form"));
  EXPECT_THAT(problem("status-connector-f", R"({"state":"PAUSED","generation":0})"),
              HasSubstr("'worker_id' is missing, not a text"));
  EXPECT_THAT(
      problem("status-connector-f", R"({"state":"PAUSED","worker_id":"w","generation":"0"})"),
      HasSubstr("'generation' is a STRING, not an integer"));
  EXPECT_THAT(problem("status-connector-f",
                      R"({"state":"PAUSED","worker_id":"w","generation":0,"trace":5})"),
              HasSubstr("'trace' is a NUMBER, not a text"));
  EXPECT_THAT(problem("status-topic-t:connector-f", R"({"topic":{"name":"t","connector":"f"}})"),
              HasSubstr("'task' is missing"));
  EXPECT_THAT(problem("status-connector-f", "[1"), HasSubstr("no JSON"));
  EXPECT_THAT(problem("state-connector-f", "{}"), HasSubstr("none that the status topic has"));
}

}  // namespace
}  // namespace millrace::storage
