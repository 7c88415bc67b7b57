#include "storage/kafka_status_store.h"

#include "base/log.h"
#include "fake_topic_log.h"
#include "stopped_clock.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

StoredStatus status(State state, std::int32_t generation, std::string worker = "w1:8083") {
  return {{state, std::move(worker), "1.0", ""}, generation};
}
const Error no_leader{ErrorCode::retriable, "no leader"};

/// A worker's store. What it repeats waits for the clock, which settle moves on.
struct Worker {
  explicit Worker(const std::shared_ptr<FakeTopic>& topic) {
    auto made = std::make_unique<FakeTopicLog>(topic);
    log = made.get();
    store = std::make_unique<KafkaStatusStore>(std::move(made), clock, "connect-status");
    EXPECT_TRUE(store->start());
  }
  State task_state() {
    log->deliver();
    const auto found = store->task({"foo", 0});
    return found ? found->status.state : State::destroyed;
  }

  /// Until everything is written or given up.
  void settle() {
    while (!store->flush(0ms)) {
      clock.advance(1s);
      std::this_thread::yield();
    }
  }

  StoppedClock clock;
  FakeTopicLog* log = nullptr;
  std::unique_ptr<KafkaStatusStore> store;
};

class KafkaStatusStoreTest : public testing::Test {
 protected:
  std::shared_ptr<FakeTopic> topic = std::make_shared<FakeTopic>();
  Worker worker{topic};
  KafkaStatusStore& store = *worker.store;
};

TEST_F(KafkaStatusStoreTest, WhatIsReadCameBackFromTheTopic) {  // S21
  store.put_connector("foo", status(State::running, 3), Write::plain);
  EXPECT_FALSE(store.connector("foo"));
  worker.log->deliver();
  ASSERT_TRUE(store.connector("foo"));
  EXPECT_EQ(store.connector("foo")->status.worker_id, "w1:8083");
  EXPECT_EQ(store.connector("foo")->generation, 3);
  EXPECT_EQ(store.connector("foo")->status.version, "1.0");
}

TEST_F(KafkaStatusStoreTest, AllStatusesAreFound) {
  store.put_connector("foo", status(State::running, 3), Write::plain);
  store.put_task({"foo", 0}, status(State::running, 3), Write::plain);
  store.put_task({"foo", 2}, status(State::failed, 3), Write::plain);
  store.put_task({"bar", 1}, status(State::failed, 3), Write::plain);
  worker.log->deliver();
  EXPECT_THAT(store.connectors(), ElementsAre("bar", "foo"));
  EXPECT_THAT(store.tasks("foo"), SizeIs(2));
  EXPECT_EQ(store.tasks("foo").at(2).status.state, State::failed);
  EXPECT_THAT(store.tasks("nobody"), IsEmpty());
  EXPECT_FALSE(store.connector("bar"));
}

TEST_F(KafkaStatusStoreTest, AnotherWorkerStartsWithWhatIsThere) {
  store.put_task({"foo", 0}, status(State::paused, 3), Write::plain);
  Worker other(topic);
  EXPECT_EQ(other.task_state(), State::paused);
}

TEST_F(KafkaStatusStoreTest, DestroyedIsATombstone) {  // S20, C31
  store.put_connector("foo", status(State::running, 3), Write::plain);
  store.put_task({"foo", 0}, status(State::running, 3), Write::plain);
  store.put_task({"foo", 0}, status(State::destroyed, 4), Write::plain);
  store.put_connector("foo", status(State::destroyed, 4), Write::plain);
  worker.log->deliver();
  EXPECT_THAT(store.connectors(), IsEmpty());
  EXPECT_EQ(topic->lines()[2], "status-task-foo-0");
  EXPECT_EQ(topic->lines()[3], "status-connector-foo");
}

TEST_F(KafkaStatusStoreTest, ASafeWriteDoesNotUndoANewerGeneration) {  // S21
  store.put_task({"foo", 0}, status(State::running, 5, "w2:8083"), Write::plain);
  worker.log->deliver();
  store.put_task({"foo", 0}, status(State::failed, 4), Write::safe);
  EXPECT_THAT(topic->lines(), SizeIs(1));
  store.put_task({"foo", 0}, status(State::failed, 5), Write::safe);
  EXPECT_THAT(topic->lines(), SizeIs(2)) << "not newer";
  worker.log->deliver();
  store.put_task({"foo", 0}, status(State::unassigned, 2), Write::safe);
  EXPECT_THAT(topic->lines(), SizeIs(3)) << "its own";
  store.put_connector("foo", status(State::failed, 1), Write::safe);
  EXPECT_THAT(topic->lines(), SizeIs(4)) << "nothing was there";
  worker.log->deliver();
  store.put_connector("foo", status(State::running, 0, "w3:8083"), Write::plain);
  EXPECT_THAT(topic->lines(), SizeIs(5)) << "plain: always";
}

TEST_F(KafkaStatusStoreTest, ALateUnassignedOfATaskIsPassedOver) {  // S22, C30
  store.put_task({"foo", 0}, status(State::running, 5, "w2:8083"), Write::plain);
  topic->append("status-task-foo-0", status_value(status(State::unassigned, 5)));
  EXPECT_EQ(worker.task_state(), State::running);
  EXPECT_EQ(store.task({"foo", 0})->status.worker_id, "w2:8083");
  topic->append("status-task-foo-0", status_value(status(State::unassigned, 6)));
  EXPECT_EQ(worker.task_state(), State::unassigned);
  topic->append("status-task-foo-0", status_value(status(State::unassigned, 1)));
  worker.log->deliver();
  EXPECT_EQ(store.task({"foo", 0})->generation, 1) << "it was not running";

  store.put_connector("foo", status(State::running, 5, "w2:8083"), Write::plain);
  topic->append("status-connector-foo", status_value(status(State::unassigned, 4)));
  worker.log->deliver();
  EXPECT_EQ(store.connector("foo")->status.state, State::unassigned) << "of tasks alone";
}

TEST_F(KafkaStatusStoreTest, TopicsThatAConnectorUses) {  // S23
  store.put_topic("foo", {"orders", 1, 1000});
  EXPECT_FALSE(store.has_topic("foo", "orders"));
  worker.log->deliver();
  EXPECT_TRUE(store.has_topic("foo", "orders"));
  EXPECT_FALSE(store.has_topic("bar", "orders"));
  ASSERT_THAT(store.topics("foo"), SizeIs(1));
  EXPECT_EQ(store.topics("foo")[0].task, 1);
  store.forget_topic("foo", "orders");
  worker.log->deliver();
  EXPECT_FALSE(store.has_topic("foo", "orders"));
  EXPECT_THAT(store.topics("foo"), IsEmpty());
}

TEST_F(KafkaStatusStoreTest, ATopicIsWrittenOnceWhileItIsOnItsWay) {
  worker.log->hold_answers = true;
  store.put_topic("foo", {"orders", 1, 1000});
  store.put_topic("foo", {"orders", 2, 1001});
  EXPECT_THAT(topic->lines(), SizeIs(1));
  store.forget_topic("foo", "orders");
  store.put_topic("foo", {"orders", 2, 1002});
  EXPECT_THAT(topic->lines(), SizeIs(3)) << "forgotten in between";
}

TEST_F(KafkaStatusStoreTest, AMalformedRecordIsSkippedWithOneWarning) {
  const log::Capture captured;
  topic->append("status-task-foo-0", "{");
  topic->append("status-connector-foo", status_value(status(State::running, 1)));
  worker.log->deliver();
  EXPECT_THAT(captured.lines(),
              ElementsAre(StartsWith("WARN status topic 'connect-status': record "
                                     "\"status-task-foo-0\" in partition 0 at offset 0: no JSON")));
  EXPECT_TRUE(store.connector("foo"));
}

TEST_F(KafkaStatusStoreTest, WhatFailsForAWhileIsRepeated) {
  const log::Capture captured;
  worker.log->fail_sends({no_leader, no_leader});
  store.put_task({"foo", 0}, status(State::running, 3), Write::plain);
  worker.settle();
  EXPECT_EQ(worker.task_state(), State::running);
  EXPECT_THAT(captured.lines(), ElementsAre(HasSubstr("'status-task-foo-0' could not be written")));
}

TEST_F(KafkaStatusStoreTest, WhatFailsForGoodIsGivenUp) {
  const log::Capture captured;
  worker.log->fail_sends({Error{ErrorCode::fatal, "not allowed"}});
  store.put_task({"foo", 0}, status(State::running, 3), Write::plain);
  worker.settle();
  EXPECT_THAT(topic->lines(), IsEmpty());
  EXPECT_THAT(captured.lines(),
              ElementsAre("ERROR 'status-task-foo-0' could not be written: not allowed"));
}

TEST_F(KafkaStatusStoreTest, ANewerWriteTakesThePlaceOfOneThatFailed) {  // S21
  worker.log->fail_sends({no_leader});
  store.put_task({"foo", 0}, status(State::running, 3), Write::plain);
  store.put_task({"foo", 0}, status(State::failed, 3), Write::plain);
  worker.settle();
  EXPECT_EQ(worker.task_state(), State::failed);
  EXPECT_THAT(topic->lines(), SizeIs(1));
}

TEST_F(KafkaStatusStoreTest, AWriteThatFailedLapsesWithItsGeneration) {  // S21
  worker.log->fail_sends({no_leader});
  store.put_task({"foo", 0}, status(State::unassigned, 3), Write::plain);
  store.put_connector("foo", status(State::running, 4), Write::plain);
  worker.settle();
  EXPECT_EQ(worker.task_state(), State::destroyed) << "never written";
}

TEST_F(KafkaStatusStoreTest, AWriteThatFailedLapsesWithTheRemovalOfItsKey) {  // S21
  worker.log->fail_sends({no_leader});
  store.put_task({"foo", 0}, status(State::running, 3), Write::plain);
  topic->append("status-task-foo-0", std::nullopt);
  worker.log->deliver();
  worker.settle();
  EXPECT_THAT(topic->lines(), ElementsAre("status-task-foo-0"));
}

TEST_F(KafkaStatusStoreTest, ASafeWriteThatFailedYieldsToANewerGeneration) {  // S21
  worker.log->fail_sends({no_leader});
  store.put_task({"foo", 0}, status(State::failed, 3), Write::safe);
  topic->append("status-task-foo-0", status_value(status(State::running, 4, "w2:8083")));
  worker.log->deliver();
  worker.settle();
  EXPECT_EQ(worker.task_state(), State::running);
}

TEST_F(KafkaStatusStoreTest, AFlushWaitsForAnswersUpToItsTime) {
  auto made = std::make_unique<FakeTopicLog>(topic);
  FakeTopicLog& log = *made;
  ManualClock clock;
  KafkaStatusStore slow(std::move(made), clock, "connect-status");
  ASSERT_TRUE(slow.start());
  log.hold_answers = true;
  slow.put_task({"foo", 0}, status(State::running, 3), Write::plain);
  const Clock::Time before = clock.now();
  EXPECT_FALSE(slow.flush(5s));
  EXPECT_EQ(clock.now() - before, 5s);
  log.answer_held({});
  EXPECT_TRUE(slow.flush(0s));
}

TEST_F(KafkaStatusStoreTest, AStopGivesUpWhatWaits) {
  worker.log->fail_sends(std::vector<Error>(100, no_leader));
  store.put_task({"foo", 0}, status(State::running, 3), Write::plain);
  store.stop();
  EXPECT_TRUE(store.flush(0s));
  store.put_task({"foo", 0}, status(State::failed, 3), Write::plain);
  EXPECT_TRUE(store.flush(0s)) << "refused at once";
}

}  // namespace
}  // namespace millrace::storage
