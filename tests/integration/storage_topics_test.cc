// The storage topics of a cluster on a real broker (MILLRACE_BROKER): how they are made and checked
// (S1, S2), read to their ends over all that is no record (S4), and partitioned (S5).
#include "storage/storage_topics.h"
#include "kafka/client_factory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Steady = std::chrono::steady_clock;
using Open = decltype(&open_config_topic);

/// What a log has read; to be looked at after a read to the end.
struct Read {
  std::vector<std::string> values;
  std::map<std::string, std::int32_t> partitions;  ///< by key

  TopicLog::Consume consume() {
    return [this](const LogRecord& record) {
      values.emplace_back(record.value.value_or("null"));
      partitions[std::string(record.key.value_or("null"))] = record.partition;
    };
  }
};

Result<void> send(TopicLog& log, const std::string& key, NullableString value) {
  std::promise<Result<void>> done;
  log.send(key, std::move(value),
           [&done](Result<void> result) { done.set_value(std::move(result)); });
  return done.get_future().get();
}

class StorageTopicsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* broker = std::getenv("MILLRACE_BROKER");
    ASSERT_NE(broker, nullptr) << "set MILLRACE_BROKER to the address of an Apache Kafka broker";
    broker_ = broker;
    // A name of its own for each run: brokers outlive tests.
    run_ =
        std::to_string(::getpid()) + "-" + std::to_string(Steady::now().time_since_epoch().count());
    factory_ = kafka::make_client_factory({});
  }
  ConfigMap worker(const ConfigMap& more = {}) const {
    ConfigMap settings{{"bootstrap.servers", broker_},
                       {"group.id", "cluster"},
                       {"session.timeout.ms", "10000"},
                       {"config.storage.topic", topic("configs")},
                       {"offset.storage.topic", topic("offsets")},
                       {"status.storage.topic", topic("statuses")},
                       {"config.storage.replication.factor", "1"},
                       {"offset.storage.replication.factor", "-1"},
                       {"status.storage.replication.factor", "1"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    return settings;
  }
  [[nodiscard]] std::string topic(const std::string& name) const { return name + "-" + run_; }
  std::unique_ptr<kafka::Admin> admin() {
    auto made = factory_->admin({{"bootstrap.servers", broker_}});
    EXPECT_TRUE(made) << made.error().message();
    return *std::move(made);
  }
  std::unique_ptr<TopicLog> log(Open open, const ConfigMap& settings) {
    auto made = open(settings, *factory_, clock_);
    EXPECT_TRUE(made) << made.error().message();
    return *std::move(made);
  }
  std::unique_ptr<TopicLog> started(Open open, Read& read, const ConfigMap& more = {}) {
    auto made = log(open, worker(more));
    const Result<void> ok = made->start(read.consume());
    EXPECT_TRUE(ok) << ok.error().message();
    return made;
  }
  void create(const std::string& name, std::int32_t partitions, const ConfigMap& configs) {
    const Result<void> made =
        admin()->create({{.name = name, .partitions = partitions, .configs = configs}}).front();
    ASSERT_TRUE(made) << made.error().message();
  }

  std::string broker_;
  std::string run_;
  SystemClock clock_;
  std::unique_ptr<kafka::ClientFactory> factory_;
};

TEST_F(StorageTopicsTest, MakesTheThreeTopics) {  // C21
  Read read;
  const auto config = started(&open_config_topic, read);
  const auto offset =
      started(&open_offset_topic, read, {{"offset.storage.segment.bytes", "2097152"}});
  const auto status = started(&open_status_topic, read);
  const auto again = started(&open_config_topic, read);  // the next worker
  const auto asked = admin();
  const auto topics = asked->describe({topic("configs"), topic("offsets"), topic("statuses")});
  ASSERT_TRUE(topics);
  EXPECT_EQ(topics->at(topic("configs")).partitions.size(), 1U);
  EXPECT_EQ(topics->at(topic("offsets")).partitions.size(), 25U);
  EXPECT_EQ(topics->at(topic("statuses")).partitions.size(), 5U);
  const auto setting = [&](const std::string& name, const std::string& key) {
    const auto value = asked->topic_setting(topic(name), key);
    EXPECT_TRUE(value) << value.error().message();
    return value->value_or("none");
  };
  for (const char* name : {"configs", "offsets", "statuses"}) {
    EXPECT_EQ(setting(name, "cleanup.policy"), "compact");
  }
  EXPECT_EQ(setting("offsets", "segment.bytes"), "2097152");
  EXPECT_EQ(setting("offsets", "no.such.setting"), "none");
  EXPECT_TRUE(read.values.empty());
}

TEST_F(StorageTopicsTest, RefusesATopicThatIsNotCompactedOnly) {  // C24
  for (const std::string policy : {"delete", "compact,delete"}) {
    const std::string name = topic(policy == "delete" ? "deleted" : "mixed");
    create(name, 1, {{"cleanup.policy", policy}});
    const auto made = log(&open_status_topic, worker({{"status.storage.topic", name}}));
    const Result<void> ok = made->start([](const LogRecord&) {});
    ASSERT_FALSE(ok);
    EXPECT_EQ(ok.error().code(), ErrorCode::invalid_config);
    EXPECT_THAT(ok.error().message(), AllOf(HasSubstr("status.storage.topic = '" + name + "'"),
                                            HasSubstr("cleanup.policy = '")));
  }
}

TEST_F(StorageTopicsTest, RefusesAConfigTopicWithTwoPartitions) {  // C24
  create(topic("configs"), 2, {{"cleanup.policy", "compact"}});
  const auto made = log(&open_config_topic, worker());
  const Result<void> ok = made->start([](const LogRecord&) {});
  ASSERT_FALSE(ok);
  EXPECT_EQ(ok.error().code(), ErrorCode::invalid_config);
  EXPECT_THAT(ok.error().message(), AllOf(HasSubstr("config.storage.topic"),
                                          HasSubstr(topic("configs")), HasSubstr("2 partitions")));
}

TEST_F(StorageTopicsTest, SaysWhichSettingAsksForTooManyCopies) {
  const auto made =
      log(&open_config_topic,
          worker({{"config.storage.replication.factor", "3"}, {"default.api.timeout.ms", "2000"}}));
  const Result<void> ok = made->start([](const LogRecord&) {});
  ASSERT_FALSE(ok);
  EXPECT_EQ(ok.error().java_class(),
            "org.apache.kafka.common.errors.InvalidReplicationFactorException");
  EXPECT_THAT(ok.error().message(), HasSubstr("config.storage.replication.factor = 3"));
}

TEST_F(StorageTopicsTest, WhatOneWorkerWritesAnotherReads) {
  Read one_read, other_read;
  const auto one = started(&open_config_topic, one_read);
  const auto other = started(&open_config_topic, other_read);
  const auto begin = Steady::now();
  for (std::size_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(send(*one, "k", std::to_string(i)));
    ASSERT_TRUE(other->read_to_end(10s));
    ASSERT_EQ(other_read.values.size(), i + 1);
  }
  EXPECT_LT(Steady::now() - begin, 5s)
      << "no question waits behind a fetch, which takes half a second";
  ASSERT_TRUE(send(*other, "k", std::nullopt));
  ASSERT_TRUE(one->read_to_end(10s));
  ASSERT_TRUE(other->read_to_end(10s));
  EXPECT_EQ(one_read.values.size(), 21U);
  EXPECT_EQ(one_read.values.back(), "null");
  EXPECT_EQ(one_read.values, other_read.values);
  Read late_read;
  started(&open_config_topic, late_read);
  EXPECT_EQ(late_read.values, one_read.values);
}

TEST_F(StorageTopicsTest, ManyRecordsAreReadAtOnce) {  // the config topic of a large cluster
  Read read;
  const auto log = started(&open_config_topic, read);
  constexpr int records = 5000;
  std::atomic<int> done = 0;
  std::promise<void> all;
  for (int i = 0; i < records; ++i) {
    log->send("connector-" + std::to_string(i), std::string(1000, 'x'), [&](Result<void> result) {
      EXPECT_TRUE(result) << result.error().message();
      if (++done == records) all.set_value();
    });
  }
  all.get_future().wait();
  Read late_read;
  const auto begin = Steady::now();
  started(&open_config_topic, late_read);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin);
  EXPECT_EQ(late_read.values.size(), static_cast<std::size_t>(records));
  RecordProperty("start_ms", static_cast<int>(took.count()));
  std::printf("5000 records of 1000 bytes: start took %d ms\n", static_cast<int>(took.count()));
  EXPECT_LT(took, 10s);
}

TEST_F(StorageTopicsTest, KeysGoWhereJavaPutsThem) {  // S5, C29
  Read statuses, offsets;
  const auto status = started(&open_status_topic, statuses);
  const auto offset = started(&open_offset_topic, offsets);
  for (const char* key :
       {"status-connector-foo", "status-task-foo-0", "status-topic-orders:connector-foo"}) {
    ASSERT_TRUE(send(*status, key, "{}"));
  }
  ASSERT_TRUE(send(*offset, R"(["foo",{"filename":"/tmp/x"}])", R"({"position":42})"));
  ASSERT_TRUE(status->read_to_end(10s));
  ASSERT_TRUE(offset->read_to_end(10s));
  EXPECT_EQ(statuses.partitions.at("status-connector-foo"), 3);
  EXPECT_EQ(statuses.partitions.at("status-task-foo-0"), 1);
  EXPECT_EQ(statuses.partitions.at("status-topic-orders:connector-foo"), 4);
  EXPECT_EQ(offsets.partitions.at(R"(["foo",{"filename":"/tmp/x"}])"), 20);
}

/// A producer with transactions, as the leader of an exactly-once cluster has one.
class Transactions {
 public:
  Transactions(const std::string& broker, const std::string& id) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    std::array<char, 256> problem{};
    const auto set = [&](const char* key, const std::string& value) {
      EXPECT_EQ(rd_kafka_conf_set(conf, key, value.c_str(), problem.data(), problem.size()),
                RD_KAFKA_CONF_OK)
          << problem.data();
    };
    set("bootstrap.servers", broker);
    set("transactional.id", id);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, problem.data(), problem.size());
    check(rd_kafka_init_transactions(client_, 30'000));
  }
  ~Transactions() { rd_kafka_destroy(client_); }
  Transactions(const Transactions&) = delete;
  Transactions& operator=(const Transactions&) = delete;
  void begin() { check(rd_kafka_begin_transaction(client_)); }
  void write(const std::string& topic, const std::string& value) {
    EXPECT_EQ(rd_kafka_producev(client_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_KEY("k", 1),
                                RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                                RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_EQ(rd_kafka_flush(client_, 30'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  void commit() { check(rd_kafka_commit_transaction(client_, 30'000)); }
  void abort() { check(rd_kafka_abort_transaction(client_, 30'000)); }

 private:
  static void check(rd_kafka_error_t* error) {
    if (error == nullptr) return;
    ADD_FAILURE() << rd_kafka_error_string(error);
    rd_kafka_error_destroy(error);
  }
  rd_kafka_t* client_ = nullptr;
};

TEST_F(StorageTopicsTest, ReadsOverTransactions) {  // S4
  const ConfigMap enabled{{"exactly.once.source.support", "enabled"}};
  Read plain_read, committed_read;
  const auto plain = started(&open_config_topic, plain_read);
  const auto committed = started(&open_config_topic, committed_read, enabled);
  Transactions leader(broker_, topic("leader"));
  leader.begin();
  leader.write(topic("configs"), "1");
  leader.commit();
  ASSERT_TRUE(plain->read_to_end(10s)) << "the topic ends with a marker";
  ASSERT_TRUE(committed->read_to_end(10s));
  EXPECT_THAT(plain_read.values, ElementsAre("1"));
  EXPECT_THAT(committed_read.values, ElementsAre("1"));
  leader.begin();
  leader.write(topic("configs"), "2");
  ASSERT_TRUE(plain->read_to_end(10s));
  EXPECT_THAT(plain_read.values, ElementsAre("1", "2")) << "Java's default: uncommitted";
  const Result<void> open = committed->read_to_end(1s);
  ASSERT_FALSE(open) << "an open transaction is waited for";
  EXPECT_EQ(open.error().code(), ErrorCode::retriable);
  leader.abort();
  ASSERT_TRUE(committed->read_to_end(10s));
  EXPECT_THAT(committed_read.values, ElementsAre("1"));
  leader.begin();
  leader.write(topic("configs"), "3");
  leader.commit();
  Read late_plain, late_committed;
  started(&open_config_topic, late_plain);
  started(&open_config_topic, late_committed, enabled);
  EXPECT_THAT(late_plain.values, ElementsAre("1", "2", "3"));
  EXPECT_THAT(late_committed.values, ElementsAre("1", "3"));
}

/// A broker that compacts at once, and can be restarted.
class OwnBrokerTest : public StorageTopicsTest {
 protected:
  void SetUp() override {
    StorageTopicsTest::SetUp();
    folder_ = std::filesystem::temp_directory_path() /
              ("millrace-storage-broker-" + std::to_string(::getpid()));
    FILE* out = ::popen(
        (script_ + " start " + folder_.string() + " log.cleaner.backoff.ms=100").c_str(), "r");
    char line[256] = {};
    while (std::fgets(line, sizeof line, out) != nullptr) {
      const std::string text(line);
      const std::string prefix = "bootstrap.servers=";
      if (text.starts_with(prefix)) {
        broker_ = text.substr(prefix.size(), text.find('\n') - prefix.size());
      }
    }
    ASSERT_EQ(::pclose(out), 0);
  }
  void TearDown() override {
    EXPECT_EQ(std::system((script_ + " stop " + folder_.string() + " 2>/dev/null").c_str()), 0);
    std::filesystem::remove_all(folder_);
  }
  void restart() {
    ASSERT_EQ(std::system((script_ + " restart " + folder_.string() + " >/dev/null 2>&1").c_str()),
              0);
  }
  const std::string script_ = MILLRACE_SOURCE_DIR "/scripts/kafka.sh";
  std::filesystem::path folder_;
};

TEST_F(OwnBrokerTest, ReadsOverWhatCompactionTook) {
  Read read;
  const auto log = started(&open_config_topic, read,
                           {{"config.storage.segment.ms", "100"},
                            {"config.storage.min.cleanable.dirty.ratio", "0.01"},
                            {"config.storage.min.compaction.lag.ms", "0"},
                            {"config.storage.delete.retention.ms", "0"}});
  const auto deadline = Steady::now() + 60s;
  int written = 0;
  Read late;
  do {  // one key, again and again: all but the last few go
    ASSERT_LT(Steady::now(), deadline) << "nothing was compacted";
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(send(*log, "k", std::to_string(written++)));
    ASSERT_TRUE(send(*log, "gone", std::nullopt));
    std::this_thread::sleep_for(150ms);  // so that segments end
    late = {};
    ASSERT_TRUE(log->read_to_end(10s));
    started(&open_config_topic, late);
  } while (late.values.size() > static_cast<std::size_t>(written) / 2);
  ASSERT_TRUE(send(*log, "k", "last"));
  ASSERT_TRUE(log->read_to_end(10s));
  EXPECT_EQ(read.values.back(), "last");
}

TEST_F(OwnBrokerTest, GoesOnAfterABrokerRestart) {
  Read read;
  const auto log = started(&open_offset_topic, read);
  std::atomic<bool> restarted = false;
  std::thread restarting([&] {
    restart();
    restarted = true;
  });
  int last = 0;
  while (!restarted) {  // each for as long as it takes
    EXPECT_TRUE(send(*log, "a", std::to_string(++last)));
    std::this_thread::sleep_for(1ms);
  }
  restarting.join();
  ASSERT_TRUE(send(*log, "a", std::to_string(++last)));
  const auto deadline = Steady::now() + 60s;
  Result<void> end = log->read_to_end(3s);
  while (!end && Steady::now() < deadline) end = log->read_to_end(3s);
  ASSERT_TRUE(end) << end.error().message();
  // A record whose acknowledgement got lost may be there twice, one after the other: not
  // idempotent.
  read.values.erase(std::unique(read.values.begin(), read.values.end()), read.values.end());
  ASSERT_EQ(read.values.size(), static_cast<std::size_t>(last)) << "nothing lost";
  for (int i = 1; i <= last; ++i) {
    ASSERT_EQ(read.values[static_cast<std::size_t>(i - 1)], std::to_string(i));
  }
}

}  // namespace
}  // namespace millrace::storage
