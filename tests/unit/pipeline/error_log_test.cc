// errors.log.enable and errors.log.include.messages (F4, F5).
#include "sink_world.h"
#include "source_world.h"

namespace millrace::pipeline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class SinkErrorLog : public SinkPipelineTest {
 protected:
  SinkErrorLog() {
    errors.log = true;
    errors.tolerate_all = true;
  }
  /// The lines of the reporter.
  std::vector<std::string> reported() {
    log::Capture capture;
    outcome = run_with({"orders-0"});
    std::vector<std::string> lines;
    for (const std::string& line : capture.lines()) {
      if (line.find("Error encountered in task") != std::string::npos) lines.push_back(line);
    }
    return lines;
  }
  Result<void> outcome;
};

TEST_F(SinkErrorLog, OneEventForEachRecordThatFailed) {
  kafka.produce("orders-0", {"x", "bad", "y"});
  EXPECT_THAT(
      reported(),
      ElementsAre(
          "ERROR Error encountered in task orders-0. Executing stage 'VALUE_CONVERTER' with "
          "class 'test.ValueConverter'.\n"
          "org.apache.kafka.connect.errors.DataException: 'bad' cannot be converted\n"
          "\tat orders-0@1"));
  EXPECT_THAT(outcome, Succeeds());
  EXPECT_EQ(counters.errors_logged.value(), 1U);
}

TEST_F(SinkErrorLog, WithThePlaceOfTheMessage) {  // T50
  errors.log_messages = true;
  kafka.store("orders-0", {.value = "bad", .timestamp = 1'700'000'000'000});
  EXPECT_THAT(
      reported(),
      ElementsAre(StartsWith(
          "ERROR Error encountered in task orders-0. Executing stage 'VALUE_CONVERTER' with class "
          "'test.ValueConverter', where consumed record is {topic='orders', partition=0, offset=0, "
          "timestamp=1700000000000, timestampType=CreateTime}.\n")));
}

TEST_F(SinkErrorLog, ATaskThatFailsLogsItsRecordToo) {  // F4
  errors.tolerate_all = false;
  kafka.produce("orders-0", {"bad"});
  EXPECT_EQ(reported().size(), 1U);
  EXPECT_THAT(outcome, FailsWith("Tolerance exceeded in error handler"));
}

TEST_F(SinkErrorLog, NothingIsLoggedUnlessItIsAskedFor) {
  errors.log = false;
  errors.log_messages = true;
  kafka.produce("orders-0", {"bad"});
  EXPECT_THAT(reported(), IsEmpty());
  EXPECT_EQ(counters.errors_logged.value(), 0U);
  EXPECT_EQ(counters.last_error_timestamp.load(), clock.wall().time_since_epoch().count());
}

class SourceErrorLog : public SourcePipelineTest {};

TEST_F(SourceErrorLog, ARecordOfASourceIsShownWhole) {
  errors = {.tolerate_all = true, .log = true, .log_messages = true};
  poll_gives({{"a", 3, "bad", "orders", {}, 1'700'000'000'000}});
  const log::Capture capture;
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(
      capture.lines(),
      Contains(StartsWith(
          "ERROR Error encountered in task orders-0. Executing stage 'VALUE_CONVERTER' with "
          "class 'test.ValueConverter', where source record is = "
          "SourceRecord{sourcePartition={file=a}, sourceOffset={position=3}} "
          "ConnectRecord{topic='orders', kafkaPartition=null, key=null, value=bad, "
          "timestamp=1700000000000}.\n")));
}

TEST_F(SourceErrorLog, WhatKafkaRefusesIsLoggedWhenItIsTolerated) {  // P5
  errors = {.tolerate_all = true, .log = true};
  kafka.on_send = [](const kafka::OutgoingRecord&) -> Result<kafka::SendStatus> {
    return Error{ErrorCode::fatal, "the record is too large"};
  };
  poll_gives({{"a", 3, "x"}});
  const log::Capture capture;
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(capture.lines(),
              Contains(StartsWith("ERROR Error encountered in task orders-0. Executing stage "
                                  "'KAFKA_PRODUCE' with class "
                                  "'org.apache.kafka.connect.runtime.WorkerSourceTask'.\n")));
}

}  // namespace
}  // namespace millrace::pipeline
