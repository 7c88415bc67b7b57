#pragma once

#include "base/clock.h"
#include "base/lane.h"
#include "base/mutex.h"
#include "group/host.h"
#include "herder/connector_validator.h"
#include "herder/event_loop.h"
#include "herder/herder.h"
#include "herder/local_work.h"
#include "herder/membership.h"
#include "herder/plugin_calls.h"
#include "herder/rebalancer.h"
#include "herder/reload_schedule.h"
#include "herder/session_keys.h"
#include "herder/task_publisher.h"
#include "peers/peer_client.h"
#include "storage/config_store.h"
#include "storage/status_store.h"
#include "worker/status_listener.h"
#include "worker/worker.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace millrace {

/// The herder of one worker of a cluster. What is configured stands in the config topic, which its
/// leader writes; who runs what is decided in rounds of the group; this herder runs its share.
/// Threads: one loop ("herder") decides, and never waits: connectors and tasks have lanes (local_
///          work.h), the config topic is written in one lane and read in another. Questions are
///          answered on the asking thread, from what the topics say.
/// Source:  DistributedHerder, AbstractHerder.
class DistributedHerder final : public Herder,
                                public worker::StatusListener,
                                public group::GroupHost,
                                public storage::ConfigListener,
                                private Rebalancer::Duties {
 public:
  struct Settings {
    std::string kafka_cluster_id;
    std::string worker_id;  ///< host:port of the advertised address
    TopicTracking topics;
    Rebalancer::Settings rebalances;
    std::chrono::milliseconds task_stop_timeout{5'000};
    std::string signature_algorithm = "HmacSHA256";  ///< inter.worker.signature.algorithm
    std::vector<std::string> verification_algorithms = {"HmacSHA256"};
    SessionKeySettings session_key;
    bool sessioned = true;  ///< connect.protocol: what is true of requests until a round tells
  };
  /// All outlive it.
  struct Parts {
    const plugin::Registry& plugins;
    storage::ConfigStore& config;
    storage::StatusStore& status;
    storage::OffsetStore& offsets;
    peers::PeerClient& peers;
    Clock& clock;
  };
  /// How long a request waits for a rebalance to end.
  static constexpr std::chrono::milliseconds patience{10'000};

  DistributedHerder(Settings settings, Parts parts, ConnectorValidator validator);
  ~DistributedHerder() override;

  /// Both once, before start.
  void set_worker(worker::Worker& worker);
  void set_membership(Membership& membership);
  /// Reads the three topics and joins the group, in the background.
  /// loaded: the topics have been read, so questions can be answered.
  /// ended:  the worker cannot go on. Each is called once at most, on some thread.
  void start(std::function<void()> loaded, std::function<void(const Error&)> ended);
  /// Stops all work within its time limits, and leaves the group as the last thing.
  void stop();
  /// A clock that was moved by hand needs this.
  void check_time() {
    loop_.check_time();
    calls_.check_time();
  }

  // Herder: questions
  [[nodiscard]] std::string kafka_cluster_id() const override { return settings_.kafka_cluster_id; }
  [[nodiscard]] bool ready() const override { return ready_.load(std::memory_order_acquire); }
  void ping(Reply<void> reply) override;
  [[nodiscard]] std::vector<std::string> connectors() const override;
  [[nodiscard]] Result<ConnectorInfo> connector_info(std::string_view name) const override;
  [[nodiscard]] Result<ConnectorStatus> connector_status(std::string_view name) const override;
  [[nodiscard]] Result<TaskStatus> task_status(const TaskId& id) const override;
  [[nodiscard]] Result<std::vector<TaskInfo>> tasks(std::string_view name) const override;
  [[nodiscard]] std::vector<PluginInfo> plugins(bool connectors_only) const override;
  [[nodiscard]] Result<std::vector<ConfigKey>> plugin_config(
      std::string_view plugin, std::optional<std::string_view> version) const override {
    return validator_.plugin_config(plugin, version);
  }
  [[nodiscard]] TopicTracking topic_tracking() const override { return settings_.topics; }
  [[nodiscard]] std::vector<std::string> active_topics(std::string_view name) const override;

  // Herder: changes
  void reset_active_topics(const std::string& name, Reply<void> reply) override;
  void put_connector(const std::string& name, ConfigMap config, bool must_be_new,
                     std::optional<TargetState> initial_state, Reply<PutResult> reply) override;
  void patch_connector(const std::string& name, ConfigMap patch,
                       Reply<ConnectorInfo> reply) override;
  void delete_connector(const std::string& name, Reply<void> reply) override;
  void set_target_state(const std::string& name, TargetState state, Reply<void> reply) override;
  void restart_connector(const std::string& name, Reply<void> reply) override;
  void restart_connector_and_tasks(const std::string& name, RestartRequest request,
                                   Reply<ConnectorStatus> reply) override;
  void restart_task(const TaskId& id, Reply<void> reply) override;
  void validate(ConfigMap config, Reply<Validation> reply) override;
  void connector_offsets(const std::string& name,
                         Reply<std::vector<ConnectorOffset>> reply) override;
  void alter_offsets(const std::string& name, std::vector<ConnectorOffset> changes,
                     Reply<bool> reply) override;
  void reset_offsets(const std::string& name, Reply<bool> reply) override;
  [[nodiscard]] Result<void> check_signed(
      const std::optional<std::string>& mac,
      const std::optional<std::string>& algorithm) const override;
  void put_task_configs(const std::string& name, std::vector<ConfigMap> configs, Signed request,
                        Reply<void> reply) override;
  void fence_zombies(const std::string& name, Signed request, Reply<void> reply) override;
  void set_cluster_log_level(const std::string& logger, log::Level level,
                             Reply<void> reply) override;

  // group::GroupHost, on the thread "group"
  std::shared_ptr<const group::ConfigSnapshot> config() override;
  void rejoin_wanted(group::EventNumber event, const group::RejoinWanted& rejoin) override;
  void assigned(group::EventNumber event, const group::Assigned& assigned) override;
  void coordinator_lost(group::EventNumber event) override;
  void failed(group::EventNumber event, const Error& error) override;

  // storage::ConfigListener, on the config topic's thread
  void connector_changed(const std::string& name) override;
  void connector_removed(const std::string& name) override;
  void tasks_changed(const std::string& connector) override;
  void target_changed(const std::string& connector) override;
  void session_key_changed(const storage::SessionKey& key) override;
  void restart_wanted(const storage::RestartWish& wish) override;
  void log_level_changed(const std::string& logger, log::Level level) override;

 private:
  // worker::StatusListener, on any thread
  void connector_status(const std::string& name, Status status) override;
  void task_status(const TaskId& id, Status status) override;
  void reconfiguration_requested(const std::string& name) override;
  void topic_used(const TaskId& id, std::string_view topic) override;
  void values_expire(const std::string& connector, const std::string& place,
                     std::chrono::milliseconds after) override;

  // Rebalancer::Duties, on the loop
  void entered(const group::Assigned& assigned) override;
  void stop_work(const group::Work& work, std::function<void()> done) override;
  void start_work(const group::Work& held) override;
  [[nodiscard]] group::Work running() const override { return running_; }
  void settled(const group::Assigned& assigned) override;

  // On the loop: the worker's own share (distributed_work.cc)
  using Entry = std::shared_ptr<const storage::ConnectorEntry>;
  [[nodiscard]] Entry entry_of(std::string_view name) const;
  void start_local_connector(const std::string& name, LocalWork::Done done);
  /// between: called after the stop, before the start; may be empty.
  void restart_local_connector(const std::string& name, std::function<void()> between,
                               LocalWork::Done done);
  void start_local_task(const TaskId& id, LocalWork::Done done);
  void restart_local_tasks(const std::string& connector, const std::vector<TaskId>& ids,
                           std::function<void()> between, LocalWork::Done done);
  void follow_target(const std::string& name);
  /// Asks a connector that runs here for its tasks' configurations, and publishes what is new.
  void configure_tasks(const std::string& name,
                       std::chrono::milliseconds pause_after_failure = TaskPublisher::first_pause);
  void publish_if_new(const std::string& name, LocalWork::TaskConfigs made);
  void send_task_configs(const std::string& name, const std::vector<ConfigMap>& configs,
                         TaskPublisher::Done done);
  void post_to_leader(const std::string& leader_url, const std::string& name,
                      const std::vector<ConfigMap>& configs, const TaskPublisher::Done& answer);
  void restart_own_share(const storage::RestartWish& wish);

  /// A worker that was frozen may say, late, that it has stopped what runs here by now: says again
  /// how that is.
  void defend_statuses();

  // On the loop: the leader's duties (distributed_leader.cc)
  void forget_statuses_of_the_gone();
  void renew_session_key();

  // Requests (distributed_requests.cc)
  /// On the loop, in a settled place in the group; null: there was none for too long.
  using InPlace = std::function<void(const group::Assigned*)>;
  void when_placed(InPlace work);
  template <class T>
  void as_leader(const Reply<T>& reply, std::function<void()> work);
  void run_waiting();
  void refuse_waiting();
  /// Work that blocks: the changes of the config topic, one after the other.
  void write(std::function<void()> work) { writes_.post(std::move(work)); }
  /// Work that writes this configuration: by the leader, once it is found to be valid.
  template <class T>
  void write_when_valid(const std::string& name, const ConfigMap& config, const Reply<T>& reply,
                        std::function<void()> work);
  Result<PutResult> write_connector(const std::string& name, const ConfigMap& config,
                                    bool must_be_new, std::optional<TargetState> initial_state);
  Result<void> write_task_configs(const std::string& name, const std::vector<ConfigMap>& configs);
  /// The owner's URL if it is another worker, found through the leader.
  template <class T>
  void as_owner(const Reply<T>& reply, const std::string& name, const std::optional<TaskId>& task,
                std::function<void()> work);
  /// Why there was no place for too long.
  [[nodiscard]] Error no_place() const;
  using OffsetChange = std::function<Result<bool>(const ConfigMap& config)>;
  void change_offsets(const std::string& name, const Reply<bool>& reply, OffsetChange change);
  [[nodiscard]] ConnectorType type_of(const ConfigMap& config) const;
  [[nodiscard]] ConnectorInfo info(const std::string& name,
                                   const storage::ConnectorEntry& entry) const;
  [[nodiscard]] std::optional<storage::SessionKey> session_key() const;
  void end_with(const Error& error);

  const Settings settings_;
  const Parts parts_;
  const ConnectorValidator validator_;
  worker::Worker* worker_ = nullptr;         // constant once set
  Membership* membership_ = nullptr;         // constant once set
  std::function<void(const Error&)> ended_;  // constant once started
  std::atomic<bool> loaded_ = false;         // the topics have been read
  std::atomic<bool> ready_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::int32_t> generation_ = -1;  // of the last assignment: statuses bear it
  std::atomic<bool> signed_requests_;          // the group speaks the sessioned protocol

  mutable Mutex mutex_;
  std::shared_ptr<const group::ConfigSnapshot> config_ GUARDED_BY(mutex_);  // as last asked for
  /// What this worker has last said of what it runs.
  std::map<std::string, Status> own_connectors_ GUARDED_BY(mutex_);
  std::map<TaskId, Status> own_tasks_ GUARDED_BY(mutex_);

  // The loop's thread alone.
  struct Waiting {
    Clock::Time until;
    InPlace work;
  };
  std::deque<Waiting> waiting_;
  std::vector<Reply<void>> pings_;
  std::set<std::string, std::less<>> known_;  // connectors that a round was wanted for
  group::Work running_;
  /// What running connectors' settings stood for when their tasks were configured.
  std::map<std::string, std::size_t> stamps_;
  std::optional<EventLoop::Timer> key_timer_;
  std::optional<EventLoop::Timer> status_timer_;

  Lane writes_{"config-writes", ""};
  Lane statuses_{"status-flush", ""};
  Lane leader_requests_{"leader-requests", ""};
  PluginCalls calls_;  // validations, and changes of offsets
  EventLoop loop_;
  std::optional<LocalWork> local_;  // made with the worker
  TaskPublisher publisher_;
  Rebalancer rebalancer_;
  ReloadSchedule reloads_;  // last: its thread calls this herder
};

}  // namespace millrace
