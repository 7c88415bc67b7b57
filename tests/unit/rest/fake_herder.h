#pragma once

#include "base/mutex.h"
#include "herder/herder.h"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace millrace::rest {

/// A herder that knows what a test told it, writes down what it is asked to change, and replies on
/// a thread of its own: at once, or when `release` is called.
class FakeHerder final : public Herder {
 public:
  FakeHerder() : thread_([this] { run(); }) {}
  ~FakeHerder() override {
    {
      const MutexLock lock(mutex_);
      ending_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }

  // What it answers; set before the first request.
  std::vector<std::string> names;
  std::map<std::string, ConnectorInfo, std::less<>> infos;
  std::map<std::string, ConnectorStatus, std::less<>> statuses;
  std::map<std::string, std::vector<TaskInfo>, std::less<>> task_infos;
  std::vector<PluginInfo> plugin_list;
  std::string cluster_id = "cluster-1";
  std::atomic<bool> is_ready = true;
  std::optional<Error> change_error;  // what every change fails with
  std::optional<std::string> leader;  // who carries every change out instead; "": nobody knows
  bool created = true;
  ConnectorStatus restarted;
  std::map<std::string, std::vector<ConfigKey>, std::less<>> definitions;
  std::map<std::string, std::vector<std::string>, std::less<>> topics;
  TopicTracking tracking;
  Validation validation;
  std::vector<ConnectorOffset> offsets;
  bool handled = true;
  std::optional<std::string> stage;  // what a validation is busy with

  std::atomic<bool> wants_signatures = false;  // of other workers

  std::vector<ConnectorOffset> altered;  // the last wish; read once its reply has come

  // What it was asked.
  [[nodiscard]] std::vector<std::string> calls() const {
    const MutexLock lock(mutex_);
    return calls_;
  }
  void wait_for_calls(std::size_t count) const {
    const MutexLock lock(mutex_);
    while (calls_.size() < count) changed_.wait(mutex_);
  }
  void hold() {
    const MutexLock lock(mutex_);
    holding_ = true;
  }
  /// Sends the replies that were held, and waits until they are sent.
  void release() {
    const MutexLock lock(mutex_);
    holding_ = false;
    changed_.notify_all();
    while (!replies_.empty() || replying_) changed_.wait(mutex_);
  }

  [[nodiscard]] std::string kafka_cluster_id() const override { return cluster_id; }
  [[nodiscard]] bool ready() const override { return is_ready; }
  void ping(Reply<void> reply) override {
    change("ping", std::move(reply),
           is_ready ? Result<void>() : Error{ErrorCode::retriable, "still starting"});
  }
  [[nodiscard]] std::vector<std::string> connectors() const override { return names; }
  [[nodiscard]] Result<ConnectorInfo> connector_info(std::string_view name) const override {
    return look_up(infos, name, "Connector " + std::string(name) + " not found");
  }
  [[nodiscard]] Result<ConnectorStatus> connector_status(std::string_view name) const override {
    return look_up(statuses, name, "No status found for connector " + std::string(name));
  }
  [[nodiscard]] Result<TaskStatus> task_status(const TaskId& id) const override {
    const Error unknown(ErrorCode::not_found, "No status found for task " + id.to_string());
    const auto it = statuses.find(id.connector);
    if (it == statuses.end()) return unknown;
    for (const TaskStatus& task : it->second.tasks) {
      if (task.id == id) return task;
    }
    return unknown;
  }
  [[nodiscard]] Result<std::vector<TaskInfo>> tasks(std::string_view name) const override {
    return look_up(task_infos, name, "Connector " + std::string(name) + " not found");
  }
  [[nodiscard]] std::vector<PluginInfo> plugins(bool connectors_only) const override {
    std::vector<PluginInfo> list;
    for (const PluginInfo& plugin : plugin_list) {
      if (!connectors_only || plugin.type == "sink" || plugin.type == "source")
        list.push_back(plugin);
    }
    return list;
  }

  void put_connector(const std::string& name, ConfigMap config, bool must_be_new,
                     std::optional<TargetState> state, Reply<PutResult> reply) override {
    std::string call = (must_be_new ? "create " : "put ") + name + " {";
    for (const auto& [key, value] : config) call += key + "=" + value.value_or("<null>") + ";";
    call += "}";
    if (state) call += " state " + std::to_string(static_cast<int>(*state));
    PutResult result{created, {name, ConnectorType::source, std::move(config), {{name, 0}}}};
    change(call, std::move(reply), Result<PutResult>(std::move(result)));
  }
  void delete_connector(const std::string& name, Reply<void> reply) override {
    change("delete " + name, std::move(reply), Result<void>());
  }
  void set_target_state(const std::string& name, TargetState state, Reply<void> reply) override {
    static constexpr const char* verbs[] = {"start ", "pause ", "stop "};
    change(verbs[static_cast<int>(state)] + name, std::move(reply), Result<void>());
  }
  void restart_connector(const std::string& name, Reply<void> reply) override {
    change("restart " + name, std::move(reply), Result<void>());
  }
  void restart_connector_and_tasks(const std::string& name, RestartRequest request,
                                   Reply<ConnectorStatus> reply) override {
    change("restart " + name + (request.include_tasks ? " tasks" : "") +
               (request.only_failed ? " failed" : ""),
           std::move(reply), Result<ConnectorStatus>(restarted));
  }
  void restart_task(const TaskId& id, Reply<void> reply) override {
    change("restart task " + id.to_string(), std::move(reply), Result<void>());
  }
  [[nodiscard]] Result<std::vector<ConfigKey>> plugin_config(
      std::string_view plugin, std::optional<std::string_view> version) const override {
    if (version && *version != "1.0") {
      return Error{ErrorCode::invalid_config, "no version " + std::string(*version)};
    }
    return look_up(definitions, plugin, "Unknown plugin " + std::string(plugin) + ".");
  }
  [[nodiscard]] TopicTracking topic_tracking() const override { return tracking; }
  [[nodiscard]] std::vector<std::string> active_topics(std::string_view name) const override {
    const auto it = topics.find(name);
    return it == topics.end() ? std::vector<std::string>() : it->second;
  }
  void reset_active_topics(const std::string& name, Reply<void> reply) override {
    change("reset topics of " + name, std::move(reply), Result<void>());
  }
  void patch_connector(const std::string& name, ConfigMap patch,
                       Reply<ConnectorInfo> reply) override {
    std::string call = "patch " + name + " {";
    for (const auto& [key, value] : patch) call += key + "=" + value.value_or("<null>") + ";";
    change(call + "}", std::move(reply),
           Result<ConnectorInfo>(ConnectorInfo{name, ConnectorType::sink, std::move(patch), {}}));
  }
  void validate(ConfigMap config, Reply<Validation> reply) override {
    if (stage) reply.progress().begin(*stage);
    change("validate " + config.get_or("connector.class", "?"), std::move(reply),
           Result<Validation>(validation));
  }
  void connector_offsets(const std::string& name,
                         Reply<std::vector<ConnectorOffset>> reply) override {
    change("offsets of " + name, std::move(reply), Result<std::vector<ConnectorOffset>>(offsets));
  }
  void alter_offsets(const std::string& name, std::vector<ConnectorOffset> changes,
                     Reply<bool> reply) override {
    altered = std::move(changes);
    change("alter offsets of " + name, std::move(reply), Result<bool>(handled));
  }
  void reset_offsets(const std::string& name, Reply<bool> reply) override {
    change("reset offsets of " + name, std::move(reply), Result<bool>(handled));
  }
  [[nodiscard]] Result<void> check_signed(
      const std::optional<std::string>& mac,
      const std::optional<std::string>& algorithm) const override {
    if (!wants_signatures || (mac && algorithm)) return {};
    return Error{ErrorCode::invalid_config, "Internal request missing required signature"};
  }
  void put_task_configs(const std::string& name, std::vector<ConfigMap> configs, Signed request,
                        Reply<void> reply) override {
    signed_request = std::move(request);
    task_configs = configs;
    change("tasks of " + name + ": " + std::to_string(configs.size()), std::move(reply),
           Result<void>());
  }
  void fence_zombies(const std::string& name, Signed request, Reply<void> reply) override {
    signed_request = std::move(request);
    change("fence " + name, std::move(reply), Result<void>());
  }
  void set_cluster_log_level(const std::string& logger, log::Level level,
                             Reply<void> reply) override {
    change("log " + logger + " " + std::string(to_string(level)), std::move(reply), Result<void>());
  }

  Signed signed_request;                // the last
  std::vector<ConfigMap> task_configs;  // likewise

 private:
  template <class Map>
  static auto look_up(const Map& map, std::string_view name, std::string unknown)
      -> Result<typename Map::mapped_type> {
    const auto it = map.find(name);
    if (it == map.end()) return Error{ErrorCode::not_found, std::move(unknown)};
    return it->second;
  }

  template <class T>
  void change(std::string call, Reply<T> reply, Result<T> result) {
    if (change_error) result = Result<T>(*change_error);
    const MutexLock lock(mutex_);
    calls_.push_back(std::move(call));
    replies_.emplace_back([reply = std::move(reply), result = std::move(result), url = leader] {
      url ? reply.elsewhere(*url) : reply(result);
    });
    changed_.notify_all();
  }

  void run() {
    mutex_.lock();
    while (!ending_) {
      if (replies_.empty() || holding_) {
        changed_.wait(mutex_);
        continue;
      }
      std::function<void()> reply = std::move(replies_.front());
      replies_.pop_front();
      replying_ = true;
      mutex_.unlock();
      reply();
      reply = nullptr;
      mutex_.lock();
      replying_ = false;
      changed_.notify_all();
    }
    mutex_.unlock();
  }

  mutable Mutex mutex_;
  mutable CondVar changed_;
  std::vector<std::string> calls_ GUARDED_BY(mutex_);
  std::deque<std::function<void()>> replies_ GUARDED_BY(mutex_);
  bool holding_ GUARDED_BY(mutex_) = false;
  bool replying_ GUARDED_BY(mutex_) = false;
  bool ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace millrace::rest
