#pragma once

#include "hand_clock.h"
#include "herder/distributed_herder.h"
#include "memory_stores.h"
#include "plugin_world.h"
#include "worker/worker.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

/// A group in which the worker is alone and leads, or follows a leader that gives it what the test
/// says. It answers each join at once, unless the test holds the answers back.
class ScriptedGroup final : public Membership {
 public:
  void join(group::EventNumber seen, std::string reason) override {
    {
      const MutexLock lock(mutex_);
      reasons_.push_back(std::move(reason));
      if (seen != events_ || holding_) {
        owed_ = owed_ || seen == events_;
        return;
      }
    }
    assign();
  }
  void leave(std::string /*reason*/) override {}
  void forget_work() override {
    const MutexLock lock(mutex_);
    held_ = {};
  }
  void close(std::chrono::milliseconds /*limit*/) override {}

  void set_host(group::GroupHost& host) { host_ = &host; }
  void follow(std::string leader_url) {
    const MutexLock lock(mutex_);
    leader_url_ = std::move(leader_url);
  }
  /// What a follower holds after the next round; a worker that leads holds everything.
  void give(group::Work work) {
    const MutexLock lock(mutex_);
    given_ = std::move(work);
  }
  /// The leader's knowledge of who runs what else.
  void set_owners(group::Owners owners) {
    const MutexLock lock(mutex_);
    owners_ = std::move(owners);
  }
  void hold() {
    const MutexLock lock(mutex_);
    holding_ = true;
  }
  void release() {
    {
      const MutexLock lock(mutex_);
      holding_ = false;
      if (!std::exchange(owed_, false)) return;
    }
    assign();
  }
  /// Another member has come or gone.
  void rebalance() {
    group::EventNumber number = 0;
    {
      const MutexLock lock(mutex_);
      number = ++events_;
    }
    host_->rejoin_wanted(number, {"somebody came", false});
  }
  std::vector<std::string> reasons() const {
    const MutexLock lock(mutex_);
    return reasons_;
  }

 private:
  void assign() {
    const auto config = host_->config();
    group::Assigned assigned;
    {
      const MutexLock lock(mutex_);
      assigned.generation = ++generation_;
      assigned.leading = leader_url_.empty();
      assigned.leader_url = assigned.leading ? "http://here:8083/" : leader_url_;
      assigned.config_offset = config->offset;
      group::Work next = given_;
      if (assigned.leading && owners_.connectors.empty()) {
        for (const auto& [name, tasks] : config->connectors) {
          next.connectors.insert(name);
          for (std::int32_t task = 0; task < tasks; ++task) next.tasks.insert({name, task});
        }
      }
      assigned.held = next;
      assigned.revoked = without(held_, next);
      held_ = std::move(next);
      assigned.owners = std::make_shared<const group::Owners>(owners_);
    }
    group::EventNumber number = 0;
    {
      const MutexLock lock(mutex_);
      number = ++events_;
    }
    host_->assigned(number, assigned);
  }

  group::GroupHost* host_ = nullptr;
  mutable Mutex mutex_;
  std::string leader_url_ GUARDED_BY(mutex_);
  group::Work given_ GUARDED_BY(mutex_);
  group::Work held_ GUARDED_BY(mutex_);
  group::Owners owners_ GUARDED_BY(mutex_);
  std::vector<std::string> reasons_ GUARDED_BY(mutex_);
  std::int32_t generation_ GUARDED_BY(mutex_) = 0;
  group::EventNumber events_ GUARDED_BY(mutex_) = 0;
  bool holding_ GUARDED_BY(mutex_) = false;
  bool owed_ GUARDED_BY(mutex_) = false;
};

/// Writes down what it is asked, and answers as the test says.
class FakePeers final : public peers::PeerClient {
 public:
  Result<peers::PeerAnswer> send(const peers::PeerRequest& request,
                                 std::chrono::milliseconds /*timeout*/) override {
    const MutexLock lock(mutex_);
    requests_.push_back(request);
    return answer_;
  }
  void answer(Result<peers::PeerAnswer> with) {
    const MutexLock lock(mutex_);
    answer_ = std::move(with);
  }
  std::vector<peers::PeerRequest> requests() const {
    const MutexLock lock(mutex_);
    return requests_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<peers::PeerRequest> requests_ GUARDED_BY(mutex_);
  Result<peers::PeerAnswer> answer_ GUARDED_BY(mutex_) = peers::PeerAnswer{204, ""};
};

/// A distributed herder with a real worker below it, in a cluster that lives in memory.
class ClusterTest : public PluginWorld {
 protected:
  ClusterTest() {
    config = *config::load_distributed({{"bootstrap.servers", "nowhere:1"},
                                        {"group.id", "cluster"},
                                        {"config.storage.topic", "configs"},
                                        {"offset.storage.topic", "offsets"},
                                        {"status.storage.topic", "statuses"},
                                        {"key.converter", "StringConverter"},
                                        {"value.converter", "StringConverter"},
                                        {"task.shutdown.graceful.timeout.ms", "200"}},
                                       "worker.properties", converters());
    DistributedHerder::Settings herder_settings;
    herder_settings.kafka_cluster_id = "kafka";
    herder_settings.worker_id = "here:8083";
    herder = std::make_unique<DistributedHerder>(
        herder_settings, DistributedHerder::Parts{plugins, configs, statuses, offsets, peers, hand},
        ConnectorValidator(plugins, config, nullptr, &providers));
    worker = std::make_unique<worker::Worker>(
        worker::Environment{config, plugins, kafka, offsets, clock, "here:8083", &providers},
        *herder);
    herder->set_worker(*worker);
    herder->set_membership(group);
    group.set_host(*herder);
  }
  ~ClusterTest() override { stop(); }

  void start() {
    herder->start([] {}, [this](const Error& error) { ended.set_value(error.message()); });
  }
  void stop() {
    if (!std::exchange(stopped_, true)) herder->stop();
  }
  void start_and_join() {
    start();
    ASSERT_TRUE(wait_until([this] { return herder->ready(); }));
  }
  Result<PutResult> put(const std::string& name, ConfigMap more = {}, bool must_be_new = false,
                        std::optional<TargetState> state = std::nullopt) {
    return ask<PutResult>([&](auto reply) {
      herder->put_connector(name, settings(name, std::move(more)), must_be_new, state, reply);
    });
  }
  Result<void> set_state(const std::string& name, TargetState state) {
    return ask<void>([&](auto reply) { herder->set_target_state(name, state, reply); });
  }
  /// "RUNNING: RUNNING PAUSED": the connector's and its tasks'.
  std::string states(const std::string& name) {
    const auto status = static_cast<const Herder&>(*herder).connector_status(name);
    if (!status) return status.error().message();
    std::string text(to_string(status->connector.state));
    text += ":";
    for (const TaskStatus& task : status->tasks) {
      text += " " + std::string(to_string(task.status.state));
    }
    return text;
  }
  testing::AssertionResult reaches(const std::string& name, const std::string& wanted) {
    if (wait_until([&] { return states(name) == wanted; })) return testing::AssertionSuccess();
    return testing::AssertionFailure() << states(name);
  }
  /// Where a request is sent on to; "here" if it was answered.
  template <class T>
  std::string place_of(const std::function<void(Herder::Reply<T>)>& question) {
    auto answer = std::make_shared<std::promise<std::string>>();
    auto future = answer->get_future();
    question({[answer](Result<T> result) {
                answer->set_value(result ? "here" : "error: " + result.error().message());
              },
              std::make_shared<Progress>(),
              [answer](const std::string& url) { answer->set_value(url); }});
    if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready) return "nowhere";
    return future.get();
  }

  HandClock hand;  // the herder's; the worker's is the machine's
  config::WorkerConfig config;
  MemoryConfigStore configs;
  MemoryStatusStore statuses;
  FakePeers peers;
  ScriptedGroup group;
  std::promise<std::string> ended;
  std::unique_ptr<DistributedHerder> herder;
  std::unique_ptr<worker::Worker> worker;

 private:
  bool stopped_ = false;
};

}  // namespace millrace
