#pragma once

#include "base/clock.h"
#include "base/lane.h"
#include "base/mutex.h"
#include "herder/connector_validator.h"
#include "herder/herder.h"
#include "herder/plugin_calls.h"
#include "herder/reload_schedule.h"
#include "worker/status_listener.h"
#include "worker/worker.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace millrace {

/// The herder of a worker on its own: what is configured lives in memory, and everything runs here.
/// Each connector has a lane, in which its changes are carried out one after the other from top to
/// bottom; what one connector is waiting for is nobody else's concern. A configuration is validated
/// before it comes there.
/// Threads: any. connectors_ is a snapshot behind mutex_, which is never held across a call to the
///          worker or a plugin.
/// Source:  StandaloneHerder.
class StandaloneHerder final : public Herder, public worker::StatusListener {
 public:
  StandaloneHerder(std::string kafka_cluster_id, const plugin::Registry& plugins,
                   ConnectorValidator validator, Clock& clock, TopicTracking topics = {});
  ~StandaloneHerder() override;

  /// The worker that it lets run things; set once, before the first change.
  void set_worker(worker::Worker& worker) { worker_ = &worker; }
  /// Every connector of the command line is up.
  void set_ready() { ready_.store(true, std::memory_order_release); }
  /// Stops every task and connector, as long as their time limits allow.
  void stop();

  [[nodiscard]] std::string kafka_cluster_id() const override { return kafka_cluster_id_; }
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
  [[nodiscard]] TopicTracking topic_tracking() const override { return topic_tracking_; }
  [[nodiscard]] std::vector<std::string> active_topics(std::string_view name) const override;
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
      const std::optional<std::string>& /*mac*/,
      const std::optional<std::string>& /*algorithm*/) const override {
    return {};  // nobody's requests are taken
  }
  void put_task_configs(const std::string& name, std::vector<ConfigMap> configs, Signed request,
                        Reply<void> reply) override;
  void fence_zombies(const std::string& name, Signed request, Reply<void> reply) override;
  void set_cluster_log_level(const std::string& logger, log::Level level,
                             Reply<void> reply) override;

 private:
  struct Connector {
    ConfigMap config;
    ConnectorType type = ConnectorType::unknown;
    TargetState target = TargetState::started;
    std::optional<Status> status;
    std::vector<ConfigMap> task_configs;
    std::size_t config_stamp = 0;  // the worker's, when the tasks were configured
    std::map<std::int32_t, Status> task_statuses;
    std::set<std::string, std::less<>> topics;  // that its tasks have used
  };

  // worker::StatusListener
  void connector_status(const std::string& name, Status status) override;
  void task_status(const TaskId& id, Status status) override;
  void reconfiguration_requested(const std::string& name) override;
  void topic_used(const TaskId& id, std::string_view topic) override;
  void values_expire(const std::string& connector, const std::string& place,
                     std::chrono::milliseconds after) override;

  /// Restarts a connector whose values are due.
  void reload(const std::string& name);
  /// Goes on with the connector's type if the configuration is right, else replies what is wrong.
  template <class T>
  void when_valid(const ConfigMap& config, const Reply<T>& reply,
                  std::function<void(ConnectorType)> then);

  // Each of these runs in the connector's lane.
  /// type: what the validation has found.
  Result<PutResult> put(const std::string& name, ConfigMap config, ConnectorType type,
                        bool must_be_new, std::optional<TargetState> initial_state,
                        Progress& progress);
  Result<void> remove(const std::string& name, Progress& progress);
  Result<void> follow_target(const std::string& name);
  Result<void> start(const std::string& name, Progress& progress);
  enum class Replace : std::uint8_t { always, if_changed };
  Result<void> update_tasks(const std::string& name, Replace replace, Progress& progress);
  Result<ConnectorStatus> restart(const std::string& name, RestartRequest request,
                                  Progress& progress);
  Result<void> restart_one_task(const TaskId& id, Progress& progress);
  using OffsetChangeFunction = std::function<Result<bool>(const ConfigMap&)>;
  Result<bool> change_offsets(const std::string& name, const OffsetChangeFunction& change);
  void stop_tasks(const std::string& name);
  Result<void> start_task(const TaskId& id);

  void post(const std::string& name, std::function<void()> work);
  /// The same for work that somebody waits for.
  void post(const std::string& name, Progress& progress, std::function<void()> work);
  [[nodiscard]] std::optional<Connector> find(std::string_view name) const;
  static ConnectorInfo info(const std::string& name, const Connector& connector);

  const std::string kafka_cluster_id_;
  const plugin::Registry& plugins_;
  Clock& clock_;
  const ConnectorValidator validator_;
  const TopicTracking topic_tracking_;
  worker::Worker* worker_ = nullptr;  // constant once set
  std::atomic<bool> ready_ = false;

  mutable Mutex mutex_;
  std::map<std::string, Connector, std::less<>> connectors_ GUARDED_BY(mutex_);
  std::map<std::string, std::unique_ptr<Lane>, std::less<>> lanes_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  PluginCalls calls_;       // validations
  ReloadSchedule reloads_;  // last: its thread calls this herder
};

}  // namespace millrace
