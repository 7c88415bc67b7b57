// Producer, consumer and admin against the embedded mock cluster.
#include "kafka/client_factory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <set>
#include <thread>

namespace millrace::kafka {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Reports final : public DeliveryListener {
 public:
  void delivered(void* tag, const RecordMetadata& metadata, const Error* error) override {
    tags.push_back(reinterpret_cast<std::uintptr_t>(tag));
    offsets.push_back(metadata.offset);
    if (error != nullptr) errors.push_back(error->java_class());
  }
  std::vector<std::uintptr_t> tags;
  std::vector<std::int64_t> offsets;
  std::vector<std::string> errors;
};

class Listener final : public RebalanceListener {
 public:
  void assigned(const PartitionOffsets& given) override {
    positions = given;
    for (const auto& [partition, offset] : given) owned.insert(partition);
    if (on_assigned) on_assigned();
  }
  void revoked(const PartitionSet& partitions) override {
    for (const auto& partition : partitions) owned.erase(partition);
    if (on_revoked) on_revoked();
  }
  void lost(const PartitionSet& partitions) override {
    for (const auto& partition : partitions) owned.erase(partition);
  }
  PartitionOffsets positions;
  PartitionSet owned;
  std::function<void()> on_assigned, on_revoked;
};

class EmbeddedTest : public ::testing::Test {
 protected:
  static ClientFactory& factory() {
    static const std::unique_ptr<ClientFactory> instance = make_client_factory({});
    return *instance;
  }
  /// A name of its own for each test, for the cluster is shared.
  static std::string name() {
    return ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  static std::unique_ptr<Producer> producer(Reports& reports, ConfigMap more = {}) {
    ConfigMap settings{{"bootstrap.servers", "embedded:"}, {"client.id", "test-producer"}, {"linger.ms", "1"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    Result<std::unique_ptr<Producer>> made = factory().producer(settings, reports);
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }
  static std::unique_ptr<Consumer> consumer(ConfigMap more = {}) {
    ConfigMap settings{{"bootstrap.servers", "embedded:"},   {"client.id", "test-consumer"},
                       {"group.id", "connect-" + name()},    {"enable.auto.commit", "false"},
                       {"auto.offset.reset", "earliest"},    {"heartbeat.interval.ms", "200"},
                       {"session.timeout.ms", "6000"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    Result<std::unique_ptr<Consumer>> made = factory().consumer(settings);
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }
  static void send(Producer& producer, const OutgoingRecord& record) {
    while (true) {
      const Result<SendStatus> status = producer.send(record);
      ASSERT_TRUE(status) << status.error().message();
      if (*status == SendStatus::accepted) return;
      producer.serve(10ms);
    }
  }
  static void produce(const std::string& topic, int from, int to) {
    Reports reports;
    const auto out = producer(reports);
    for (int i = from; i < to; ++i) {
      const std::string text = std::to_string(i);
      send(*out, {.topic = topic, .value = text});
    }
    ASSERT_TRUE(out->flush(20s));
    out->close(1s);
  }
  /// The values of the next messages, at least so many.
  static std::vector<std::string> read(Consumer& consumer, std::size_t count) {
    MessageBatch batch;
    std::vector<std::string> values;
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (values.size() < count && std::chrono::steady_clock::now() < deadline) {
      const Result<void> polled = consumer.poll(1s, batch);
      EXPECT_TRUE(polled) << polled.error().message();
      for (const Message& message : batch.messages()) values.emplace_back(message.value.value_or("null"));
    }
    return values;
  }
};

TEST_F(EmbeddedTest, TenThousandRecordsComeBackInOrderAndAreCommitted) {
  const std::string topic = name();
  produce(topic, 0, 10'000);
  Listener listener;
  const TopicPartition partition{topic, 0};
  {
    const auto in = consumer();
    ASSERT_TRUE(in->subscribe({topic}, listener));
    const std::vector<std::string> values = read(*in, 10'000);
    ASSERT_EQ(values.size(), 10'000U);
    for (int i = 0; i < 10'000; ++i) ASSERT_EQ(values[static_cast<std::size_t>(i)], std::to_string(i));
    EXPECT_EQ(listener.positions, (PartitionOffsets{{partition, 0}}));
    const Result<void> committed = in->commit_sync({{partition, 7'000}});
    ASSERT_TRUE(committed) << committed.error().message();
    in->close();
  }
  const auto again = consumer();
  ASSERT_TRUE(again->subscribe({topic}, listener));
  const std::vector<std::string> values = read(*again, 3'000);
  ASSERT_EQ(values.size(), 3'000U);
  EXPECT_EQ(values.front(), "7000");
  EXPECT_EQ(listener.positions, (PartitionOffsets{{partition, 7'000}}));
}

}  // namespace
}  // namespace millrace::kafka
