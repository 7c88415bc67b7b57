// The storage topics of a cluster: what the settings of a worker ask for (S1, S4), and what is done
// about a topic that is there, or cannot be made (S2).
#include "storage/storage_topics.h"

#include "base/log.h"
#include "unit/storage/fake_kafka.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string errors = "org.apache.kafka.common.errors.";

ConfigMap worker() {
  return {{"bootstrap.servers", "broker:9092"},
          {"group.id", "cluster"},
          {"config.storage.topic", "configs-here"},
          {"offset.storage.topic", "offsets-here"},
          {"status.storage.topic", "status-here"},
          {"session.timeout.ms", "10000"},
          {"key.converter", "C"},
          {"metrics.recording.level", "INFO"},
          {"security.protocol", "SSL"},
          {"producer.security.protocol", "PLAINTEXT"},
          {"fetch.max.bytes", "1000000"},
          {"acks", "1"}};
}

TEST(TopicPlan, ConfigTopicHasOnePartition) {  // S1
  ConfigMap settings = worker();
  settings.set("config.storage.partitions", "7");
  log::Capture capture;
  const Result<TopicPlan> plan = plan_topic(StorageTopic::config, settings);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->log.topic, "configs-here");
  EXPECT_EQ(plan->log.setting, "config.storage.topic");
  EXPECT_EQ(plan->log.most_partitions, 1U);
  EXPECT_EQ(plan->creation.name, "configs-here");
  EXPECT_EQ(plan->creation.partitions, 1);
  EXPECT_EQ(plan->creation.replication_factor, 3);
  EXPECT_EQ(plan->creation.configs, (ConfigMap{{"cleanup.policy", "compact"}}));
  EXPECT_TRUE(capture.contains("config.storage.partitions = '7' has no effect"));
}

TEST(TopicPlan, OffsetAndStatusTopicsTakeNumbersAndTopicSettings) {  // S1
  ConfigMap settings = worker();
  settings.set("offset.storage.replication.factor", "-1");
  settings.set("offset.storage.segment.bytes", "1048576");
  settings.set("offset.storage.cleanup.policy", "delete");
  settings.set("status.storage.partitions", "-1");
  log::Capture capture;
  const Result<TopicPlan> offset = plan_topic(StorageTopic::offset, settings);
  ASSERT_TRUE(offset);
  EXPECT_EQ(offset->creation.partitions, 25);
  EXPECT_EQ(offset->creation.replication_factor, -1);
  EXPECT_EQ(offset->creation.configs,
            (ConfigMap{{"segment.bytes", "1048576"}, {"cleanup.policy", "compact"}}));
  EXPECT_TRUE(capture.contains("offset.storage.cleanup.policy = 'delete' has no effect"));
  const Result<TopicPlan> status = plan_topic(StorageTopic::status, settings);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->creation.partitions, -1);
  EXPECT_EQ(status->creation.replication_factor, 3);
  EXPECT_EQ(plan_topic(StorageTopic::status, worker())->creation.partitions, 5);
}

TEST(TopicPlan, ClientsGetWhatTheWorkerHasWithoutAPrefix) {  // S4
  const Result<TopicPlan> plan = plan_topic(StorageTopic::offset, worker());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->log.producer, (ConfigMap{{"bootstrap.servers", "broker:9092"},
                                           {"security.protocol", "SSL"},
                                           {"acks", "all"},
                                           {"enable.idempotence", "false"},
                                           {"max.in.flight.requests.per.connection", "1"},
                                           {"client.id", "cluster-offsets"},
                                           {"delivery.timeout.ms", "2147483647"}}));
  EXPECT_EQ(plan->log.reader, (ConfigMap{{"bootstrap.servers", "broker:9092"},
                                         {"group.id", "cluster"},
                                         {"session.timeout.ms", "10000"},
                                         {"security.protocol", "SSL"},
                                         {"fetch.max.bytes", "1000000"},
                                         {"client.id", "cluster-offsets"}}));
  EXPECT_EQ(plan->admin.get_or("client.id", ""), "cluster-shared-admin");
  EXPECT_EQ(plan->admin.get_or("security.protocol", ""), "SSL");
}

TEST(TopicPlan, StatusesAreNotRepeatedByTheProducer) {  // S4
  const Result<TopicPlan> plan = plan_topic(StorageTopic::status, worker());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->log.producer.get_or("retries", ""), "0");
  EXPECT_FALSE(plan->log.producer.contains("delivery.timeout.ms"));
  EXPECT_EQ(plan->log.producer.get_or("client.id", ""), "cluster-statuses");
}

TEST(TopicPlan, ClientIdsCarryTheWorkersOwn) {  // S1
  ConfigMap settings = worker();
  settings.set("client.id", "east");
  EXPECT_EQ(plan_topic(StorageTopic::config, settings)->log.reader.get_or("client.id", ""),
            "cluster-east-configs");
}

TEST(TopicPlan, ExactlyOnceClustersReadCommittedConfigsAndOffsets) {  // S4
  ConfigMap settings = worker();
  const auto isolation = [&settings](StorageTopic which) {
    return plan_topic(which, settings)->log.reader.get_or("isolation.level", "");
  };
  settings.set("exactly.once.source.support", "preparing");
  EXPECT_EQ(isolation(StorageTopic::config), "");
  settings.set("exactly.once.source.support", "ENABLED");
  EXPECT_EQ(isolation(StorageTopic::config), "read_committed");
  EXPECT_EQ(isolation(StorageTopic::offset), "read_committed");
  EXPECT_EQ(isolation(StorageTopic::status), "");
}

TEST(TopicPlan, NamesASettingThatMakesNoSense) {
  ConfigMap settings = worker();
  settings.set("status.storage.partitions", "many");
  const Result<TopicPlan> plan = plan_topic(StorageTopic::status, settings);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), ErrorCode::invalid_config);
  EXPECT_THAT(plan.error().message(), HasSubstr("status.storage.partitions = 'many'"));
  settings.erase("config.storage.topic");
  EXPECT_THAT(plan_topic(StorageTopic::config, settings).error().message(),
              HasSubstr("config.storage.topic is missing"));
}

/// Answers creations and questions from two lists; the last answer stays.
class TopicsAdmin final : public kafka::Admin {
 public:
  std::deque<Result<void>> creations = {{}};
  std::deque<Result<std::optional<std::string>>> policies = {std::optional<std::string>("compact")};
  std::vector<kafka::NewTopic> created;
  int asked = 0;

  std::vector<Result<void>> create(const std::vector<kafka::NewTopic>& topics) override {
    created = topics;
    return {next(creations)};
  }
  Result<std::optional<std::string>> topic_setting(const std::string& topic,
                                                   const std::string& key) override {
    EXPECT_EQ(topic, "configs-here");
    EXPECT_EQ(key, "cleanup.policy");
    ++asked;
    return next(policies);
  }
  Result<std::string> cluster_id() override { return std::string("c"); }
  Result<std::map<std::string, kafka::TopicDescription>> describe(
      const std::vector<std::string>&) override {
    return std::map<std::string, kafka::TopicDescription>();
  }
  Result<PartitionOffsets> group_offsets(const std::string&) override { return PartitionOffsets(); }
  Result<void> set_group_offsets(const std::string&, const PartitionOffsets&) override {
    return {};
  }
  Result<void> delete_group_offsets(const std::string&, const PartitionSet&) override { return {}; }
  Result<void> delete_group(const std::string&) override { return {}; }

 private:
  template <class T>
  static T next(std::deque<T>& answers) {
    T answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    return answer;
  }
};

class CreateOrCheckTest : public testing::Test {
 protected:
  Result<void> run() {
    return create_or_check(plan, admin, clock, [this](std::chrono::milliseconds time) {
      clock.advance(time);
      return !stopped;
    });
  }
  static Error error(ErrorCode code, const std::string& name) {
    return {code, errors + name, "because of " + name};
  }
  static Error exists() { return error(ErrorCode::conflict, "TopicExistsException"); }

  ManualClock clock;
  TopicsAdmin admin;
  TopicPlan plan = *plan_topic(StorageTopic::config, worker());
  bool stopped = false;
};

TEST_F(CreateOrCheckTest, MakesTheTopic) {
  ASSERT_TRUE(run());
  ASSERT_EQ(admin.created.size(), 1U);
  EXPECT_EQ(admin.created.front().name, "configs-here");
  EXPECT_EQ(admin.asked, 0) << "what we have made is compacted";
}

TEST_F(CreateOrCheckTest, ATopicThatIsThereMustBeCompactedAndNothingElse) {  // S2, C24
  admin.creations = {exists()};
  EXPECT_TRUE(run());
  for (const std::string policy : {"delete", "compact,delete", "delete, compact", ""}) {
    admin.policies = {std::optional<std::string>(policy)};
    const Result<void> checked = run();
    ASSERT_FALSE(checked) << policy;
    EXPECT_EQ(checked.error().code(), ErrorCode::invalid_config);
    EXPECT_THAT(checked.error().message(), AllOf(HasSubstr("config.storage.topic = 'configs-here'"),
                                                 HasSubstr("cleanup.policy = '" + policy + "'")));
  }
}

TEST_F(CreateOrCheckTest, GoesOnWhenThePolicyCannotBeRead) {  // S2
  admin.creations = {exists()};
  for (const char* reason : {"TopicAuthorizationException", "ClusterAuthorizationException",
                             "UnsupportedVersionException"}) {
    log::Capture capture;
    admin.policies = {error(ErrorCode::fatal, reason)};
    EXPECT_TRUE(run()) << reason;
    EXPECT_TRUE(capture.contains(reason));
  }
  admin.policies = {error(ErrorCode::retriable, "TimeoutException"),
                    std::optional<std::string>("compact")};
  EXPECT_TRUE(run());
}

TEST_F(CreateOrCheckTest, ABrokerThatHasNotHeardOfTheTopicIsAskedAgain) {  // S2
  const Error unknown = error(ErrorCode::retriable, "UnknownTopicOrPartitionException");
  admin.creations = {exists()};
  admin.policies = {unknown, unknown, std::optional<std::string>("delete")};
  const Result<void> late = run();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::invalid_config);
  EXPECT_EQ(admin.asked, 3);
  admin.policies = {unknown};
  const Clock::Time before = clock.now();
  EXPECT_FALSE(run()) << "nor is it used unchecked";
  EXPECT_GT(clock.now() - before, 59s);
  admin.creations = {error(ErrorCode::fatal, "TopicAuthorizationException")};
  EXPECT_TRUE(run()) << "whoever makes it may do so later";
}

TEST_F(CreateOrCheckTest, TakesATopicForGrantedThatItMayNotMake) {  // S2
  for (const char* reason : {"TopicAuthorizationException", "ClusterAuthorizationException",
                             "UnsupportedVersionException"}) {
    admin.creations = {error(ErrorCode::fatal, reason)};
    admin.policies = {std::optional<std::string>("compact")};
    EXPECT_TRUE(run()) << reason;
    admin.policies = {std::optional<std::string>("delete")};
    EXPECT_FALSE(run()) << reason;
  }
}

TEST_F(CreateOrCheckTest, WaitsForEnoughBrokers) {  // S2
  const Error few = error(ErrorCode::fatal, "InvalidReplicationFactorException");
  admin.creations = {few, few, error(ErrorCode::retriable, "TimeoutException"), Result<void>()};
  ASSERT_TRUE(run());
  admin.creations = {few};
  const Clock::Time before = clock.now();
  const Result<void> never = run();
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code(), ErrorCode::fatal);
  EXPECT_THAT(never.error().message(), AllOf(HasSubstr("config.storage.topic = 'configs-here'"),
                                             HasSubstr("config.storage.replication.factor = 3"),
                                             HasSubstr("InvalidReplicationFactorException")));
  EXPECT_GT(clock.now() - before, 59s);
  EXPECT_LE(clock.now() - before, 60s);
}

TEST_F(CreateOrCheckTest, OtherReasonsEndItAtOnce) {
  admin.creations = {error(ErrorCode::fatal, "InvalidConfigurationException"), Result<void>()};
  const Result<void> made = run();
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message(), HasSubstr("InvalidConfigurationException"));
  EXPECT_EQ(made.error().java_class(), errors + "InvalidConfigurationException");
}

TEST_F(CreateOrCheckTest, StoppingEndsTheWait) {
  stopped = true;
  admin.creations = {error(ErrorCode::retriable, "TimeoutException")};
  EXPECT_FALSE(run());
}

TEST(ConnectorOffsetTopic, IsMadeLikeTheWorkersAndReadCommitted) {  // S18
  FakeKafka kafka;
  ManualClock clock;
  const auto log = open_connector_offset_topic(
      worker(), "own-offsets", {.producer = {{"client.id", "p"}}, .consumer = {}, .admin = {}},
      kafka, clock);
  ASSERT_TRUE(log);
  const Result<void> started = (*log)->start([](const LogRecord&) {});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message(), HasSubstr("nobody administrates"));
}

}  // namespace
}  // namespace millrace::storage
