// The Kafka seam against a real broker: MILLRACE_BROKER=host:port.
#include "kafka/client_factory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>

namespace millrace::kafka {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

class Reports final : public DeliveryListener {
 public:
  void delivered(void*, const RecordMetadata&, const Error* error) override {
    ++count;
    if (error != nullptr) errors.push_back(error->java_class());
  }
  std::size_t count = 0;
  std::vector<std::string> errors;
};

/// A consumer that keeps what it reads and where it is, as a sink task does.
class Member final : public RebalanceListener {
 public:
  void assigned(const PartitionOffsets& positions) override {
    for (const auto& [partition, offset] : positions) next[partition] = offset;
    ++rebalances;
  }
  void revoked(const PartitionSet& partitions) override {
    PartitionOffsets mine;
    for (const TopicPartition& partition : partitions) mine[partition] = next.at(partition);
    const Result<void> committed = consumer->commit_sync(mine);
    EXPECT_TRUE(committed) << committed.error().message();
    for (const TopicPartition& partition : partitions) next.erase(partition);
    ++rebalances;
  }
  void lost(const PartitionSet& partitions) override {
    for (const TopicPartition& partition : partitions) next.erase(partition);
  }
  /// Every message must be the next of its partition: none twice, none left out.
  void read(std::chrono::milliseconds timeout) {
    const Result<void> polled = consumer->poll(timeout, batch);
    ASSERT_TRUE(polled) << polled.error().message();
    for (const Message& message : batch.messages()) {
      const auto expected = next.find({std::string(message.topic), message.partition});
      ASSERT_NE(expected, next.end()) << message.topic << "-" << message.partition;
      ASSERT_EQ(message.offset, expected->second);
      ++expected->second;
      ++count;
    }
  }
  std::unique_ptr<Consumer> consumer;
  MessageBatch batch;
  PartitionOffsets next;
  std::size_t count = 0;
  int rebalances = 0;
};

class KafkaClientsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* broker = std::getenv("MILLRACE_BROKER");
    ASSERT_NE(broker, nullptr) << "set MILLRACE_BROKER to the address of an Apache Kafka broker";
    broker_ = broker;
    // A name of its own for each run: brokers outlive tests.
    topic_ = std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + "-" +
             std::to_string(::getpid()) + "-" +
             std::to_string(Steady::now().time_since_epoch().count());
    factory_ = make_client_factory({});
  }
  std::unique_ptr<Admin> admin() {
    auto made = factory_->admin({{"bootstrap.servers", broker_}});
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }
  std::unique_ptr<Producer> producer(DeliveryListener& listener, const ConfigMap& more = {}) {
    ConfigMap settings{{"bootstrap.servers", broker_}, {"enable.idempotence", "false"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    auto made = factory_->producer(settings, listener);
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }
  std::unique_ptr<Member> member(const ConfigMap& more = {}) {
    ConfigMap settings{{"bootstrap.servers", broker_},   {"group.id", "connect-" + topic_},
                       {"enable.auto.commit", "false"},  {"auto.offset.reset", "earliest"},
                       {"heartbeat.interval.ms", "100"}, {"session.timeout.ms", "6000"},
                       {"max.poll.records", "100"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    auto made = factory_->consumer(settings);
    EXPECT_TRUE(made) << made.error().message();
    auto result = std::make_unique<Member>();
    result->consumer = std::move(*made);
    const Result<void> subscribed = result->consumer->subscribe({topic_}, *result);
    EXPECT_TRUE(subscribed) << subscribed.error().message();
    return result;
  }
  void send(Producer& producer, const OutgoingRecord& record) {
    const auto deadline = Steady::now() + 30s;
    while (Steady::now() < deadline) {
      const Result<SendStatus> status = producer.send(record);
      ASSERT_TRUE(status) << status.error().message();
      if (*status == SendStatus::accepted) return;
      producer.serve(10ms);
    }
    FAIL() << "the record was not accepted in time";
  }
  void produce(std::size_t count) {
    Reports reports;
    const auto out = producer(reports);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string text = std::to_string(i);
      send(*out, {.topic = topic_, .key = text, .value = text});
    }
    ASSERT_TRUE(out->flush(30s));
    ASSERT_TRUE(reports.errors.empty()) << reports.errors.front();
  }
  static void until(const std::function<bool()>& done, const std::function<void()>& step) {
    const auto deadline = Steady::now() + 60s;
    while (!done() && !HasFatalFailure()) {
      ASSERT_LT(Steady::now(), deadline);
      step();
    }
  }
  /// Two members share four partitions that go on growing; the second comes and goes.
  void rebalance_under_load(const ConfigMap& settings) {
    ASSERT_TRUE(admin()->create({{.name = topic_, .partitions = 4}}).front());
    constexpr std::size_t each = 30'000;
    produce(each);
    const auto first = member(settings);
    until([&] { return first->count > 1000; }, [&] { first->read(100ms); });
    const auto second = member(settings);
    until([&] { return second->next.size() == 2 && second->count > 1000; },
          [&] {
            first->read(20ms);
            second->read(20ms);
          });
    EXPECT_EQ(first->next.size(), 2U);
    produce(each);
    until([&] { return first->count + second->count > 3 * each / 2; },
          [&] {
            first->read(20ms);
            second->read(20ms);
          });
    const Result<void> committed = second->consumer->commit_sync(second->next);
    ASSERT_TRUE(committed) << committed.error().message();
    const std::size_t gone = second->count;
    second->consumer->close();
    until([&] { return first->count + gone >= 2 * each; }, [&] { first->read(100ms); });
    EXPECT_EQ(first->count + gone, 2 * each);
    EXPECT_EQ(first->next.size(), 4U);
  }
  std::string broker_, topic_;
  std::unique_ptr<ClientFactory> factory_;
};

TEST_F(KafkaClientsTest, NothingIsLostOrRepeatedWhenPartitionsMove) { rebalance_under_load({}); }

TEST_F(KafkaClientsTest, NothingIsLostOrRepeatedWhenPartitionsMoveOneByOne) {
  rebalance_under_load({{"partition.assignment.strategy",
                         "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"}});
}

TEST_F(KafkaClientsTest, ATopicIsWaitedForUntilItExists) {
  const auto cluster = admin();
  Reports reports;
  const auto out = producer(reports, {{"enable.idempotence", "true"}});
  // A partition that the topic lacks until it is made with enough of them.
  ASSERT_TRUE(cluster->create({{.name = topic_}}).front());
  Result<SendStatus> status = SendStatus::accepted;
  const auto deadline = Steady::now() + 1s;
  while (Steady::now() < deadline) {
    status = out->send({.topic = topic_, .partition = 3, .value = "v"});
    ASSERT_TRUE(status) << status.error().message();
    ASSERT_EQ(*status, SendStatus::no_topic);
    out->serve(50ms);
  }
  send(*out, {.topic = topic_, .partition = 0, .value = "v"});
  EXPECT_TRUE(out->flush(30s));
  EXPECT_EQ(reports.count, 1U);
  EXPECT_TRUE(reports.errors.empty());
}

TEST_F(KafkaClientsTest, AdminTellsOfTheClusterAndItsTopics) {
  const auto cluster = admin();
  const Result<std::string> id = cluster->cluster_id();
  ASSERT_TRUE(id) << id.error().message();
  EXPECT_EQ(id->size(), 22U);
  const auto made = cluster->create(
      {{.name = topic_, .partitions = 3, .configs = {{"cleanup.policy", "compact"}}},
       {.name = topic_ + "-bad", .configs = {{"cleanup.policy", "nonsense"}}},
       {.name = topic_ + "-more", .replication_factor = 9}});
  EXPECT_TRUE(made[0]) << made[0].error().message();
  ASSERT_FALSE(made[1]);
  EXPECT_EQ(made[1].error().java_class(),
            "org.apache.kafka.common.errors.InvalidConfigurationException");
  ASSERT_FALSE(made[2]);
  EXPECT_EQ(made[2].error().java_class(),
            "org.apache.kafka.common.errors.InvalidReplicationFactorException");
  const auto again = cluster->create({{.name = topic_}});
  ASSERT_FALSE(again.front());
  EXPECT_EQ(again.front().error().code(), ErrorCode::conflict);
  // The controller has created it; the broker hears of that in its own time.
  auto found = cluster->describe({topic_, topic_ + "-nowhere"});
  until([&] { return !found || !found->empty(); },
        [&] {
          found = cluster->describe({topic_, topic_ + "-nowhere"});
        });
  ASSERT_TRUE(found) << found.error().message();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->at(topic_).partitions.size(), 3U);
}

TEST_F(KafkaClientsTest, ASmallQueueIsReadAtFullSpeed) {
  produce(100'000);
  const auto reader = member({{"max.poll.records", "500"}});
  until([&] { return reader->count > 0; }, [&] { reader->read(100ms); });
  const auto start = Steady::now();
  until([&] { return reader->count == 100'000; }, [&] { reader->read(100ms); });
  // One fetch a second, as without a wake-up, would take ten times as long.
  EXPECT_LT(Steady::now() - start, 3s);
}

TEST_F(KafkaClientsTest, ARecordTooLargeForTheBrokerIsReported) {
  ASSERT_TRUE(
      admin()->create({{.name = topic_, .configs = {{"max.message.bytes", "1000"}}}}).front());
  Reports reports;
  const auto out = producer(reports);
  send(*out, {.topic = topic_, .value = std::string(5000, 'x')});
  EXPECT_TRUE(out->flush(30s));
  EXPECT_THAT(reports.errors,
              ::testing::ElementsAre("org.apache.kafka.common.errors.RecordTooLargeException"));
}

TEST_F(KafkaClientsTest, ResetByTimeStartsAtTheFirstRecordThatIsYoungEnough) {
  Reports reports;
  const auto out = producer(reports);
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  for (const std::int64_t minutes : {180, 90, 30, 0}) {
    send(*out, {.topic = topic_, .value = "v", .timestamp = now - minutes * 60'000});
  }
  ASSERT_TRUE(out->flush(30s));
  const auto hour =
      member({{"auto.offset.reset", "by_duration:PT1H"}, {"group.id", "hour-" + topic_}});
  until([&] { return hour->rebalances > 0; }, [&] { hour->read(100ms); });
  until([&] { return hour->count == 2; }, [&] { hour->read(100ms); });
  EXPECT_EQ(hour->next, (PartitionOffsets{{{topic_, 0}, 4}}));
}

}  // namespace
}  // namespace millrace::kafka
