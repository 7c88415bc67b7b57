// Which store a connector's offsets are in (S18).
#include "worker/own_offsets.h"

#include "unit/storage/fake_kafka.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

namespace millrace::worker {
namespace {

using testing::HasSubstr;

class NoStore final : public storage::OffsetStore {
 public:
  Result<void> load() override { return {}; }
  Result<std::vector<storage::NullableString>> get(std::span<const std::string> keys) override {
    return std::vector<storage::NullableString>(keys.size());
  }
  void set(std::span<const Entry>, Callback done) override { done({}); }
  Result<storage::ByteMap> entries() override { return storage::ByteMap(); }
};

class OwnOffsetsTest : public testing::Test {
 protected:
  Result<std::shared_ptr<storage::OffsetStore>> open(const ConfigMap& connector,
                                                     bool own_topics = true) {
    return offset_store_of({worker, kafka, store, clock, own_topics}, {"in", 0}, connector);
  }
  const ConfigMap worker{{"bootstrap.servers", "broker:9092"},
                         {"group.id", "cluster"},
                         {"offset.storage.topic", "offsets"}};
  storage::FakeKafka kafka;
  NoStore store;
  ManualClock clock;
};

TEST_F(OwnOffsetsTest, WithoutATopicOfItsOwnItIsTheWorkers) {
  EXPECT_EQ(open({})->get(), &store);
  EXPECT_EQ(open({{"offsets.storage.topic", "own"}}, false)->get(), &store) << "standalone";
}

TEST_F(OwnOffsetsTest, TheWorkersTopicUnderItsOwnNameIsTheWorkers) {
  EXPECT_EQ(open({{"offsets.storage.topic", "offsets"}})->get(), &store);
  const auto elsewhere = open({{"offsets.storage.topic", "offsets"},
                               {"producer.override.bootstrap.servers", "other:9092"}});
  EXPECT_FALSE(elsewhere) << "another cluster's topic of that name is made there";
}

TEST_F(OwnOffsetsTest, ItsOwnTopicIsMadeAndReadWithItsClients) {
  const auto refused = open({{"offsets.storage.topic", "own"}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("nobody administrates"));
  kafka.make_admin = true;
  const auto opened = open({{"offsets.storage.topic", "own"},
                            {"consumer.override.fetch.max.bytes", "5000"},
                            {"producer.override.linger.ms", "1"}});
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_NE(opened->get(), &store);
  EXPECT_EQ(kafka.created.name, "own");
  EXPECT_EQ(kafka.created.partitions, 25);
  EXPECT_EQ(kafka.reader_settings.get_or("isolation.level", ""), "read_committed");
  EXPECT_EQ(kafka.reader_settings.get_or("fetch.max.bytes", ""), "5000");
  EXPECT_EQ(kafka.producer_settings.get_or("linger.ms", ""), "1");
  EXPECT_EQ(kafka.producer_settings.get_or("enable.idempotence", ""), "false");
  EXPECT_EQ(kafka.producer_settings.get_or("client.id", ""), "connector-offset-producer-in-0");
}

}  // namespace
}  // namespace millrace::worker
