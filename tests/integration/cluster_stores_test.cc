// Configuration and statuses of a cluster on a real broker (MILLRACE_BROKER): what one worker
// writes, the others read, in the same order.
#include "kafka/client_factory.h"
#include "storage/config_records.h"
#include "storage/kafka_config_store.h"
#include "storage/kafka_status_store.h"
#include "storage/storage_topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Steady = std::chrono::steady_clock;

class Listener final : public ConfigListener {
 public:
  void connector_changed(const std::string& name) override { note("changed " + name); }
  void connector_removed(const std::string& name) override { note("removed " + name); }
  void tasks_changed(const std::string& connector) override { note("tasks " + connector); }
  void target_changed(const std::string& connector) override { note("target " + connector); }
  void session_key_changed(const SessionKey& key) override { note("key " + key.bytes); }
  void restart_wanted(const RestartWish& wish) override { note("restart " + wish.connector); }
  void log_level_changed(const std::string& logger, log::Level) override {
    note("level " + logger);
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

 private:
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    told_.push_back(std::move(what));
  }
  std::mutex mutex_;
  std::vector<std::string> told_;
};

class ClusterStoresTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* broker = std::getenv("MILLRACE_BROKER");
    ASSERT_NE(broker, nullptr) << "set MILLRACE_BROKER to the address of an Apache Kafka broker";
    // Names of their own for each run: brokers outlive tests.
    const std::string run =
        std::to_string(::getpid()) + "-" + std::to_string(Steady::now().time_since_epoch().count());
    settings_ = {{"bootstrap.servers", broker},
                 {"group.id", "cluster"},
                 {"config.storage.topic", "configs-" + run},
                 {"offset.storage.topic", "offsets-" + run},
                 {"status.storage.topic", "statuses-" + run},
                 {"config.storage.replication.factor", "1"},
                 {"offset.storage.replication.factor", "1"},
                 {"status.storage.replication.factor", "1"}};
    factory_ = kafka::make_client_factory({});
  }
  std::unique_ptr<TopicLog> log(decltype(&open_config_topic) open) {
    auto made = open(settings_, *factory_, clock_);
    EXPECT_TRUE(made) << made.error().message();
    return *std::move(made);
  }
  std::unique_ptr<KafkaConfigStore> config_store(ConfigListener& listener) {
    auto store = std::make_unique<KafkaConfigStore>(log(&open_config_topic), clock_,
                                                    *settings_.find("config.storage.topic"));
    const Result<void> started = store->start(listener);
    EXPECT_TRUE(started) << started.error().message();
    return store;
  }
  std::unique_ptr<KafkaStatusStore> status_store() {
    auto store = std::make_unique<KafkaStatusStore>(log(&open_status_topic), clock_,
                                                    *settings_.find("status.storage.topic"));
    const Result<void> started = store->start();
    EXPECT_TRUE(started) << started.error().message();
    return store;
  }
  /// Waits for a condition that another worker's write brings about.
  template <class Condition>
  static bool eventually(Condition condition) {
    const auto deadline = Steady::now() + 30s;
    while (!condition()) {
      if (Steady::now() > deadline) return false;
      std::this_thread::sleep_for(5ms);
    }
    return true;
  }

  ConfigMap settings_;
  SystemClock clock_;
  std::unique_ptr<kafka::ClientFactory> factory_;
};

TEST_F(ClusterStoresTest, WorkersAgreeOnTheConfiguration) {
  Listener first_told;
  Listener second_told;
  const auto first = config_store(first_told);
  const auto second = config_store(second_told);
  ASSERT_TRUE(first->put_connector("foo", {{"name", "foo"}}, TargetState::paused));
  ASSERT_TRUE(first->put_tasks("foo", std::vector<ConfigMap>(20, {{"task.class", "T"}})));
  EXPECT_EQ(first->snapshot()->find("foo")->task_configs.size(), 20U);
  ASSERT_TRUE(second->put_target("foo", TargetState::started));
  ASSERT_TRUE(second->put_connector("bar", {{"name", "bar"}}, std::nullopt));
  ASSERT_TRUE(second->remove_connector("bar"));
  ASSERT_TRUE(second->put_restart({"foo", true, false}));
  ASSERT_TRUE(first->refresh(30s));
  const auto one = first->snapshot();
  const auto two = second->snapshot();
  EXPECT_EQ(one->offset, two->offset);
  ASSERT_EQ(one->connectors.size(), 1U);
  EXPECT_EQ(*one->find("foo"), *two->find("foo"));
  EXPECT_THAT(first_told.told(), ElementsAre("changed foo", "tasks foo", "target foo",
                                             "changed bar", "removed bar", "restart foo"));
  EXPECT_EQ(second_told.told(), first_told.told());
}

TEST_F(ClusterStoresTest, AStartReadsAThousandConnectorsInASecond) {
  {
    const auto writer = log(&open_config_topic);
    ASSERT_TRUE(writer->start([](const LogRecord&) {}));
    const auto put = [&writer](std::string key, std::string value) {
      writer->send(std::move(key), std::move(value), [](const Result<void>&) {});
    };
    for (int i = 0; i < 1000; ++i) {
      const std::string name = "connector-" + std::to_string(i);
      const ConfigMap config = {{"name", name},
                                {"connector.class", "FileStreamSource"},
                                {"file", "/var/lib/data/" + name + ".txt"},
                                {"topic", "lines-of-" + name},
                                {"tasks.max", "1"}};
      put(target_key(name), target_value(TargetState::started));
      put(connector_key(name), *properties_value(config));
      put(task_key({name, 0}), *properties_value(config));
      put(commit_key(name), commit_value(1));
    }
    ASSERT_TRUE(writer->read_to_end(60s));
  }
  Listener nobody;
  const auto before = Steady::now();
  const auto store = config_store(nobody);
  const auto took = Steady::now() - before;
  const auto config = store->snapshot();
  EXPECT_EQ(config->connectors.size(), 1000U);
  EXPECT_EQ(config->offset, 4000);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  std::cout << "config topic of 1000 connectors read in " << milliseconds << " ms\n";
  EXPECT_LT(took, 5s) << "one second on a machine that has nothing else to do";
}

TEST_F(ClusterStoresTest, StatusesReachEveryWorker) {
  const auto first = status_store();
  const auto second = status_store();
  const auto status = [](State state, std::string worker, std::int32_t generation) {
    return StoredStatus{{state, std::move(worker), "1.0", ""}, generation};
  };
  const TaskId task{"foo", 0};
  first->put_connector("foo", status(State::running, "w1", 4), Write::plain);
  first->put_task(task, status(State::running, "w1", 4), Write::plain);
  first->put_topic("foo", {"orders", 0, 1000});
  EXPECT_TRUE(first->flush(30s));
  EXPECT_TRUE(eventually([&] {
    return second->connector("foo") && second->task(task) && second->has_topic("foo", "orders");
  }));
  // The task moves; what its former worker says of it comes too late (S21, S22, C30).
  second->put_task(task, status(State::running, "w2", 5), Write::plain);
  EXPECT_TRUE(eventually([&] {
    const auto told = first->task(task);  // it may not have read yet what it wrote itself
    return told && told->status.worker_id == "w2";
  }));
  first->put_task(task, status(State::unassigned, "w1", 4), Write::safe);
  first->put_task(task, status(State::unassigned, "w1", 4), Write::plain);
  first->put_task({"foo", 1}, status(State::running, "w1", 5), Write::plain);
  EXPECT_TRUE(first->flush(30s));
  const auto third = status_store();
  EXPECT_EQ(third->task(task)->status.state, State::running);
  EXPECT_EQ(third->task(task)->status.worker_id, "w2");
  EXPECT_TRUE(third->task({"foo", 1}));

  third->put_task(task, status(State::destroyed, "w3", 6), Write::plain);
  third->forget_topic("foo", "orders");
  EXPECT_TRUE(third->flush(30s));
  EXPECT_TRUE(eventually([&] { return !first->task(task) && !first->has_topic("foo", "orders"); }));
}

}  // namespace
}  // namespace millrace::storage
