// Keys go to the same partitions as with Java's producer (T31): two topics of seven partitions, one
// written by us and one by Kafka's console producer.
#include "kafka/client_factory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::kafka {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

class NoReports final : public DeliveryListener {
 public:
  void delivered(void*, const RecordMetadata&, const Error* error) override {
    if (error != nullptr) ADD_FAILURE() << error->message();
  }
};

class Positions final : public RebalanceListener {
 public:
  void assigned(const PartitionOffsets&) override {}
  void revoked(const PartitionSet&) override {}
  void lost(const PartitionSet&) override {}
};

std::vector<std::string> some_keys() {
  std::vector<std::string> keys = {"a", "é", "日本語", "a longer key of some words", "x\x7fy"};
  for (int i = 0; i < 500; ++i) keys.push_back("key-" + std::to_string(i * i));
  return keys;
}

class PartitionerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* broker = std::getenv("MILLRACE_BROKER");
    const char* script = std::getenv("MILLRACE_KAFKA_SCRIPT");
    ASSERT_TRUE(broker != nullptr && script != nullptr)
        << "set MILLRACE_BROKER and MILLRACE_KAFKA_SCRIPT";
    broker_ = broker;
    script_ = script;
    const std::string run =
        std::to_string(::getpid()) + "-" + std::to_string(Steady::now().time_since_epoch().count());
    ours_ = "partitions-ours-" + run;
    java_ = "partitions-java-" + run;
    factory_ = make_client_factory({});
    const auto admin = factory_->admin({{"bootstrap.servers", broker_}});
    ASSERT_TRUE(admin) << admin.error().message();
    for (const std::string& topic : {ours_, java_}) {
      ASSERT_TRUE((*admin)->create({{.name = topic, .partitions = 7}}).front());
    }
  }
  void produce(const std::vector<std::string>& keys) {
    NoReports reports;
    const auto producer = factory_->producer({{"bootstrap.servers", broker_}}, reports);
    ASSERT_TRUE(producer) << producer.error().message();
    const auto deadline = Steady::now() + 30s;
    for (const std::string& key : keys) {
      while (true) {
        const Result<SendStatus> sent =
            (*producer)->send({.topic = ours_, .key = key, .value = key});
        ASSERT_TRUE(sent) << sent.error().message();
        if (*sent == SendStatus::accepted) break;
        ASSERT_LT(Steady::now(), deadline);
        (*producer)->serve(10ms);
      }
    }
    ASSERT_TRUE((*producer)->flush(30s));
  }
  void produce_with_java(const std::vector<std::string>& keys) {
    const std::string command =
        "'" + script_ + "' java org.apache.kafka.tools.ConsoleProducer --bootstrap-server " +
        broker_ + " --topic " + java_ + " --reader-property parse.key=true >/dev/null";
    std::FILE* java = ::popen(command.c_str(), "w");
    ASSERT_NE(java, nullptr);
    for (const std::string& key : keys) std::fprintf(java, "%s\t%s\n", key.c_str(), key.c_str());
    ASSERT_EQ(::pclose(java), 0);
  }
  std::map<std::string, std::int32_t> partitions_of_keys(const std::string& topic,
                                                         std::size_t count) {
    std::map<std::string, std::int32_t> result;
    Positions listener;
    const auto consumer = factory_->consumer(
        {{"bootstrap.servers", broker_}, {"group.id", topic}, {"auto.offset.reset", "earliest"}});
    EXPECT_TRUE(consumer && (*consumer)->subscribe({topic}, listener));
    MessageBatch batch;
    for (const auto deadline = Steady::now() + 30s;
         result.size() < count && Steady::now() < deadline;) {
      EXPECT_TRUE((*consumer)->poll(100ms, batch));
      for (const Message& message : batch.messages()) {
        result.emplace(std::string(message.key->begin(), message.key->end()), message.partition);
      }
    }
    batch.clear();
    (*consumer)->close();
    return result;
  }

  std::string broker_;
  std::string script_;
  std::string ours_;
  std::string java_;
  std::unique_ptr<ClientFactory> factory_;
};

TEST_F(PartitionerTest, KeysGoWhereJavaSendsThem) {
  const std::vector<std::string> keys = some_keys();
  ASSERT_NO_FATAL_FAILURE(produce(keys));
  ASSERT_NO_FATAL_FAILURE(produce_with_java(keys));
  const auto theirs = partitions_of_keys(java_, keys.size());
  ASSERT_EQ(theirs.size(), keys.size());
  EXPECT_EQ(partitions_of_keys(ours_, keys.size()), theirs);
}

}  // namespace
}  // namespace millrace::kafka
