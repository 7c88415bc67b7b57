// The way of a record from Kafka into a sink task: convert, transform, put, and put again.
#include "sink_world.h"

#include <optional>

namespace millrace::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SinkPut : public SinkPipelineTest {};

TEST_F(SinkPut, CallsComeInOrder) {
  kafka.produce("orders-0", {"a"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  stop();
  EXPECT_THAT(journal.lines(),
              ElementsAre("initialize", "start", "RUNNING", "open orders-0", "flush orders-0=1",
                          "close orders-0", "commit_sync orders-0=1", "stop", "consumer close",
                          "close key", "close value", "close header", "destroy"));
  EXPECT_THAT(kafka.subscribed, ElementsAre("orders"));
}

TEST_F(SinkPut, ARecordArrivesAsItIs) {
  kafka.store("orders-0", {"k", "v", 1'700'000'000'000, {{"h", "x"}, {"h", "y"}, {"n", {}}}});
  kafka.store("orders-0", {});
  int seen = 0;
  sink.on_put = [&seen](std::span<const SinkRecord> records, SinkTaskContext&) -> Result<void> {
    if (records.empty()) return {};
    EXPECT_EQ(records.size(), 2U);
    const SinkRecord& first = records[0];
    EXPECT_EQ(first.topic, "orders");
    EXPECT_EQ(first.partition, 0);
    EXPECT_EQ(first.key.view(), "k");
    EXPECT_EQ(first.value.view(), "v");
    EXPECT_EQ(first.timestamp, 1'700'000'000'000);
    EXPECT_EQ(first.timestamp_type, TimestampType::create_time);
    EXPECT_EQ(first.kafka_offset, 0);
    EXPECT_EQ(first.headers.size(), 3U);
    EXPECT_EQ(first.headers.begin()->value.view(), "x");
    EXPECT_EQ(first.headers.last("h")->value.view(), "y");
    EXPECT_TRUE(first.headers.last("n")->value.is_null());
    const SinkRecord& second = records[1];
    EXPECT_TRUE(second.key.is_null() && second.value.is_null());
    EXPECT_EQ(second.timestamp, std::nullopt);
    EXPECT_EQ(second.timestamp_type, TimestampType::none);
    EXPECT_EQ(second.kafka_offset, 1);
    EXPECT_TRUE(second.headers.empty()) << "of the record that lay here before";
    ++seen;
    return {};
  };
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_EQ(seen, 1);
}

TEST_F(SinkPut, PutSeesTheMessagesThemselvesNotCopies) {
  kafka.produce("orders-0", {"a long text that would be copied to the heap", "and another one"});
  sink.on_put = [this](std::span<const SinkRecord> records, SinkTaskContext&) -> Result<void> {
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(static_cast<const void*>(records[i].value.view().data()),
                static_cast<const void*>(kafka.handed_out[i].data()));
    }
    return {};
  };
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_EQ(sink.batches.size(), 1U);
}

TEST_F(SinkPut, TransformationsKeepTheOriginalPlace) {
  steps = {drops("secret"), routes_to("archive")};
  kafka.produce("orders-0", {"secret", "a"});
  sink.on_put = [](std::span<const SinkRecord> records, SinkTaskContext&) -> Result<void> {
    for (const SinkRecord& record : records) {
      EXPECT_EQ(record.topic, "archive");
      EXPECT_EQ(record.original_topic, "orders");
      EXPECT_EQ(record.original_partition, 0);
      EXPECT_EQ(record.original_offset, 1);
      EXPECT_EQ(record.kafka_offset, 1);
    }
    return {};
  };
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a"}));
}

TEST_F(SinkPut, NoMoreThanOnePollAtOnceAndEmptyOnesToo) {  // K4
  kafka.max_poll_records = 2;
  kafka.produce("orders-0", {"a", "b", "c"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a", "b"}, Batch{"c"}));
  EXPECT_EQ(sink.empty_puts, 1);
  EXPECT_EQ(counters.sink_record_read.value(), 3U);
  EXPECT_EQ(counters.sink_record_send.value(), 3U);
}

TEST_F(SinkPut, OffersTheSameBatchAgainAfterARetriableError) {  // T33
  kafka.produce("orders-0", {"a", "b"});
  kafka.produce("orders-1", {"c"});
  kafka.max_poll_records = 2;
  for (int i = 0; i < 2; ++i) {
    sink.puts.push_back([](std::span<const SinkRecord>, SinkTaskContext& context) -> Result<void> {
      context.timeout(std::chrono::milliseconds(500));
      return Error{ErrorCode::retriable, "the table is locked"};
    });
  }
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0 orders-1");
  const Clock::Time before = clock.now();
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_EQ(clock.now() - before, std::chrono::milliseconds(1000));
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a", "b"}, Batch{"a", "b"}, Batch{"a", "b"}));
  EXPECT_EQ(to_text(kafka.paused), "");
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(sink.batches.back(), Batch{"c"});
}

TEST_F(SinkPut, ATimeoutHoldsForOnePollOnly) {
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  sink.context->timeout(std::chrono::milliseconds(500));
  ASSERT_THAT(run(2), Succeeds());
  ASSERT_EQ(kafka.polls.size(), 3U);
  EXPECT_EQ(kafka.polls[1], std::chrono::milliseconds(500));
  EXPECT_GT(kafka.polls[2], std::chrono::milliseconds(5000));
}

TEST_F(SinkPut, RedeliveryLeavesPausedWhatTheTaskHasPaused) {  // K5
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  kafka.produce("orders-0", {"a"});
  sink.puts.push_back([](std::span<const SinkRecord>, SinkTaskContext& context) -> Result<void> {
    EXPECT_THAT(context.pause(partitions({"orders-1"})), Succeeds());
    return Error{ErrorCode::retriable, "the table is locked"};
  });
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0 orders-1");
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-1");
}

TEST_F(SinkPut, WhatSlipsThroughAPauseIsReadAgainLater) {
  kafka.max_poll_records = 1;
  kafka.produce("orders-0", {"a", "b", "c"});
  sink.fail_next(ErrorCode::retriable);
  sink.fail_next(ErrorCode::retriable);
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  kafka.slip_through_pause = 1;
  ASSERT_THAT(run(), Succeeds());
  ASSERT_THAT(run(3), Succeeds());
  EXPECT_THAT(sink.batches,
              ElementsAre(Batch{"a"}, Batch{"a"}, Batch{"a"}, Batch{"b"}, Batch{"c"}));
}

TEST_F(SinkPut, AnEmptyPutThatFailsHoldsNewRecordsBackUntilOneSucceeds) {
  sink.fail_next(ErrorCode::retriable);
  sink.fail_next(ErrorCode::retriable);
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0");
  kafka.produce("orders-0", {"a"});
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0");
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a"}));
}

TEST_F(SinkPut, AFilteredBatchThatHasToBeOfferedAgainIsNotLost) {
  steps = {drops_all()};
  kafka.produce("orders-0", {"a", "b"});
  sink.fail_next(ErrorCode::retriable);
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=2"), 0) << "put has not accepted it yet";
  ASSERT_THAT(run(), Succeeds());
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=2"), 1);
}

TEST_F(SinkPut, AnotherErrorEndsTheTaskAndEarlierPutsAreCommitted) {  // T34
  kafka.max_poll_records = 1;
  kafka.produce("orders-0", {"a", "b"});
  sink.on_put = [](std::span<const SinkRecord> records, SinkTaskContext&) -> Result<void> {
    if (records[0].value.view() == "b") return Error{ErrorCode::bad_record, "b has no id"};
    return {};
  };
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  const Result<void> result = run();
  EXPECT_THAT(result, FailsWith("ConnectException: Exiting WorkerSinkTask due to unrecoverable "
                                "exception."));
  EXPECT_THAT(result, FailsWith("Caused by: org.apache.kafka.connect.errors.DataException: b has"));
  pipeline->finish();
  EXPECT_EQ(to_text(kafka.committed), "orders-0=1");
  EXPECT_EQ(journal.count("stop"), 1);
}

TEST_F(SinkPut, ATimestampBelowMinusOneEndsTheTaskWhateverIsTolerated) {  // K8
  errors.tolerate_all = true;
  kafka.store("orders-0", {{}, "a", -2});
  const Result<void> result = run_with({"orders-0"});
  EXPECT_THAT(result, FailsWith("common.InvalidRecordException: Invalid record timestamp -2"));
  EXPECT_THAT(result, FailsWith("at orders-0@0"));
  EXPECT_THAT(sink.batches, IsEmpty());
}

TEST_F(SinkPut, AConverterErrorEndsTheTaskAndSaysWhere) {
  kafka.produce("orders-0", {"a", "bad"});
  const Result<void> result = run_with({"orders-0"});
  EXPECT_THAT(result, FailsWith("Tolerance exceeded in error handler"));
  EXPECT_THAT(result, FailsWith("at stage VALUE_CONVERTER"));
  EXPECT_THAT(result, FailsWith("DataException: 'bad' cannot be converted\n\tat orders-0@1"));
  pipeline->finish();
  EXPECT_EQ(to_text(kafka.committed), "") << "a was not put either";
}

TEST_F(SinkPut, AToleratedRecordIsLeftOutAndItsOffsetGoesOn) {
  errors.tolerate_all = true;
  kafka.store("orders-0", {"bad", "a"});
  kafka.store("orders-0", {"k", "bad"});
  kafka.store("orders-0", {"k", "c", -1, {{"h", "bad"}}});
  kafka.store("orders-0", {"k", "throw"});
  kafka.produce("orders-0", {"e"});
  kafka.produce("orders-0", {"bad"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"e"}));
  EXPECT_EQ(counters.records_skipped.value(), 5U);
  stop();
  EXPECT_EQ(to_text(kafka.committed), "orders-0=6");
}

TEST_F(SinkPut, ATransformationErrorIsToleratedToo) {
  errors.tolerate_all = true;
  steps = {[](const Record& record) -> Result<std::optional<Record>> {
    if (record.value.view() == "a") throw std::runtime_error("no field 'id'");
    return record;
  }};
  kafka.produce("orders-0", {"a", "b"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"b"}));
}

TEST_F(SinkPut, APollErrorEndsTheTaskWhateverIsTolerated) {  // K6
  errors.tolerate_all = true;
  kafka.poll_error = Error{ErrorCode::fatal, "not authorized to read topic 'orders'"};
  EXPECT_THAT(run_with({"orders-0"}), FailsWith("not authorized"));
}

TEST_F(SinkPut, ATaskWithoutAConsumerFailsBeforeItIsTouched) {
  no_consumer = Error{ErrorCode::invalid_config, "fetch.min.bytes 'x' is not a number"};
  EXPECT_THAT(make().run(), FailsWith("fetch.min.bytes 'x'"));
  EXPECT_THAT(journal.lines(), ElementsAre("close key", "close value", "close header", "destroy"));
}

TEST_F(SinkPut, TheTaskIsStoppedAlsoWhenItCouldNotStart) {
  sink.behaviour.fail("start", {ErrorCode::invalid_config, "file 'a' is a directory"});
  EXPECT_THAT(make().run(), FailsWith("file 'a' is a directory"));
  EXPECT_EQ(journal.count("RUNNING"), 0);
  EXPECT_EQ(journal.count("stop"), 1);
  EXPECT_EQ(journal.count("consumer close"), 1);
}

TEST_F(SinkPut, AStopDuringThePollLeavesItsMessagesToTheNextTask) {
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  kafka.produce("orders-0", {"a"});
  kafka.on_poll = [this] { control.stop(); };
  ASSERT_THAT(run(), Succeeds());
  pipeline->finish();
  EXPECT_THAT(sink.batches, IsEmpty());
  EXPECT_EQ(to_text(kafka.committed), "");
}

TEST_F(SinkPut, AStopDuringRedeliveryCommitsNothingOfTheBatch) {
  kafka.max_poll_records = 1;
  kafka.produce("orders-0", {"a", "b"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  sink.fail_next(ErrorCode::retriable);
  ASSERT_THAT(run(), Succeeds());
  stop();
  EXPECT_EQ(to_text(kafka.committed), "orders-0=1");
}

}  // namespace
}  // namespace millrace::pipeline
