// Dead letters of sources: the record goes to the topic, and its offset goes on.
#include "source_world.h"

namespace millrace::pipeline {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class SourceDeadLettersTest : public SourcePipelineTest {
 protected:
  SourceDeadLettersTest() {
    errors.tolerate_all = true;
    errors.dead_letter_topic = "dead";
    cluster.topics["dead"] = {.name = "dead"};
    plain_text.reads_all = true;
  }
  void kafka_refuses(const std::string& value, const std::string& in_topic = "orders") {
    kafka.on_send = [=](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
      if (record.value != value || record.topic != in_topic) return kafka::SendStatus::accepted;
      return Error{ErrorCode::fatal, "org.apache.kafka.common.errors.RecordTooLargeException",
                   "the record is too large"};
    };
  }
  [[nodiscard]] std::vector<std::string> sent() const {
    std::vector<std::string> all;
    for (const TargetKafka::Sent& one : kafka.sent) {
      all.push_back(one.topic + " " + one.value.value_or("null"));
    }
    return all;
  }
};

TEST_F(SourceDeadLettersTest, WhatCannotBeConvertedGoesThereAndTheOffsetGoesOn) {
  poll_gives({{"a", 1, "x"}, {"a", 2, "bad", "orders", {}, 1'700'000'000'000, {{"h", "v"}}}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(sent(), ElementsAre("orders x", "dead bad"));
  EXPECT_EQ(kafka.sent[1].timestamp, 1'700'000'000'000);
  EXPECT_THAT(kafka.sent[1].headers, ElementsAre(Pair("h", Eq("v"))));
  commit();
  EXPECT_EQ(stored("a"), R"({"position":2})");
  EXPECT_THAT(task.told, ElementsAre("x@0", "bad left out"));
  EXPECT_EQ(counters.records_skipped.value(), 1U);
  EXPECT_EQ(counters.source_record_write.value(), 1U);
  EXPECT_EQ(counters.dead_letter_requests.value(), 1U);
}

TEST_F(SourceDeadLettersTest, TwelveHeadersSayWhatHappened) {
  errors.dead_letter_context = true;
  poll_gives({{"a", 2, "bad", "orders", 3}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  ASSERT_THAT(kafka.sent, SizeIs(1));
  EXPECT_THAT(
      kafka.sent[0].headers,
      ElementsAre(
          Pair("__connect.errors.topic", Eq("orders")), Pair("__connect.errors.partition", Eq("3")),
          Pair("__connect.errors.offset", Eq(std::nullopt)),
          Pair("__connect.errors.connector.name", Eq("orders")),
          Pair("__connect.errors.task.id", Eq("0")),
          Pair("__connect.errors.stage", Eq("VALUE_CONVERTER")),
          Pair("__connect.errors.class.name", Eq("test.ValueConverter")),
          Pair("__connect.errors.exception.class.name",
               Eq("org.apache.kafka.connect.errors.DataException")),
          Pair("__connect.errors.exception.message", Eq("'bad' cannot be converted")),
          Pair("__connect.errors.exception.stacktrace",
               Eq("org.apache.kafka.connect.errors.DataException: 'bad' cannot be converted\n")),
          Pair("__connect.errors.source.partition", Eq(R"({"file":"a"})")),
          Pair("__connect.errors.source.offset", Eq(R"({"position":2})"))));
}

TEST_F(SourceDeadLettersTest, TheOffsetWaitsForTheLetter) {
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "bad"}, {"a", 2, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  kafka.acknowledge("x");
  ASSERT_THAT(run_until_idle(), Succeeds());
  commit();
  EXPECT_EQ(stored("a"), "none");
  kafka.acknowledge("bad");
  ASSERT_THAT(run_until_idle(), Succeeds());
  commit();
  EXPECT_EQ(stored("a"), R"({"position":2})");
}

TEST_F(SourceDeadLettersTest, WhatKafkaRefusesAtOnceGoesThereInItsBytes) {  // T26
  errors.dead_letter_context = true;
  kafka_refuses("y");
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}, {"a", 3, "z"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(sent(), ElementsAre("orders x", "dead y", "orders z"));
  EXPECT_THAT(kafka.sent[1].headers[5], Pair("__connect.errors.stage", Eq("KAFKA_PRODUCE")));
  commit();
  EXPECT_EQ(stored("a"), R"({"position":3})");
}

TEST_F(SourceDeadLettersTest, WhatKafkaRefusesByReportGoesThereToo) {
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  kafka.refuse("x", {ErrorCode::fatal, "too large for the broker"});
  kafka.acknowledge("y");
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(sent(), ElementsAre("orders x", "orders y", "dead x"));
  commit();
  EXPECT_EQ(stored("a"), "none") << "the letter is not written yet";
  kafka.acknowledge("x");
  ASSERT_THAT(run_until_idle(), Succeeds());
  commit();
  EXPECT_EQ(stored("a"), R"({"position":2})");
  EXPECT_EQ(counters.records_skipped.value(), 1U);
}

TEST_F(SourceDeadLettersTest, WhatWasSentIsNotTransformedOnceMore) {
  kafka.acknowledges = false;
  int seen = 0;
  steps = {[&seen](const Record& record) -> Result<std::optional<Record>> {
    Record numbered = record;
    numbered.topic = Text("routed");
    numbered.value = Text(std::string(record.value.view()) + " " + std::to_string(++seen));
    return numbered;
  }};
  poll_gives({{"a", 1, "x", "orders", {}, 5, {{"h", "v"}}}, {"a", 2, "y"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  kafka.refuse("x 1", {ErrorCode::fatal, "too large for the broker"});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_EQ(seen, 2);
  EXPECT_THAT(sent(), ElementsAre("routed x 1", "routed y 2", "dead x 1"));
  EXPECT_EQ(kafka.sent[2].timestamp, 5);
  EXPECT_THAT(kafka.sent[2].headers, ElementsAre(Pair("h", Eq("v"))));
}

TEST_F(SourceDeadLettersTest, ALetterThatIsTooLargeGoesWithoutItsValue) {
  kafka.on_send = [](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    if (record.value != "yyyy") return kafka::SendStatus::accepted;
    return Error{ErrorCode::fatal, "org.apache.kafka.common.errors.RecordTooLargeException",
                 "the record is too large"};
  };
  poll_gives({{"a", 1, "yyyy"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(sent(), ElementsAre("dead null"));
  EXPECT_THAT(kafka.sent[0].headers, ElementsAre(Pair("__connect.errors.value.bytes", Eq("4"))));
  commit();
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceDeadLettersTest, ALetterThatIsRefusedIsLoggedAndCountedOnly) {
  kafka.on_send = [](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    if (record.topic != "dead") return kafka::SendStatus::accepted;
    return Error{ErrorCode::fatal, "not authorised"};
  };
  poll_gives({{"a", 1, "bad"}});
  const log::Capture capture;
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_TRUE(capture.contains(
      "ERROR Could not produce message to dead letter queue. topic=dead: not authorised"));
  EXPECT_EQ(counters.dead_letter_failures.value(), 1U);
  commit();
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceDeadLettersTest, ATransformationsFailureGoesThereAsItWasPolled) {
  steps = {[](const Record& record) -> Result<std::optional<Record>> {
    if (record.value.view() == "y") return Error{ErrorCode::bad_record, "no field 'id'"};
    return record;
  }};
  poll_gives({{"a", 1, "y"}, {"a", 2, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(sent(), ElementsAre("dead y", "orders x"));
}

TEST_F(SourceDeadLettersTest, ATaskThatToleratesNothingFailsAndItsRecordComesAgain) {  // F4
  errors.tolerate_all = false;
  poll_gives({{"a", 1, "x"}, {"a", 2, "bad"}, {"a", 3, "z"}});
  EXPECT_THAT(make().run(), FailsWith("Tolerance exceeded in error handler"));
  EXPECT_THAT(sent(), ElementsAre("orders x", "dead bad"));
  EXPECT_EQ(stored("a"), R"({"position":1})");
  EXPECT_THAT(task.told, ElementsAre("x@0"));
}

TEST_F(SourceDeadLettersTest, AFullQueueHoldsTheNextRecordsBack) {
  int full = 3;
  kafka.on_send = [&full](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    if (record.topic == "dead" && full-- > 0) return kafka::SendStatus::queue_full;
    return kafka::SendStatus::accepted;
  };
  poll_gives({{"a", 1, "bad"}, {"a", 2, "x"}});
  for (int i = 0; i < 10; ++i) ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(sent(), ElementsAre("dead bad", "orders x"));
}

TEST_F(SourceDeadLettersTest, AStopWritesWhatWaits) {
  bool room = false;
  kafka.on_send = [&room](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    if (record.topic == "dead" && !room) return kafka::SendStatus::queue_full;
    return kafka::SendStatus::accepted;
  };
  poll_gives({{"a", 1, "bad"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(sent(), IsEmpty());
  room = true;
  stop();
  EXPECT_THAT(sent(), ElementsAre("dead bad"));
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceDeadLettersTest, ATopicThatCannotBeMadeEndsTheTask) {
  cluster.topics.clear();
  cluster.create_error = Error{ErrorCode::fatal, "not authorised"};
  EXPECT_THAT(start(), FailsWith("Could not initialize dead letter queue with topic=dead"));
}

}  // namespace
}  // namespace millrace::pipeline
