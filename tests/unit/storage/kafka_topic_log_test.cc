// The log of a storage topic over clients that do as they are told.
#include "storage/kafka_topic_log.h"

#include "base/log.h"
#include "unit/storage/fake_kafka.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Error no_answer{ErrorCode::retriable, "no answer"};

/// A Done whose answer can be waited for.
class Answer {
 public:
  [[nodiscard]] TopicLog::Done done() const {
    return [promise = promise_](Result<void> result) { promise->set_value(std::move(result)); };
  }
  Result<void> wait() { return promise_->get_future().get(); }

 private:
  std::shared_ptr<std::promise<Result<void>>> promise_ =
      std::make_shared<std::promise<Result<void>>>();
};

class KafkaTopicLogTest : public testing::Test {
 protected:
  TopicLogParts parts() {
    return {.topic = "connect-x",
            .setting = "x.storage.topic",
            .producer = {},
            .reader = {},
            .prepare = [this](const TopicLogParts::Pause&) { return prepared; }};
  }
  void make(Clock& time, TopicLogParts with) {
    log = std::make_unique<KafkaTopicLog>(std::move(with), kafka, time);
  }
  Result<void> start() {
    if (!log) make(clock, parts());
    return log->start([this](const LogRecord& record) {
      read.push_back(std::string(record.key.value_or("null")) + "=" +
                     std::string(record.value.value_or("null")) + "@" +
                     std::to_string(record.partition) + ":" + std::to_string(record.offset));
    });
  }

  FakeKafka kafka{3};
  SystemClock clock;
  ManualClock manual;
  Result<void> prepared;
  std::vector<std::string> read;       // the log's thread; read after something it has answered
  std::unique_ptr<KafkaTopicLog> log;  // last: its thread uses the rest
};

TEST_F(KafkaTopicLogTest, StartsWithEverythingThatIsInTheTopic) {
  kafka.append(0, "a", "1");
  kafka.append(2, "b", std::nullopt);
  kafka.append(0, std::nullopt, "3");
  kafka.append_gap(1);
  ASSERT_TRUE(start());
  EXPECT_THAT(read, ElementsAre("a=1@0:0", "b=null@2:0", "null=3@0:1"));
}

TEST_F(KafkaTopicLogTest, DoesNotStartWhenTheTopicIsNotAsItShouldBe) {
  prepared = Error{ErrorCode::invalid_config, "not compacted"};
  const Result<void> started = start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code(), ErrorCode::invalid_config);
  EXPECT_EQ(started.error().message(), "not compacted");
  Answer sent;
  log->send("a", "1", sent.done());
  EXPECT_EQ(sent.wait().error().message(), "not compacted");
}

TEST_F(KafkaTopicLogTest, RefusesMorePartitionsThanItMayHave) {  // S2
  TopicLogParts single = parts();
  single.most_partitions = 1;
  make(clock, std::move(single));
  const Result<void> started = start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code(), ErrorCode::invalid_config);
  EXPECT_THAT(started.error().message(), HasSubstr("x.storage.topic = 'connect-x'"));
  EXPECT_THAT(started.error().message(), HasSubstr("has 3 partitions"));
}

TEST_F(KafkaTopicLogTest, WaitsHalfAMinuteForTheTopic) {  // S2
  kafka.fail_open(no_answer, 10);
  make(manual, parts());
  ASSERT_TRUE(start());

  FakeKafka without;
  without.fail_open({ErrorCode::retriable, "topic 'connect-x' is not there"}, 1000);
  const Clock::Time before = manual.now();
  KafkaTopicLog never(parts(), without, manual);
  const Result<void> started = never.start([](const LogRecord&) {});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code(), ErrorCode::fatal);
  EXPECT_THAT(started.error().message(), HasSubstr("'connect-x' is not there"));
  EXPECT_GE(manual.now() - before, 30s);
  EXPECT_LT(manual.now() - before, 31s);
}

TEST_F(KafkaTopicLogTest, AsksForTheFirstEndForAQuarterOfAnHour) {  // S3
  make(manual, parts());
  kafka.fail_ends(no_answer, 800);
  ASSERT_TRUE(start());

  FakeKafka silent;
  silent.fail_ends(no_answer, 2000);
  const Clock::Time before = manual.now();
  KafkaTopicLog never(parts(), silent, manual);
  const Result<void> started = never.start([](const LogRecord&) {});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code(), ErrorCode::fatal);
  EXPECT_GE(manual.now() - before, 15min);
  EXPECT_LT(manual.now() - before, 16min);
}

TEST_F(KafkaTopicLogTest, ReadsToTheEndOverWhatIsNoRecord) {
  ASSERT_TRUE(start());
  kafka.append(1, "a", "1");
  kafka.append_gap(1);
  kafka.append_gap(0);
  ASSERT_TRUE(log->read_to_end(10s));
  EXPECT_THAT(read, ElementsAre("a=1@1:0"));
  Answer again;
  kafka.append(1, "a", "2");
  log->read_to_end(again.done());
  ASSERT_TRUE(again.wait());
  EXPECT_THAT(read, ElementsAre("a=1@1:0", "a=2@1:2"));
}

TEST_F(KafkaTopicLogTest, AReadThatTakesTooLongIsRetriable) {
  make(manual, parts());
  ASSERT_TRUE(start());
  kafka.hold_reading(true);
  kafka.append(1, "a", "1");
  const Result<void> late = log->read_to_end(3s);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::retriable);
  EXPECT_THAT(late.error().message(), HasSubstr("within 3000 ms"));
  EXPECT_THAT(late.error().message(), HasSubstr("x.storage.topic"));
}

TEST_F(KafkaTopicLogTest, GoesOnAskingForTheEndUntilItIsTold) {
  ASSERT_TRUE(start());
  kafka.fail_ends(no_answer, 2);
  kafka.append(1, "a", "1");
  ASSERT_TRUE(log->read_to_end(10s));
  kafka.fail_ends({ErrorCode::fatal, "not allowed"}, 1);
  const Result<void> refused = log->read_to_end(10s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "not allowed");
}

TEST_F(KafkaTopicLogTest, WritesInOrderAndTellsWhenItIsAcknowledged) {
  ASSERT_TRUE(start());
  kafka.hold_reports(true);
  kafka.refuse_sends(kafka::SendStatus::queue_full, 1);
  Answer first, second;
  log->send("a", "1", first.done());
  log->send("a", std::nullopt, second.done());
  kafka.wait_for([](const FakeKafka& fake) { return fake.waiting_sends == 2; });
  EXPECT_TRUE(kafka.contents().empty());
  kafka.hold_reports(false);
  EXPECT_TRUE(first.wait());
  EXPECT_TRUE(second.wait());
  ASSERT_TRUE(log->read_to_end(10s));
  EXPECT_THAT(read, ElementsAre("a=1@0:0", "a=null@0:1"));
}

TEST_F(KafkaTopicLogTest, TellsWhatWasNotWritten) {
  ASSERT_TRUE(start());
  kafka.fail_delivery(
      {ErrorCode::fatal, "org.apache.kafka.common.errors.TimeoutException", "slow"});
  Answer slow;
  log->send("a", "1", slow.done());
  const Result<void> result = slow.wait();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::retriable) << "it may be sent again";
  kafka.fail_delivery({ErrorCode::fatal, "too large"});
  Answer large;
  log->send("a", "1", large.done());
  EXPECT_EQ(large.wait().error().code(), ErrorCode::fatal);
}

TEST_F(KafkaTopicLogTest, ARecordWaitsForATopicThatIsGoneNoLongerThanMaxBlock) {
  ASSERT_TRUE(start());
  kafka.refuse_sends(kafka::SendStatus::no_topic, 3);
  Answer sent;
  log->send("a", "1", sent.done());
  EXPECT_TRUE(sent.wait());
}

TEST_F(KafkaTopicLogTest, AProducerThatCannotGoOnIsReplaced) {
  ASSERT_TRUE(start());
  kafka.break_producer({ErrorCode::fatal, "login refused"});
  Answer sent;
  log->send("a", "1", sent.done());
  EXPECT_TRUE(sent.wait());
  EXPECT_EQ(kafka.producers, 2);
}

TEST_F(KafkaTopicLogTest, GoesOnAfterAnErrorOfReadingThoughWhoWaitsIsTold) {
  make(manual, parts());
  ASSERT_TRUE(start());
  kafka.hold_reading(true);
  kafka.append(0, "a", "1");
  Answer waiting;
  log->read_to_end(waiting.done());
  kafka.wait_for([](const FakeKafka& fake) { return fake.asked_ends == 2; });
  kafka.fail_poll({ErrorCode::fatal, "not allowed"});
  EXPECT_EQ(waiting.wait().error().message(), "not allowed");
  kafka.hold_reading(false);
  Answer again;
  log->read_to_end(again.done());
  ASSERT_TRUE(again.wait());
  EXPECT_THAT(read, ElementsAre("a=1@0:0"));
}

TEST_F(KafkaTopicLogTest, StopAnswersWhoeverWaits) {
  ASSERT_TRUE(start());
  kafka.hold_reports(true);
  kafka.hold_reading(true);
  kafka.append(1, "a", "1");
  Answer sent, reading;
  log->send("a", "1", sent.done());
  log->read_to_end(reading.done());
  kafka.wait_for([](const FakeKafka& fake) { return fake.waiting_sends == 1; });
  log->stop();
  EXPECT_EQ(sent.wait().error().code(), ErrorCode::fatal);
  EXPECT_EQ(reading.wait().error().code(), ErrorCode::fatal);
  const Result<void> late = log->read_to_end(1s);
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().message(), HasSubstr("connect-x"));
  EXPECT_TRUE(read.empty());
}

TEST_F(KafkaTopicLogTest, StopEndsAStart) {
  TopicLogParts slow = parts();
  std::promise<void> reached;
  slow.prepare = [&reached](const TopicLogParts::Pause& pause) -> Result<void> {
    reached.set_value();
    while (pause(1h)) {
    }
    return Error{ErrorCode::fatal, "stopped"};
  };
  make(clock, std::move(slow));
  auto started = std::async(std::launch::async, [this] { return start(); });
  reached.get_future().wait();
  log->stop();
  EXPECT_EQ(started.get().error().message(), "stopped");
}

}  // namespace
}  // namespace millrace::storage
