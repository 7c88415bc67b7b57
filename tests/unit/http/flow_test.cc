// What a task does while it waits: commits, pauses, stops, rebalances (§7, D5, D11, D12).
#include "http_world.h"

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class FlowTest : public HttpTest {};

TEST_F(FlowTest, PutComesBackAtOnceWhileItWaits) {
  server_.otherwise(again());
  start({{"retry.backoff.sec", "600"}});
  const auto begin = std::chrono::steady_clock::now();
  put_texts({"a"});
  settle();
  EXPECT_EQ(context_.next_put, seconds(600));
  for (int i = 0; i < 100; ++i) put();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(5));
  EXPECT_THAT(server_.requests(), SizeIs(1));
}

TEST_F(FlowTest, PutComesBackWhileAReplyIsAwaited) {
  server_.otherwise(hangs());
  start();
  const auto begin = std::chrono::steady_clock::now();
  put_texts({"a"});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(2));
  EXPECT_EQ(context_.next_put, milliseconds(0));
}

TEST_F(FlowTest, WhatIsThroughMayBeCommittedInABackOff) {  // §7
  server_.script({delivered(), delivered(), again()});
  server_.otherwise(again());
  start({{"retry.backoff.sec", "600"}});
  put_texts({"a", "b", "c", "d"});
  settle();
  EXPECT_EQ(committable(), 2);
}

TEST_F(FlowTest, WhatIsThroughMayBeCommittedAfterAFailure) {  // §7
  server_.script({delivered(), again()});
  start({{"exception.strategy", "STOP_TASK"}});
  put_texts({"a", "b", "c"});
  EXPECT_EQ(failure(), "none") << "the records of this put are the task's own now";
  EXPECT_EQ(context_.next_put, milliseconds(0));
  put();
  EXPECT_EQ(failure(), "Received response retry=true");
  EXPECT_EQ(committable(), 1);
  EXPECT_THAT(failure_->context(), ElementsAre("topic=orders key= partition=0 offset=1"));
}

TEST_F(FlowTest, AsksForACommitAfterABatchAndAtMostOnceASecond) {  // §7
  start();
  put_texts({"a", "b"});
  settle();
  EXPECT_EQ(context_.commits, 1);
  put_texts({"c"});
  settle();
  EXPECT_EQ(context_.commits, 1);
  EXPECT_EQ(context_.next_put, seconds(1));
  clock_->passed += seconds(1);
  put();
  EXPECT_EQ(context_.commits, 2);
  EXPECT_FALSE(context_.next_put);
}

TEST_F(FlowTest, AStopInMidRequestLeavesTheRecordUncommitted) {  // D12
  server_.otherwise(hangs());
  start();
  put_texts({"a"});
  ASSERT_TRUE(server_.wait_for(1));
  EXPECT_EQ(committable(), 0);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(task_->stop());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(2));
}

TEST_F(FlowTest, NothingIsBegunDuringAPause) {
  server_.script({again()});
  start({{"retry.backoff.sec", "5"}});
  put_texts({"a", "b"});
  settle();
  context_.is_paused = true;
  clock_->passed += seconds(60);
  put();
  EXPECT_THAT(server_.requests(), SizeIs(1));
  EXPECT_FALSE(context_.next_put);
  context_.is_paused = false;
  put();
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("a", "a", "b"));
}

TEST_F(FlowTest, WhatIsOpenIsFinishedDuringAPause) {
  server_.script({hangs()});
  server_.answer_with([](const std::string&) { return delivered(); });
  start();
  put_texts({"a", "b"});
  ASSERT_TRUE(server_.wait_for(1));
  context_.is_paused = true;
  put();
  EXPECT_EQ(context_.next_put, milliseconds(0));
  server_.drop_connections();
  settle();
  EXPECT_FALSE(context_.next_put) << "the attempt has ended, the next one waits for the resumption";
  EXPECT_THAT(server_.requests(), SizeIs(1));
}

TEST_F(FlowTest, PartitionsStandStillWhileEnoughIsWaiting) {
  server_.otherwise(again());
  start({{"retry.backoff.sec", "5"}});
  for (int i = 0; i < 3; ++i) put_texts(std::vector<std::string>(500, "x"));
  EXPECT_THAT(context_.held_back, SizeIs(2));
  ASSERT_TRUE(task_->open({{"orders", 2}}));
  EXPECT_THAT(context_.held_back, SizeIs(3)) << "what is assigned meanwhile stands still, too";
  context_.assigned.insert({"orders", 2});
  server_.otherwise(delivered());
  clock_->passed += seconds(5);
  put();
  settle();
  EXPECT_THAT(context_.held_back, IsEmpty());
  EXPECT_EQ(committable(), 1500);
}

TEST_F(FlowTest, LargeRecordsCountByTheirBytes) {
  server_.otherwise(again());
  start();
  const std::string large(1'000'000, 'x');
  put_texts(std::vector<std::string>(10, large));
  EXPECT_THAT(context_.held_back, SizeIs(2));
}

TEST_F(FlowTest, ARevokedPartitionTakesItsRecordsAndCountsAlong) {
  server_.otherwise(again());
  start({{"retry.backoff.sec", "5,10"}});
  put({record("a", 0, 0), record("b", 0, 1)});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("a"));
  ASSERT_TRUE(task_->close({{"orders", 0}}));
  server_.otherwise(delivered());
  advance(milliseconds(0));
  EXPECT_THAT(server_.bodies(), ElementsAre("a", "b")) << "what waited behind it goes on at once";
  server_.otherwise(again());
  ASSERT_TRUE(task_->open({{"orders", 0}}));
  put({record("a", 0, 0)});
  settle();
  EXPECT_EQ(context_.next_put, seconds(5)) << "the first bracket again";
}

TEST_F(FlowTest, ARevocationEndsTheRequest) {
  server_.script({hangs()});
  start();
  put({record("a", 0, 0), record("b", 0, 1)});
  ASSERT_TRUE(server_.wait_for(1));
  ASSERT_TRUE(task_->close({{"orders", 0}}));
  advance(milliseconds(0));
  EXPECT_THAT(server_.bodies(), ElementsAre("a", "b"));
  EXPECT_EQ(committable(1), 1);
}

TEST_F(FlowTest, RecordsAreKeptBeyondTheirPut) {
  server_.script({again()});
  start({{"retry.backoff.sec", "5"}});
  {
    std::string memory = "borrowed";
    std::string topic = "orders";
    SinkRecord made = record(Value(Text::borrow(memory)));
    made.topic = made.original_topic = Text::borrow(topic);
    made.headers.append({Text::borrow(memory), nullptr, Value(Text::borrow(memory))});
    put({made});
    settle();
    memory.assign(memory.size(), '!');
    topic.assign(topic.size(), '!');
  }
  advance(seconds(5));
  EXPECT_THAT(server_.bodies(), ElementsAre("borrowed", "borrowed"));
  EXPECT_EQ(header_of(server_.requests()[1], "X-Kafka-Topic"), "orders");
}

TEST_F(FlowTest, MeasuresBatches) {
  start();
  put_texts({"a", "b"});
  settle();
  EXPECT_TRUE(log_.contains(
      "Metrics=Latency metricSystem=kafka-connector-my-conn metricMeasure=batch-processing-time "
      "metricValue=0 batchSize=2"));
}

}  // namespace
}  // namespace millrace::http
