// Producer, consumer and admin against the embedded mock cluster.
#include "kafka/client_factory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <set>

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
    ConfigMap settings{
        {"bootstrap.servers", "embedded:"}, {"client.id", "test-producer"}, {"linger.ms", "1"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    Result<std::unique_ptr<Producer>> made = factory().producer(settings, reports);
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }
  static std::unique_ptr<Consumer> consumer(ConfigMap more = {}) {
    ConfigMap settings{{"bootstrap.servers", "embedded:"}, {"client.id", "test-consumer"},
                       {"group.id", "connect-" + name()},  {"enable.auto.commit", "false"},
                       {"auto.offset.reset", "earliest"},  {"heartbeat.interval.ms", "200"},
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
      for (const Message& message : batch.messages())
        values.emplace_back(message.value.value_or("null"));
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
    for (int i = 0; i < 10'000; ++i)
      ASSERT_EQ(values[static_cast<std::size_t>(i)], std::to_string(i));
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

TEST_F(EmbeddedTest, SeekPauseResumeCommitAndWake) {
  const std::string topic = name();
  produce(topic, 0, 1000);
  const TopicPartition partition{topic, 0};
  Listener listener;
  const auto in = consumer({{"max.poll.records", "10"}});
  ASSERT_TRUE(in->subscribe({topic}, listener));
  EXPECT_EQ(read(*in, 1).front(), "0");

  ASSERT_TRUE(in->seek({{partition, 500}}));
  EXPECT_EQ(read(*in, 10), (std::vector<std::string>{"500", "501", "502", "503", "504", "505",
                                                     "506", "507", "508", "509"}));
  ASSERT_TRUE(in->pause({partition}));
  MessageBatch batch;
  ASSERT_TRUE(in->poll(300ms, batch));
  EXPECT_TRUE(batch.empty());
  ASSERT_TRUE(in->resume({partition}));
  EXPECT_EQ(read(*in, 1).front(), "510");
  ASSERT_TRUE(in->resume({partition}));  // was not paused: stays where it is
  EXPECT_EQ(read(*in, 1).front(), "520");

  ASSERT_TRUE(in->pause({partition}));
  ASSERT_TRUE(in->seek({{partition, 700}}));
  ASSERT_TRUE(in->poll(100ms, batch));
  EXPECT_TRUE(batch.empty());
  ASSERT_TRUE(in->resume({partition}));
  EXPECT_EQ(read(*in, 1).front(), "700");

  std::vector<std::string> calls;
  in->commit_async({{partition, 42}}, [&calls](const Result<void>& result) {
    calls.push_back(result ? "done" : result.error().message());
  });
  EXPECT_TRUE(calls.empty());
  ASSERT_TRUE(in->pause({partition}));
  while (calls.empty()) ASSERT_TRUE(in->poll(1s, batch));
  EXPECT_THAT(calls, ElementsAre("done"));

  const auto start = std::chrono::steady_clock::now();
  const auto waker = std::async(std::launch::async, [&in] { in->wake(); });
  ASSERT_TRUE(in->poll(60s, batch));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  EXPECT_THAT(in->seek({{{"other", 0}, 1}}).error().message(),
              HasSubstr("other-0: it is not assigned"));
  EXPECT_THAT(*in->topics(), ::testing::Contains(topic));
}

TEST_F(EmbeddedTest, TheListenerCanSeekAndPauseWhileItIsToldOfAnAssignment) {
  const std::string topic = name();
  produce(topic, 0, 10);
  const TopicPartition partition{topic, 0};
  Listener listener;
  const auto in = consumer();
  listener.on_assigned = [&] {
    EXPECT_TRUE(in->seek({{partition, 5}}));
    EXPECT_TRUE(in->pause({partition}));
  };
  ASSERT_TRUE(in->subscribe({topic}, listener));
  MessageBatch batch;
  while (listener.owned.empty()) ASSERT_TRUE(in->poll(100ms, batch));
  ASSERT_TRUE(in->poll(300ms, batch));
  EXPECT_TRUE(batch.empty());
  ASSERT_TRUE(in->resume({partition}));
  EXPECT_EQ(read(*in, 5), (std::vector<std::string>{"5", "6", "7", "8", "9"}));
}

TEST_F(EmbeddedTest, ACommitOnItsWayIsAnsweredWhileTheGroupIsLeft) {
  const std::string topic = name();
  produce(topic, 0, 10);
  const TopicPartition partition{topic, 0};
  for (std::int64_t round = 1; round <= 5; ++round) {
    std::vector<Result<void>> answers;
    Listener listener;
    auto in = consumer();
    ASSERT_TRUE(in->subscribe({topic}, listener));
    ASSERT_FALSE(read(*in, 1).empty());
    EXPECT_EQ(listener.positions.at(partition), round - 1);
    // No poll comes between: both answers meet librdkafka while it leaves the group.
    in->commit_async({{partition, 0}}, [&](const Result<void>& one) { answers.push_back(one); });
    in->commit_async({{partition, round}},
                     [&](const Result<void>& one) { answers.push_back(one); });
    in->close();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_TRUE(answers[0] && answers[1]);
    in.reset();  // would close a second time, had the first come back too early
  }
}

TEST_F(EmbeddedTest, ResetPoliciesDecideWhereANewGroupStarts) {
  const std::string topic = name();
  produce(topic, 0, 10);
  const TopicPartition partition{topic, 0};
  Listener listener;
  MessageBatch batch;
  const auto latest = consumer({{"auto.offset.reset", "latest"}, {"group.id", "latest-" + topic}});
  ASSERT_TRUE(latest->subscribe({topic}, listener));
  while (listener.owned.empty()) ASSERT_TRUE(latest->poll(100ms, batch));
  EXPECT_EQ(listener.positions, (PartitionOffsets{{partition, 10}}));

  Listener other;
  const auto none = consumer({{"auto.offset.reset", "none"}, {"group.id", "none-" + topic}});
  ASSERT_TRUE(none->subscribe({topic}, other));
  Result<void> polled;
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (polled && std::chrono::steady_clock::now() < deadline) polled = none->poll(1s, batch);
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().code(), ErrorCode::fatal);
  EXPECT_THAT(polled.error().message(), HasSubstr("has committed no offset for " + topic + "-0"));
}

TEST_F(EmbeddedTest, KeysHeadersTimesAndNullsArriveAsSent) {
  const std::string topic = name();
  Reports reports;
  const auto out = producer(reports);
  const MessageHeader headers[] = {{"a", "1"}, {"b", std::nullopt}, {"a", ""}};
  send(*out, {.topic = topic,
              .key = "k",
              .value = "v",
              .timestamp = 1'600'000'000'123,
              .headers = headers});
  send(*out, {.topic = topic, .key = std::nullopt, .value = std::nullopt});
  send(*out, {.topic = topic, .key = "", .value = "", .timestamp = 0});
  ASSERT_TRUE(out->flush(20s));

  Listener listener;
  const auto in = consumer();
  ASSERT_TRUE(in->subscribe({topic}, listener));
  MessageBatch batch;
  while (batch.messages().size() < 3) ASSERT_TRUE(in->poll(1s, batch));
  const auto messages = batch.messages();
  EXPECT_EQ(messages[0].topic, topic);
  EXPECT_EQ(messages[0].key, NullableBytes("k"));
  EXPECT_EQ(messages[0].timestamp, 1'600'000'000'123);
  EXPECT_EQ(messages[0].timestamp_type, TimestampType::create_time);
  ASSERT_EQ(messages[0].headers.size(), 3U);
  EXPECT_EQ(messages[0].headers[0].name, "a");
  EXPECT_EQ(messages[0].headers[0].value, NullableBytes("1"));
  EXPECT_EQ(messages[0].headers[1].value, std::nullopt);
  EXPECT_EQ(messages[0].headers[2].value, NullableBytes(""));
  EXPECT_EQ(messages[1].key, std::nullopt);
  EXPECT_EQ(messages[1].value, std::nullopt);
  EXPECT_TRUE(messages[1].headers.empty());
  EXPECT_EQ(messages[2].key, NullableBytes(""));
  EXPECT_EQ(messages[2].value, NullableBytes(""));
  EXPECT_EQ(messages[2].offset, 2);

  in->close();  // the batch keeps what it holds
  EXPECT_EQ(batch.messages()[0].value, NullableBytes("v"));
}

TEST_F(EmbeddedTest, ReportsComeOnceForEachRecordInOrder) {
  const std::string topic = name();
  Reports reports;
  const auto out = producer(reports);
  for (std::uintptr_t i = 1; i <= 100; ++i) {
    send(*out, {.topic = topic, .value = "v", .tag = reinterpret_cast<void*>(i)});
  }
  EXPECT_GT(out->outstanding() + reports.tags.size(), 99U);
  ASSERT_TRUE(out->flush(20s));
  EXPECT_EQ(out->outstanding(), 0U);
  ASSERT_EQ(reports.tags.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(reports.tags[i], i + 1);
    EXPECT_EQ(reports.offsets[i], static_cast<std::int64_t>(i));
  }
  EXPECT_TRUE(reports.errors.empty());
}

TEST_F(EmbeddedTest, ARecordAboveMaxRequestSizeIsAnErrorAtOnce) {
  Reports reports;
  const auto out = producer(reports, {{"max.request.size", "5000"}});
  const std::string large(5000, 'x');
  send(*out, {.topic = name(), .value = "first"});
  const Result<SendStatus> status = out->send({.topic = name(), .value = large});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().java_class(), "org.apache.kafka.common.errors.RecordTooLargeException");
  EXPECT_THAT(status.error().message(), HasSubstr("more than max.request.size allows: 5000"));
  send(*out, {.topic = name(), .value = std::string_view(large).substr(0, 4800)});
  EXPECT_TRUE(out->flush(20s));
  EXPECT_TRUE(reports.errors.empty());
}

TEST_F(EmbeddedTest, AFullQueueIsSaidSoAndEmptiesByServing) {
  Reports reports;
  const auto out = producer(reports, {{"buffer.memory", "65536"}, {"linger.ms", "100"}});
  const std::string value(1000, 'x');
  bool full = false;
  for (int sent = 0; sent < 500;) {
    const Result<SendStatus> status = out->send({.topic = name(), .value = value});
    ASSERT_TRUE(status) << status.error().message();
    if (*status == SendStatus::accepted) {
      ++sent;
    } else {
      full = full || *status == SendStatus::queue_full;
      out->serve(50ms);
    }
  }
  EXPECT_TRUE(full);
  EXPECT_TRUE(out->flush(20s));
  EXPECT_EQ(reports.tags.size(), 500U);
}

TEST_F(EmbeddedTest, APartitionThatIsNotThereIsWaitedFor) {
  Reports reports;
  const auto out = producer(reports);
  send(*out, {.topic = name(), .value = "v"});
  const Result<SendStatus> status = out->send({.topic = name(), .partition = 1, .value = "v"});
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(*status, SendStatus::no_topic);
}

TEST_F(EmbeddedTest, AbandonedRecordsAreReportedAsSuch) {
  Reports reports;
  const auto out = producer(reports, {{"linger.ms", "60000"}});
  send(*out, {.topic = name(), .value = "v"});
  out->abandon();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (reports.errors.empty() && std::chrono::steady_clock::now() < deadline) out->serve(100ms);
  EXPECT_EQ(reports.errors.size(), 1U);
  EXPECT_EQ(out->outstanding(), 0U);
}

TEST_F(EmbeddedTest, WhatWasNotWrittenComesBackAsItWasSent) {
  struct Returned final : DeliveryListener {
    void delivered(void*, const RecordMetadata&, const Error*) override { ADD_FAILURE(); }
    void not_delivered(void* tag, const OutgoingRecord& record, const Error& error) override {
      EXPECT_EQ(tag, this);
      EXPECT_THAT(error.message(), HasSubstr("was not written"));
      ++count;
      topic = record.topic;
      key = record.key.value_or("none");
      value = record.value ? "some" : "none";
      for (const MessageHeader& header : record.headers) {
        headers.push_back(std::string(header.name) + "=" +
                          std::string(header.value.value_or("none")));
      }
    }
    int count = 0;
    std::string topic, key, value;
    std::vector<std::string> headers;
  } returned;
  Result<std::unique_ptr<Producer>> out =
      factory().producer({{"bootstrap.servers", "embedded:"}, {"linger.ms", "60000"}}, returned);
  ASSERT_TRUE(out) << out.error().message();
  const MessageHeader headers[] = {{"a", "1"}, {"b", std::nullopt}};
  send(**out, {.topic = name(),
               .key = "k",
               .value = std::nullopt,
               .timestamp = 1'600'000'000'123,
               .headers = headers,
               .tag = &returned});
  (*out)->abandon();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (returned.count == 0 && std::chrono::steady_clock::now() < deadline) (*out)->serve(100ms);
  EXPECT_EQ(returned.count, 1);
  EXPECT_EQ(returned.topic, name());
  EXPECT_EQ(returned.key, "k");
  EXPECT_EQ(returned.value, "none");
  EXPECT_THAT(returned.headers, ElementsAre("a=1", "b=none"));
}

TEST_F(EmbeddedTest, KeysGoToThePartitionsThatJavaChooses) {
  const std::string topic = name();
  Result<std::unique_ptr<Admin>> admin = factory().admin({{"bootstrap.servers", "embedded:"}});
  ASSERT_TRUE(admin) << admin.error().message();
  ASSERT_TRUE((*admin)->create({{.name = topic, .partitions = 7}}).front());
  struct Partitions final : DeliveryListener {
    void delivered(void* tag, const RecordMetadata& metadata, const Error* error) override {
      EXPECT_EQ(error, nullptr);
      by_tag[reinterpret_cast<std::uintptr_t>(tag)] = metadata.partition;
    }
    std::map<std::uintptr_t, std::int32_t> by_tag;
  } partitions;
  Result<std::unique_ptr<Producer>> out =
      factory().producer({{"bootstrap.servers", "embedded:"}}, partitions);
  ASSERT_TRUE(out) << out.error().message();
  std::ifstream in(MILLRACE_TEST_DATA "/kafka/murmur2.txt");
  std::map<std::uintptr_t, std::int32_t> expected;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t blank = line.find(' ');
    std::string key;
    if (line[0] != '-') {
      for (std::size_t i = 0; i < blank; i += 2)
        key += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
    }
    const std::uintptr_t tag = expected.size() + 1;
    expected[tag] = std::stoi(line.substr(blank + 1));
    send(**out, {.topic = topic, .key = key, .value = "v", .tag = reinterpret_cast<void*>(tag)});
  }
  ASSERT_TRUE((*out)->flush(20s));
  EXPECT_GT(expected.size(), 100U);
  EXPECT_EQ(partitions.by_tag, expected);
}

TEST_F(EmbeddedTest, AdminDescribesAndCreatesTopics) {
  Result<std::unique_ptr<Admin>> admin = factory().admin({{"bootstrap.servers", "embedded:"}});
  ASSERT_TRUE(admin) << admin.error().message();
  const Result<std::string> id = (*admin)->cluster_id();
  ASSERT_TRUE(id) << id.error().message();
  EXPECT_FALSE(id->empty());
  const std::string topic = name();
  EXPECT_TRUE((*admin)->describe({topic})->empty());
  const std::vector<Result<void>> made =
      (*admin)->create({{.name = topic, .partitions = 3}, {.name = topic + "-2"}, {.name = topic}});
  ASSERT_EQ(made.size(), 3U);
  const std::vector<Result<void>> again = (*admin)->create({{.name = topic}});
  ASSERT_FALSE(again.front());
  EXPECT_EQ(again.front().error().code(), ErrorCode::conflict);
  const auto found = (*admin)->describe({topic, "nowhere"});
  ASSERT_TRUE(found) << found.error().message();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_THAT(found->at(topic).partitions, ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace millrace::kafka
