// The dead letter queue of a sink, and the reporter of errant records (F4, F6, F7, K9). In real
// time: letters are written on a thread of their own.
#include "sink_world.h"

#include <thread>

namespace millrace::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Eq;
using testing::Pair;
using testing::SizeIs;

struct RealTime {
  SystemClock real;
};

class SinkDeadLetters : public ::testing::Test, protected RealTime, protected SinkWorld {
 protected:
  SinkDeadLetters() : SinkWorld(real) {
    errors.tolerate_all = true;
    errors.dead_letter_topic = "dead";
    offset_flush_interval = 1ms;  // so that no poll waits
    cluster.topics["dead"] = {.name = "dead"};
  }
  /// What is in the dead letter topic, once everything that was reported is.
  const std::vector<TargetKafka::Sent>& written() {
    EXPECT_TRUE(*SinkDeadLetters::pipeline_commit());
    return letters.sent;
  }
  /// Goes round until the offset of orders-0 is committed.
  Result<bool> pipeline_commit() {
    for (int i = 0;
         i < 2000 && kafka.committed[partition("orders-0")] <
                         static_cast<std::int64_t>(kafka.logs[partition("orders-0")].size());
         ++i) {
      MILLRACE_TRY(run());
    }
    return true;
  }
  /// The content of a header; "none" where there is none, "null" for one without value.
  static std::string header(const TargetKafka::Sent& letter, const std::string& name) {
    for (const auto& [key, value] : letter.headers) {
      if (key == "__connect.errors." + name) return value.value_or("null");
    }
    return "none";
  }
  /// A task that reports the record with this value.
  void reports(const std::string& value, std::function<void(SinkRecord&)> change = {}) {
    sink.on_put = [=, this](std::span<const SinkRecord> records, SinkTaskContext& context) {
      for (const SinkRecord& record : records) {
        if (record.value.view() != value) continue;
        SinkRecord reported = record;
        if (change) change(reported);
        auto future = context.errant_record_reporter()->report(
            reported, Error{ErrorCode::fatal, "com.example.RejectedException", "no such table"});
        if (!future) {
          refused = future.error();
          if (swallows) continue;
          return Result<void>(future.error());
        }
        answers.push_back(std::move(*future));
      }
      return Result<void>();
    };
  }

  std::optional<Error> refused;
  bool swallows = false;
  std::vector<std::future<Result<void>>> answers;
};

TEST_F(SinkDeadLetters, ABadRecordGoesThereInItsOriginalBytes) {  // T47
  kafka.store("orders-0", {.key = "k", .value = "x"});
  kafka.store("orders-0", {.key = "k",
                           .value = "bad",
                           .timestamp = 1'700'000'000'000,
                           .headers = {{"h", "v"}, {"n", std::nullopt}}});
  kafka.store("orders-0", {.value = "y"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  ASSERT_THAT(written(), SizeIs(1));
  const TargetKafka::Sent& letter = letters.sent.front();
  EXPECT_EQ(letter.topic, "dead");
  EXPECT_EQ(letter.partition, std::nullopt) << "the producer chooses";
  EXPECT_EQ(letter.key, "k");
  EXPECT_EQ(letter.value, "bad");
  EXPECT_EQ(letter.timestamp, 1'700'000'000'000);
  EXPECT_THAT(letter.headers, ElementsAre(Pair("h", Eq("v")), Pair("n", Eq(std::nullopt))));
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"x", "y"}));
  EXPECT_EQ(counters.dead_letter_requests.value(), 1U);
  EXPECT_EQ(counters.dead_letter_failures.value(), 0U);
}

TEST_F(SinkDeadLetters, TenHeadersSayWhatHappened) {  // T47
  errors.dead_letter_context = true;
  kafka.store("orders-0", {.value = "x"});
  kafka.store("orders-0", {.value = "bad", .headers = {{"h", "v"}}});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  ASSERT_THAT(written(), SizeIs(1));
  EXPECT_THAT(
      letters.sent.front().headers,
      ElementsAre(
          Pair("h", Eq("v")), Pair("__connect.errors.topic", Eq("orders")),
          Pair("__connect.errors.partition", Eq("0")), Pair("__connect.errors.offset", Eq("1")),
          Pair("__connect.errors.connector.name", Eq("orders")),
          Pair("__connect.errors.task.id", Eq("0")),
          Pair("__connect.errors.stage", Eq("VALUE_CONVERTER")),
          Pair("__connect.errors.class.name", Eq("test.ValueConverter")),
          Pair("__connect.errors.exception.class.name",
               Eq("org.apache.kafka.connect.errors.DataException")),
          Pair("__connect.errors.exception.message", Eq("'bad' cannot be converted")),
          Pair("__connect.errors.exception.stacktrace",
               Eq("org.apache.kafka.connect.errors.DataException: 'bad' cannot be converted\n"
                  "\tat orders-0@1\n"))));
}

TEST_F(SinkDeadLetters, ATaskThatToleratesNothingFailsAndItsRecordIsThereAllTheSame) {  // T46
  errors.tolerate_all = false;
  kafka.produce("orders-0", {"x", "bad"});
  kafka.assign({"orders-0"});
  EXPECT_THAT(make().run(), FailsWith("Tolerance exceeded in error handler"));
  EXPECT_THAT(letters.values(), ElementsAre("bad"));
  EXPECT_EQ(kafka.committed[partition("orders-0")], 0) << "it comes again after a restart";
}

TEST_F(SinkDeadLetters, ATopicThatIsMissingIsMade) {  // F6
  cluster.topics.clear();
  errors.dead_letter_replication_factor = 2;
  ASSERT_THAT(start(), Succeeds());
  ASSERT_TRUE(cluster.topics.contains("dead"));
  EXPECT_EQ(cluster.topics["dead"].partitions, 1);
  EXPECT_EQ(cluster.topics["dead"].replication_factor, 2);
}

TEST_F(SinkDeadLetters, ATopicThatOthersMakeMeanwhileIsFine) {
  cluster.topics.clear();
  cluster.others_are_faster = true;
  EXPECT_THAT(start(), Succeeds());
}

TEST_F(SinkDeadLetters, ATopicThatCannotBeMadeEndsTheTaskBeforeItIsTouched) {  // T48
  cluster.topics.clear();
  cluster.create_error =
      Error{ErrorCode::fatal, "org.apache.kafka.common.errors.InvalidReplicationFactorException",
            "one broker, three copies"};
  const Result<void> result = make().run();
  EXPECT_THAT(result, FailsWith("ConnectException: Could not initialize dead letter queue with "
                                "topic=dead\n"));
  EXPECT_THAT(result, FailsWith("Caused by: org.apache.kafka.common.errors."
                                "InvalidReplicationFactorException: one broker, three copies"));
  EXPECT_EQ(journal.count("initialize"), 0);
}

TEST_F(SinkDeadLetters, ALetterThatIsRefusedIsLoggedAndCountedOnly) {  // F6
  letters.on_send = [](const kafka::OutgoingRecord&) -> Result<kafka::SendStatus> {
    return Error{ErrorCode::fatal, "too large for the dead letter topic"};
  };
  kafka.produce("orders-0", {"bad", "x"});
  const log::Capture capture;
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_TRUE(*pipeline_commit());
  EXPECT_TRUE(
      capture.contains("ERROR Could not produce message to dead letter queue. topic=dead: "
                       "too large for the dead letter topic"));
  EXPECT_EQ(counters.dead_letter_requests.value(), 1U);
  EXPECT_EQ(counters.dead_letter_failures.value(), 1U);
  EXPECT_EQ(kafka.committed[partition("orders-0")], 2);
}

TEST_F(SinkDeadLetters, OffsetsAreNotCommittedBeforeTheLetterIsWritten) {
  letters.acknowledges = false;
  offset_flush_timeout = 20ms;
  kafka.produce("orders-0", {"bad", "x"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  while (!letters.has_waiting()) std::this_thread::yield();
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(kafka.committed[partition("orders-0")], 0);
  EXPECT_GE(counters.offset_commit_failure.value(), 1U);
  letters.acknowledge("bad");
  ASSERT_TRUE(*pipeline_commit());
  EXPECT_EQ(kafka.committed[partition("orders-0")], 2);
}

TEST_F(SinkDeadLetters, ACancelledTaskDoesNotWaitForThem) {
  letters.on_send = [](const kafka::OutgoingRecord&) -> Result<kafka::SendStatus> {
    return kafka::SendStatus::queue_full;
  };
  kafka.produce("orders-0", {"bad", "x"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  control.cancel();
  pipeline->abandon();
  pipeline->finish();
  EXPECT_EQ(kafka.committed[partition("orders-0")], 0);
}

TEST_F(SinkDeadLetters, AThousandLettersAreWrittenInOrder) {
  Batch expected;
  for (int i = 0; i < 1000; ++i) {
    kafka.store("orders-0", {.key = std::to_string(i), .value = "bad"});
    expected.push_back(std::to_string(i));
  }
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  Batch keys;
  for (const TargetKafka::Sent& letter : written()) keys.push_back(*letter.key);
  EXPECT_EQ(keys, expected);
}

TEST_F(SinkDeadLetters, WithoutQueueAndLogThereIsNoReporter) {  // T51
  errors.dead_letter_topic.clear();
  ASSERT_THAT(start(), Succeeds());
  EXPECT_EQ(sink.context->errant_record_reporter(), nullptr);
}

TEST_F(SinkDeadLetters, TheLogAloneIsEnoughForAReporter) {  // F7
  errors.dead_letter_topic.clear();
  errors.log = errors.log_messages = true;
  kafka.store("orders-0", {.value = "x"});
  reports("x");
  const log::Capture capture;
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_TRUE(capture.contains(
      "ERROR Error encountered in task orders-0. Executing stage 'TASK_PUT' with class "
      "'org.apache.kafka.connect.sink.SinkTask', where consumed record is {topic='orders', "
      "partition=0, offset=0}.\ncom.example.RejectedException: no such table\n\tat orders-0@0"));
  EXPECT_TRUE(answers.at(0).get());
}

TEST_F(SinkDeadLetters, WhatPutReportsGoesThereAsItWasConsumed) {  // F7
  errors.dead_letter_context = true;
  steps = {routes_to("elsewhere")};
  kafka.produce("orders-0", {"w"});
  kafka.store("orders-0", {.key = "k", .value = "x", .headers = {{"h", "v"}}});
  reports("x", [](SinkRecord& record) { record.value = Value("changed"); });
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  ASSERT_THAT(written(), SizeIs(1));
  const TargetKafka::Sent& letter = letters.sent.front();
  EXPECT_EQ(letter.key, "k");
  EXPECT_EQ(letter.value, "x");
  EXPECT_EQ(header(letter, "topic"), "orders");
  EXPECT_EQ(header(letter, "offset"), "1");
  EXPECT_EQ(header(letter, "stage"), "TASK_PUT");
  EXPECT_EQ(header(letter, "class.name"), "org.apache.kafka.connect.sink.SinkTask");
  EXPECT_EQ(header(letter, "exception.class.name"), "com.example.RejectedException");
  EXPECT_EQ(header(letter, "exception.message"), "no such table");
  EXPECT_TRUE(answers.at(0).get());
}

TEST_F(SinkDeadLetters, WhatIsReportedLaterIsConvertedAnew) {  // F7
  errors.dead_letter_context = true;
  kafka.store("orders-0", {.key = "k", .value = "x", .headers = {{"h", "v"}}});
  std::optional<SinkRecord> kept;
  sink.on_put = [&kept](std::span<const SinkRecord> records, SinkTaskContext&) {
    for (const SinkRecord& record : records) {
      kept = record;
      static_cast<Record&>(*kept) = record.retained();
      kept->original_topic = record.original_topic.retained();
    }
    return Result<void>();
  };
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  ASSERT_TRUE(kept);
  std::thread elsewhere([&] {
    auto answer = sink.context->errant_record_reporter()->report(
        *kept, Error{ErrorCode::fatal, "the answer came late"});
    EXPECT_TRUE(answer && answer->get()) << "nobody has to serve the queue for that";
  });
  elsewhere.join();
  ASSERT_THAT(letters.sent, SizeIs(1));
  EXPECT_EQ(letters.sent.front().key, "k");
  EXPECT_EQ(letters.sent.front().value, "x");
  EXPECT_THAT(letters.sent.front().headers.front(), Pair("h", Eq("v")));
  EXPECT_THAT(letters.sent.front().headers, SizeIs(11));
}

TEST_F(SinkDeadLetters, AReportIsAwaitedBeforeOffsetsAreAskedFor) {  // T51
  letters.acknowledges = false;
  offset_flush_timeout = 20s;
  kafka.produce("orders-0", {"x"});
  reports("x");
  sink.pre_commit = [](const PartitionOffsets& offsets) { return offsets; };
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  std::thread broker([this] {
    while (!letters.has_waiting()) std::this_thread::yield();
    EXPECT_EQ(journal.count("pre_commit orders-0=1"), 0);
    letters.acknowledge("x");
  });
  ASSERT_THAT(commit_now(), Succeeds());
  broker.join();
  EXPECT_EQ(journal.count("pre_commit orders-0=1"), 1);
}

TEST_F(SinkDeadLetters, AReportThatIsLostEndsTheTask) {  // K9
  letters.on_send = [](const kafka::OutgoingRecord&) -> Result<kafka::SendStatus> {
    return Error{ErrorCode::fatal, "not authorised"};
  };
  kafka.produce("orders-0", {"x"});
  reports("x");
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  const Result<void> result = commit_now();
  EXPECT_THAT(result, FailsWith("did not get into dead letter topic 'dead'"));
  EXPECT_THAT(result, FailsWith("not authorised"));
  EXPECT_EQ(kafka.committed[partition("orders-0")], 0);
}

TEST_F(SinkDeadLetters, AReportOfATaskThatToleratesNothingEndsIt) {  // F7
  errors.tolerate_all = false;
  kafka.produce("orders-0", {"x"});
  reports("x");
  const Result<void> result = run_with({"orders-0"});
  EXPECT_THAT(result, FailsWith("Tolerance exceeded in error handler"));
  EXPECT_THAT(result, FailsWith("Caused by: com.example.RejectedException: no such table"));
}

TEST_F(SinkDeadLetters, AlsoWhenPutKeepsThatToItself) {  // F7
  errors.tolerate_all = false;
  swallows = true;
  kafka.produce("orders-0", {"x"});
  reports("x");
  EXPECT_THAT(run_with({"orders-0"}), FailsWith("Tolerance exceeded in error handler"));
  pipeline->finish();
  EXPECT_THAT(letters.values(), ElementsAre("x")) << "reported all the same (F4)";
}

}  // namespace
}  // namespace millrace::pipeline
