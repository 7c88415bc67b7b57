// The way of a record from a source task into Kafka: transform, convert, send.
#include "source_world.h"

namespace millrace::pipeline {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::IsEmpty;
using testing::Pair;

class SourceSend : public SourcePipelineTest {
 protected:
  /// Kafka refuses this value, as soon as it is sent.
  void kafka_refuses(const std::string& value) {
    kafka.on_send = [value](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
      if (record.value != value) return kafka::SendStatus::accepted;
      return Error{ErrorCode::fatal, "org.apache.kafka.common.errors.RecordTooLargeException",
                   "the record is too large"};
    };
  }
};

TEST_F(SourceSend, ARecordArrivesAsItIs) {
  poll_gives({{"a", 1, "x", "books", 3, 1'700'000'000'000, {{"h", "v"}, {"h", "w"}, {"n", {}}}}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  ASSERT_EQ(kafka.sent.size(), 1U);
  const TargetKafka::Sent& sent = kafka.sent.front();
  EXPECT_EQ(sent.topic, "books");
  EXPECT_EQ(sent.partition, 3);
  EXPECT_EQ(sent.key, std::nullopt);
  EXPECT_EQ(sent.value, "x");
  EXPECT_EQ(sent.timestamp, 1'700'000'000'000);
  EXPECT_THAT(sent.headers,
              ElementsAre(Pair("h", Eq("v")), Pair("h", Eq("w")), Pair("n", Eq(std::nullopt))));
  EXPECT_EQ(counters.source_record_poll.value(), 1U);
  EXPECT_EQ(counters.source_record_write.value(), 1U);
}

TEST_F(SourceSend, HeadersThatAConverterAddsAreKept) {
  plugins.adds_header = true;
  poll_gives({{"a", 1, "x", "books", {}, {}, {{"h", "v"}}}, {"a", 2, "y"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  ASSERT_EQ(kafka.sent.size(), 2U);
  EXPECT_THAT(kafka.sent[0].headers,
              ElementsAre(Pair("h", Eq("v")), Pair("added", Eq("by converter"))));
  EXPECT_THAT(kafka.sent[1].headers, ElementsAre(Pair("added", Eq("by converter"))));
}

TEST_F(SourceSend, TransformationsComeFirst) {
  steps = {drops("secret"), routes_to("public")};
  poll_gives({{"a", 1, "secret"}, {"a", 2, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), ElementsAre("x"));
  EXPECT_EQ(kafka.sent.front().topic, "public");
  EXPECT_THAT(task.told, ElementsAre("secret left out", "x@0"));
}

TEST_F(SourceSend, ATimestampOfMinusOneIsNoneAndOneBelowEndsTheTask) {  // P4
  errors.tolerate_all = true;
  poll_gives({{"a", 1, "x", "orders", {}, -1}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_EQ(kafka.sent.front().timestamp, std::nullopt);
  poll_gives({{"a", 2, "y", "orders", {}, -2}});
  EXPECT_THAT(run_until_idle(),
              FailsWith("common.InvalidRecordException: Invalid record timestamp -2"));
}

TEST_F(SourceSend, NoTopicEndsTheTaskWhateverIsTolerated) {  // P4
  errors.tolerate_all = true;
  poll_gives({{"a", 1, "x", ""}});
  EXPECT_THAT(run_until_idle(), FailsWith("Topic cannot be null"));
}

TEST_F(SourceSend, ANegativePartitionEndsTheTaskWhateverIsTolerated) {  // P4
  errors.tolerate_all = true;
  poll_gives({{"a", 1, "x", "orders", -1}});
  EXPECT_THAT(run_until_idle(), FailsWith("Invalid partition: -1"));
}

TEST_F(SourceSend, AConverterErrorEndsTheTaskUnlessItIsTolerated) {
  poll_gives({{"a", 1, "x"}, {"a", 2, "bad"}});
  const Result<void> result = run_until_idle();
  EXPECT_THAT(result, FailsWith("Tolerance exceeded in error handler"));
  EXPECT_THAT(result, FailsWith("at stage VALUE_CONVERTER"));
  EXPECT_THAT(result, FailsWith("Caused by: org.apache.kafka.connect.errors.DataException: 'bad'"));
  pipeline->finish();
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceSend, AToleratedConverterErrorLeavesTheRecordOut) {
  errors.tolerate_all = true;
  poll_gives({{"a", 1, "x"}, {"a", 2, "bad"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  commit();
  EXPECT_THAT(task.told, ElementsAre("bad left out", "x@0"));
  EXPECT_EQ(stored("a"), R"({"position":1})") << "the offset of what is left out is not recorded";
  EXPECT_EQ(counters.records_skipped.value(), 1U);
  EXPECT_EQ(counters.record_failures.value(), 1U);
}

TEST_F(SourceSend, AHeaderThatCannotBeConvertedHasItsOwnStage) {
  poll_gives({{"a", 1, "x", "orders", {}, {}, {{"h", "bad"}}}});
  EXPECT_THAT(run_until_idle(), FailsWith("at stage HEADER_CONVERTER"));
}

TEST_F(SourceSend, ATransformationErrorIsToleratedToo) {
  errors.tolerate_all = true;
  steps = {[](const Record& record) -> Result<std::optional<Record>> {
    if (record.value.view() == "y") return Error{ErrorCode::fatal, "no field 'id'"};
    return record;
  }};
  poll_gives({{"a", 1, "y"}, {"a", 2, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), ElementsAre("x"));
  EXPECT_THAT(task.told, ElementsAre("y left out", "x@0"));
}

TEST_F(SourceSend, WhatIsRefusedAtOnceEndsTheTaskBeforeTheNextRecord) {  // T26
  kafka_refuses("y");
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}, {"a", 3, "z"}});
  const Result<void> result = run_until_idle();
  EXPECT_THAT(result, FailsWith("Unrecoverable exception from producer send callback"));
  EXPECT_THAT(result,
              FailsWith("Caused by: org.apache.kafka.common.errors.RecordTooLargeException"));
  EXPECT_THAT(kafka.values(), ElementsAre("x"));
  pipeline->finish();
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceSend, WhatIsRefusedAtOnceIsLeftOutWhenTolerated) {  // T26
  errors.tolerate_all = true;
  kafka_refuses("y");
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  commit();
  EXPECT_THAT(task.told, ElementsAre("y left out", "x@0"));
  EXPECT_EQ(stored("a"), R"({"position":2})") << "it counts as acknowledged";
  EXPECT_EQ(counters.records_skipped.value(), 1U);
  EXPECT_EQ(counters.source_record_write.value(), 1U);
}

TEST_F(SourceSend, WhatIsRefusedByReportEndsTheTaskAtTheNextPoll) {  // T26
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}, {"a", 3, "z"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  kafka.acknowledge("x");
  kafka.refuse("y", {ErrorCode::fatal, "too large for the broker"});
  kafka.acknowledge("z");
  EXPECT_THAT(run_until_idle(), FailsWith("Unrecoverable exception from producer send callback"));
  pipeline->finish();
  EXPECT_EQ(stored("a"), R"({"position":1})") << "y was not written: z must come again with it";
}

TEST_F(SourceSend, WhatIsRefusedByReportIsLeftOutWhenTolerated) {  // T26
  errors.tolerate_all = true;
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  kafka.refuse("x", {ErrorCode::fatal, "too large for the broker"});
  kafka.acknowledge("y");
  ASSERT_THAT(run_until_idle(), Succeeds());
  commit();
  EXPECT_THAT(task.told, ElementsAre("x left out", "y@0"));
  EXPECT_EQ(stored("a"), R"({"position":2})");
}

TEST_F(SourceSend, AProducerThatIsDoneEndsTheTaskAlsoWhenErrorsAreTolerated) {
  errors.tolerate_all = true;
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}});
  kafka.on_send = [this](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    if (*record.value == "x") return kafka::SendStatus::accepted;
    kafka.fatal = Error{ErrorCode::fatal, "the producer is fenced"};
    kafka.refuse("x", *kafka.fatal);
    return *kafka.fatal;
  };
  EXPECT_THAT(run_until_idle(), FailsWith("Unrecoverable exception trying to send"));
  pipeline->finish();
  EXPECT_EQ(stored("a"), "none") << "neither was written: their offsets must not be stored";
  EXPECT_THAT(task.told, IsEmpty());
}

TEST_F(SourceSend, AnUnknownTopicIsWaitedForWithoutEnd) {  // T27
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}});
  const Clock::Time exists = clock.now() + std::chrono::hours(24);
  kafka.on_send = [this, exists](const kafka::OutgoingRecord&) -> Result<kafka::SendStatus> {
    return clock.now() < exists ? kafka::SendStatus::no_topic : kafka::SendStatus::accepted;
  };
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_GE(clock.now(), exists);
  EXPECT_THAT(kafka.values(), ElementsAre("x", "y"));
}

TEST_F(SourceSend, ABrokerThatIsAwayForTenMinutesCostsNothingButTime) {  // T28
  poll_gives({{"a", 1, "w"}, {"a", 2, "x"}, {"a", 3, "y"}, {"a", 4, "z"}});
  kafka.acknowledges = false;
  const Clock::Time back = clock.now() + std::chrono::minutes(10);
  kafka.on_send = [this, back](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    if (*record.value == "w" || clock.now() >= back) return kafka::SendStatus::accepted;
    return kafka::SendStatus::queue_full;
  };
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_GE(clock.now(), back);
  EXPECT_THAT(kafka.values(), ElementsAre("w", "x", "y", "z"));
  for (const char* value : {"w", "x", "y", "z"}) kafka.acknowledge(value);
  ASSERT_THAT(run_until_idle(), Succeeds());
  commit();
  EXPECT_EQ(stored("a"), R"({"position":4})");
}

TEST_F(SourceSend, AFullQueueLongerThanMaxBlockIsAFailedSend) {
  kafka.max_block = std::chrono::seconds(60);
  kafka.on_send = [](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    return record.topic == "nowhere" ? kafka::SendStatus::no_topic : kafka::SendStatus::accepted;
  };
  poll_gives({{"a", 1, "x", "nowhere"}});
  const Result<void> result = run_until_idle();
  EXPECT_THAT(result, FailsWith("Caused by: org.apache.kafka.common.errors.TimeoutException"));
  EXPECT_THAT(result, FailsWith("nowhere"));
  EXPECT_THAT(result, FailsWith("max.block.ms=60000"));
  pipeline->finish();
  EXPECT_EQ(stored("a"), "none");
}

TEST_F(SourceSend, AFullQueueDoesNotHoldUpAStop) {
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}});
  kafka.on_send = [this](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    if (*record.value == "x") return kafka::SendStatus::accepted;
    control.stop();
    return kafka::SendStatus::queue_full;
  };
  EXPECT_THAT(make().run(), Succeeds());
  EXPECT_EQ(stored("a"), R"({"position":1})") << "y was not sent and comes again";
}

TEST_F(SourceSend, CommitRecordMayWaitWhileAnotherRecordIsOnItsWay) {
  kafka.acknowledges = false;
  SourceTaskContext* context = nullptr;
  task.polls.push_back([&context](SourceBatch& batch, SourceTaskContext& given) -> Result<void> {
    context = &given;
    for (const char* value : {"w", "x", "y"}) add_row(batch, {value, 1, value});
    return {};
  });
  bool full = true;
  kafka.on_send = [&](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    if (*record.value != "y" || !std::exchange(full, false)) return kafka::SendStatus::accepted;
    kafka.acknowledge("x");
    return kafka::SendStatus::queue_full;
  };
  task.behaviour.on("commit_record", [&]() -> Result<void> {
    context->wait_for(std::chrono::milliseconds(10));  // looks through what is on its way
    control.set_paused(true);                          // so that y is taken back
    return {};
  });
  listener.on_paused = [this] { control.set_paused(false); };
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), ElementsAre("w", "x", "y"));
  EXPECT_THAT(task.told, ElementsAre("x@0"));
}

}  // namespace
}  // namespace millrace::pipeline
