#include "storage/kafka_config_store.h"

#include "base/log.h"
#include "fake_topic_log.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Notes what it is told, and what the store's snapshot has at that time.
class Listener final : public ConfigListener {
 public:
  void connector_changed(const std::string& name) override { note("changed " + name); }
  void connector_removed(const std::string& name) override { note("removed " + name); }
  void tasks_changed(const std::string& connector) override { note("tasks " + connector); }
  void target_changed(const std::string& connector) override { note("target " + connector); }
  void session_key_changed(const SessionKey& key) override { note("key " + key.bytes); }
  void restart_wanted(const RestartWish& wish) override { note("restart " + wish.connector); }
  void log_level_changed(const std::string& logger, log::Level level) override {
    note("level " + logger + " " + std::string(log::to_string(level)));
  }

  ConfigStore* store = nullptr;
  std::vector<std::string> told;
  std::vector<std::int64_t> offsets;

 private:
  void note(std::string what) {
    told.push_back(std::move(what));
    if (store != nullptr) offsets.push_back(store->snapshot()->offset);
  }
};

/// A store on a topic that others may share.
struct Worker {
  explicit Worker(const std::shared_ptr<FakeTopic>& topic) {
    auto made = std::make_unique<FakeTopicLog>(topic, &clock);
    log = made.get();
    store = std::make_unique<KafkaConfigStore>(std::move(made), clock, "connect-configs");
    listener.store = store.get();
  }
  const ConnectorEntry* find(const std::string& name) {
    seen = store->snapshot();
    return seen->find(name);
  }

  ManualClock clock;
  FakeTopicLog* log = nullptr;
  std::unique_ptr<KafkaConfigStore> store;
  Listener listener;
  std::shared_ptr<const ClusterConfig> seen;
};

class KafkaConfigStoreTest : public testing::Test {
 protected:
  std::shared_ptr<FakeTopic> topic = std::make_shared<FakeTopic>();
  Worker worker{topic};
};

const ConfigMap config = {{"name", "foo"}};
const char* const config_json = R"({"properties":{"name":"foo"}})";

TEST_F(KafkaConfigStoreTest, WritesAreReadBackWhenTheyReturn) {
  ASSERT_TRUE(worker.store->start(worker.listener));
  ASSERT_TRUE(worker.store->put_connector("foo", config, std::nullopt));
  ASSERT_NE(worker.find("foo"), nullptr);
  EXPECT_EQ(worker.find("foo")->config, config);
  EXPECT_THAT(worker.listener.told, ElementsAre("changed foo"));
  EXPECT_THAT(worker.listener.offsets, ElementsAre(1)) << "the snapshot has it before";
}

TEST_F(KafkaConfigStoreTest, AConnectorsFirstTargetStandsBeforeIt) {  // S10, H12
  ASSERT_TRUE(worker.store->start(worker.listener));
  ASSERT_TRUE(worker.store->put_connector("foo", config, TargetState::stopped));
  EXPECT_THAT(topic->lines(),
              ElementsAre(R"(target-state-foo {"state":"PAUSED","state.v2":"STOPPED"})",
                          std::string("connector-foo ") + config_json));
  EXPECT_EQ(worker.find("foo")->target, TargetState::stopped);
  EXPECT_THAT(worker.listener.told, ElementsAre("changed foo"));
}

TEST_F(KafkaConfigStoreTest, ARemovalTakesTheConnectorFirst) {  // S10
  ASSERT_TRUE(worker.store->start(worker.listener));
  ASSERT_TRUE(worker.store->put_connector("foo", config, std::nullopt));
  ASSERT_TRUE(worker.store->remove_connector("foo"));
  EXPECT_THAT(topic->lines(), ElementsAre(testing::_, "connector-foo", "target-state-foo"));
  EXPECT_EQ(worker.find("foo"), nullptr);
  EXPECT_THAT(worker.listener.told, ElementsAre("changed foo", "removed foo"));
}

TEST_F(KafkaConfigStoreTest, TasksAreReadBackBeforeTheirCommit) {  // S10
  ASSERT_TRUE(worker.store->start(worker.listener));
  ASSERT_TRUE(worker.store->put_connector("foo", config, std::nullopt));
  std::vector<std::string> steps;
  int reads = worker.log->reads;
  worker.log->on_send = [&](const std::string& key) {
    for (; reads < worker.log->reads; ++reads) steps.emplace_back("read");
    steps.push_back(key);
  };
  ASSERT_TRUE(worker.store->put_tasks("foo", {{{"a", "0"}}, {{"a", "1"}}}));
  for (; reads < worker.log->reads; ++reads) steps.emplace_back("read");
  EXPECT_THAT(steps, ElementsAre("read", "task-foo-0", "task-foo-1", "read", "commit-foo", "read"));
  EXPECT_EQ(worker.find("foo")->task_configs.size(), 2U);
  EXPECT_EQ(topic->lines().back(), R"(commit-foo {"tasks":2})");

  steps.clear();
  ASSERT_TRUE(worker.store->put_tasks("foo", {}));
  for (; reads < worker.log->reads; ++reads) steps.emplace_back("read");
  EXPECT_THAT(steps, ElementsAre("read", "commit-foo", "read"));
  EXPECT_THAT(worker.find("foo")->task_configs, IsEmpty());
}

TEST_F(KafkaConfigStoreTest, TheOtherRecords) {
  ASSERT_TRUE(worker.store->start(worker.listener));
  ASSERT_TRUE(worker.store->put_connector("foo", config, std::nullopt));
  ASSERT_TRUE(worker.store->put_target("foo", TargetState::paused));
  ASSERT_TRUE(worker.store->put_session_key({"k", "HmacSHA256", 5}));
  ASSERT_TRUE(worker.store->put_restart({"foo", true, true}));
  ASSERT_TRUE(worker.store->put_log_level("org.x", log::Level::warn));
  EXPECT_THAT(worker.listener.told,
              ElementsAre("changed foo", "target foo", "key k", "restart foo", "level org.x WARN"));
  EXPECT_EQ(worker.store->snapshot()->session_key->created_ms, 5);
}

TEST_F(KafkaConfigStoreTest, WhatWasThereBeforeTheStartIsNotTold) {  // S16, C40, C44
  Worker before(topic);
  ASSERT_TRUE(before.store->start(before.listener));
  ASSERT_TRUE(before.store->put_connector("foo", config, TargetState::paused));
  ASSERT_TRUE(before.store->put_session_key({"k", "HmacSHA256", 5}));
  ASSERT_TRUE(before.store->put_restart({"foo", true, true}));
  ASSERT_TRUE(before.store->put_log_level("org.x", log::Level::warn));

  ASSERT_TRUE(worker.store->start(worker.listener));
  EXPECT_THAT(worker.listener.told, ElementsAre("key k"));
  EXPECT_EQ(worker.find("foo")->target, TargetState::paused);
}

TEST_F(KafkaConfigStoreTest, TwoStoresAgree) {
  Worker other(topic);
  ASSERT_TRUE(worker.store->start(worker.listener));
  ASSERT_TRUE(other.store->start(other.listener));
  ASSERT_TRUE(worker.store->put_connector("foo", config, std::nullopt));
  ASSERT_TRUE(other.store->put_target("foo", TargetState::stopped));
  topic->append("rubbish", "no JSON");
  ASSERT_TRUE(worker.store->put_tasks("foo", {config, config}));
  ASSERT_TRUE(other.store->remove_connector("bar"));
  ASSERT_TRUE(other.store->put_connector("bar", config, TargetState::paused));
  ASSERT_TRUE(worker.store->refresh(1s));
  const auto one = worker.store->snapshot();
  const auto two = other.store->snapshot();
  EXPECT_EQ(one->offset, two->offset);
  ASSERT_EQ(one->connectors.size(), 2U);
  for (const auto& [name, entry] : one->connectors) EXPECT_EQ(*entry, *two->find(name)) << name;
  EXPECT_EQ(worker.listener.told, other.listener.told);
}

TEST_F(KafkaConfigStoreTest, AMalformedRecordIsSkippedWithOneWarning) {
  const log::Capture captured;
  topic->append("connector-bar", R"({"properties":7})");
  ASSERT_TRUE(worker.store->start(worker.listener));
  EXPECT_THAT(captured.lines(),
              ElementsAre("WARN config topic 'connect-configs': record \"connector-bar\" at offset "
                          "0: 'properties' is a NUMBER, not an object; it is skipped",
                          HasSubstr("INFO")));
  EXPECT_EQ(worker.store->snapshot()->offset, 1);
}

TEST_F(KafkaConfigStoreTest, AStartThatFailsSaysWhy) {
  worker.log->start_error = Error{ErrorCode::invalid_config, "two partitions"};
  const Result<void> started = worker.store->start(worker.listener);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message(), "two partitions");
}

TEST_F(KafkaConfigStoreTest, ErrorsSayWhatWasNotWritten) {  // REST 1.4
  ASSERT_TRUE(worker.store->start(worker.listener));
  const auto failed = [&](auto call) {
    worker.log->fail_sends({Error{ErrorCode::retriable, "no leader"}});
    const Result<void> done = call(*worker.store);
    if (done) return std::string("none");
    EXPECT_EQ(done.error().code(), ErrorCode::retriable);
    return done.error().message() + " < " + done.error().cause()->message();
  };
  EXPECT_EQ(failed([](auto& store) { return store.put_connector("foo", config, std::nullopt); }),
            "Error writing connector configuration to Kafka < no leader");
  EXPECT_EQ(failed([](auto& store) { return store.remove_connector("foo"); }),
            "Error removing connector configuration from Kafka < no leader");
  EXPECT_EQ(failed([](auto& store) { return store.put_tasks("foo", {config}); }),
            "Error writing task configurations to Kafka < no leader");
  EXPECT_EQ(failed([](auto& store) { return store.put_target("foo", TargetState::paused); }),
            "Error writing target state to Kafka < no leader");
  EXPECT_EQ(failed([](auto& store) {
              return store.put_session_key({"k", "x", 1});
            }),
            "Error writing session key to Kafka < no leader");
  EXPECT_EQ(failed([](auto& store) {
              return store.put_restart({"foo", true, false});
            }),
            "Error writing restart request for {connectorName='foo', onlyFailed=false, "
            "includeTasks=true} to Kafka < no leader");
  EXPECT_EQ(failed([](auto& store) { return store.put_log_level("x", log::Level::info); }),
            "Error writing logger level to Kafka < no leader");
  EXPECT_THAT(topic->lines(), IsEmpty()) << "what follows a failure is not written";
}

TEST_F(KafkaConfigStoreTest, TextThatIsNoUtf8IsNotWritten) {
  ASSERT_TRUE(worker.store->start(worker.listener));
  EXPECT_EQ(worker.store->put_connector("foo", {{"a", "\xff"}}, TargetState::paused).error().code(),
            ErrorCode::invalid_config);
  EXPECT_EQ(worker.store->put_tasks("foo", {config, {{"a", "\xff"}}}).error().code(),
            ErrorCode::invalid_config);
  EXPECT_THAT(topic->lines(), IsEmpty());
}

TEST_F(KafkaConfigStoreTest, AnAcknowledgementHas30Seconds) {  // S10
  ASSERT_TRUE(worker.store->start(worker.listener));
  worker.log->hold_answers = true;
  const Clock::Time before = worker.clock.now();
  const Result<void> done = worker.store->put_connector("foo", config, std::nullopt);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::retriable);
  EXPECT_EQ(done.error().cause()->message(), "not acknowledged within 30000 ms");
  EXPECT_EQ(worker.clock.now() - before, 30s);
  // It may still come to pass, and the late answer finds nobody.
  worker.log->answer_held({});
  ASSERT_TRUE(worker.store->refresh(1s));
  EXPECT_NE(worker.find("foo"), nullptr);
}

TEST_F(KafkaConfigStoreTest, AllStepsOfAWriteShareThe30Seconds) {  // S10
  ASSERT_TRUE(worker.store->start(worker.listener));
  const Clock::Time before = worker.clock.now();
  worker.log->on_send = [&](const std::string&) {
    worker.clock.advance(20s);
    worker.log->unreadable = true;
  };
  const Result<void> done = worker.store->put_tasks("foo", {config});
  ASSERT_FALSE(done);
  EXPECT_EQ(worker.clock.now() - before, 30s);
  EXPECT_EQ(topic->lines().size(), 1U) << "no commit";
}

TEST_F(KafkaConfigStoreTest, ARefreshHasItsOwnTime) {
  ASSERT_TRUE(worker.store->start(worker.listener));
  worker.log->unreadable = true;
  const Clock::Time before = worker.clock.now();
  EXPECT_EQ(worker.store->refresh(3s).error().code(), ErrorCode::retriable);
  EXPECT_EQ(worker.clock.now() - before, 3s);
}

TEST_F(KafkaConfigStoreTest, AStopEndsAWriteThatWaits) {
  SystemClock clock;
  auto made = std::make_unique<FakeTopicLog>(topic);
  FakeTopicLog& log = *made;
  KafkaConfigStore store(std::move(made), clock, "connect-configs");
  Listener listener;
  ASSERT_TRUE(store.start(listener));
  log.hold_answers = true;
  std::thread stopper;
  log.on_send = [&](const std::string&) { stopper = std::thread([&store] { store.stop(); }); };
  const Result<void> done = store.put_target("foo", TargetState::paused);
  stopper.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::fatal);
  EXPECT_EQ(done.error().cause()->message(), "the log is stopped");
}

TEST_F(KafkaConfigStoreTest, WritersTakeTurns) {
  SystemClock clock;
  KafkaConfigStore store(std::make_unique<FakeTopicLog>(topic), clock, "connect-configs");
  Listener listener;
  ASSERT_TRUE(store.start(listener));
  ASSERT_TRUE(store.put_connector("foo", config, std::nullopt));
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&store, writer] {
      const std::vector<ConfigMap> tasks(3, ConfigMap{{"writer", std::to_string(writer)}});
      for (int i = 0; i < 20; ++i) EXPECT_TRUE(store.put_tasks("foo", tasks));
    });
  }
  for (std::thread& writer : writers) writer.join();
  const auto lines = topic->lines();
  ASSERT_EQ(lines.size(), 1U + 4 * 20 * 4);
  for (std::size_t i = 1; i < lines.size(); i += 4) {
    EXPECT_EQ(lines[i].substr(lines[i].find(' ')), lines[i + 2].substr(lines[i + 2].find(' ')));
    EXPECT_EQ(lines[i + 3], R"(commit-foo {"tasks":3})");
  }
}

}  // namespace
}  // namespace millrace::storage
