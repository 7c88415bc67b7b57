#pragma once

#include "base/mutex.h"
#include "storage/config_store.h"
#include "storage/status_store.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

/// A config topic in memory: what is written is there at once, and the listener knows.
class MemoryConfigStore final : public storage::ConfigStore {
 public:
  Result<void> start(storage::ConfigListener& listener) override {
    listener_ = &listener;
    if (broken) return *broken;
    return {};
  }
  std::shared_ptr<const storage::ClusterConfig> snapshot() const override {
    const MutexLock lock(mutex_);
    return now_;
  }
  Result<void> refresh(std::chrono::milliseconds /*timeout*/) override { return {}; }

  Result<void> put_connector(const std::string& name, const ConfigMap& config,
                             std::optional<TargetState> target) override {
    change("connector-" + name, [&](storage::ClusterConfig& all) {
      storage::ConnectorEntry entry = entry_of(all, name);
      entry.config = config;
      if (target) entry.target = *target;
      set(all, name, entry);
    });
    listener_->connector_changed(name);
    return {};
  }
  Result<void> remove_connector(const std::string& name) override {
    change("no connector-" + name,
           [&](storage::ClusterConfig& all) { all.connectors.erase(name); });
    listener_->connector_removed(name);
    return {};
  }
  Result<void> put_tasks(const std::string& name, const std::vector<ConfigMap>& tasks) override {
    change("commit-" + name + " " + std::to_string(tasks.size()), [&](storage::ClusterConfig& all) {
      storage::ConnectorEntry entry = entry_of(all, name);
      entry.task_configs = tasks;
      entry.applied = entry.config;
      set(all, name, entry);
    });
    listener_->tasks_changed(name);
    return {};
  }
  Result<void> put_target(const std::string& name, TargetState target) override {
    change("target-state-" + name + " " + std::string(to_string(target)),
           [&](storage::ClusterConfig& all) {
             storage::ConnectorEntry entry = entry_of(all, name);
             entry.target = target;
             set(all, name, entry);
           });
    listener_->target_changed(name);
    return {};
  }
  Result<void> put_session_key(const storage::SessionKey& key) override {
    change("session-key", [&](storage::ClusterConfig& all) { all.session_key = key; });
    listener_->session_key_changed(key);
    return {};
  }
  Result<void> put_restart(const storage::RestartWish& wish) override {
    change("restart-connector-" + wish.connector, [](storage::ClusterConfig&) {});
    listener_->restart_wanted(wish);
    return {};
  }
  Result<void> put_log_level(const std::string& logger, log::Level level) override {
    change("logger-cluster-" + logger, [](storage::ClusterConfig&) {});
    listener_->log_level_changed(logger, level);
    return {};
  }
  void stop() override {}

  /// What was written, in order.
  std::vector<std::string> written() const {
    const MutexLock lock(mutex_);
    return written_;
  }

  std::optional<Error> broken;  // set before the start

 private:
  using Change = std::function<void(storage::ClusterConfig&)>;
  void change(std::string what, const Change& how) {
    const MutexLock lock(mutex_);
    auto next = std::make_shared<storage::ClusterConfig>(*now_);
    next->offset += next->offset < 0 ? 2 : 1;
    how(*next);
    now_ = std::move(next);
    written_.push_back(std::move(what));
  }
  static storage::ConnectorEntry entry_of(const storage::ClusterConfig& all,
                                          const std::string& name) {
    const storage::ConnectorEntry* entry = all.find(name);
    return entry != nullptr ? *entry : storage::ConnectorEntry{};
  }
  static void set(storage::ClusterConfig& all, const std::string& name,
                  storage::ConnectorEntry entry) {
    all.connectors[name] = std::make_shared<const storage::ConnectorEntry>(std::move(entry));
  }

  storage::ConfigListener* listener_ = nullptr;
  mutable Mutex mutex_;
  std::shared_ptr<const storage::ClusterConfig> now_ GUARDED_BY(mutex_) =
      std::make_shared<const storage::ClusterConfig>();
  std::vector<std::string> written_ GUARDED_BY(mutex_);
};

/// A status topic in memory.
class MemoryStatusStore final : public storage::StatusStore {
 public:
  Result<void> start() override { return {}; }
  void stop() override {}
  void put_connector(const std::string& name, const storage::StoredStatus& status,
                     storage::Write /*how*/) override {
    const MutexLock lock(mutex_);
    history_[name].push_back(status.status.state);
    if (status.status.state == State::destroyed) {
      connectors_.erase(name);
    } else {
      connectors_[name] = status;
    }
  }
  void put_task(const TaskId& id, const storage::StoredStatus& status,
                storage::Write /*how*/) override {
    const MutexLock lock(mutex_);
    history_[id.to_string()].push_back(status.status.state);
    if (status.status.state == State::destroyed) {
      tasks_[id.connector].erase(id.task);
    } else {
      tasks_[id.connector][id.task] = status;
    }
  }
  void put_topic(const std::string& connector, const storage::TopicUse& use) override {
    const MutexLock lock(mutex_);
    topics_[connector][use.topic] = use;
  }
  void forget_topic(const std::string& connector, const std::string& topic) override {
    const MutexLock lock(mutex_);
    topics_[connector].erase(topic);
  }
  bool flush(std::chrono::milliseconds /*timeout*/) override { return true; }

  std::set<std::string> connectors() const override {
    const MutexLock lock(mutex_);
    std::set<std::string> names;
    for (const auto& [name, status] : connectors_) names.insert(name);
    for (const auto& [name, tasks] : tasks_) {
      if (!tasks.empty()) names.insert(name);
    }
    return names;
  }
  std::optional<storage::StoredStatus> connector(const std::string& name) const override {
    const MutexLock lock(mutex_);
    const auto it = connectors_.find(name);
    return it == connectors_.end() ? std::nullopt : std::optional(it->second);
  }
  std::optional<storage::StoredStatus> task(const TaskId& id) const override {
    const auto all = tasks(id.connector);
    const auto it = all.find(id.task);
    return it == all.end() ? std::nullopt : std::optional(it->second);
  }
  std::map<std::int32_t, storage::StoredStatus> tasks(const std::string& connector) const override {
    const MutexLock lock(mutex_);
    const auto it = tasks_.find(connector);
    return it == tasks_.end() ? std::map<std::int32_t, storage::StoredStatus>{} : it->second;
  }
  std::vector<storage::TopicUse> topics(const std::string& connector) const override {
    const MutexLock lock(mutex_);
    std::vector<storage::TopicUse> all;
    const auto it = topics_.find(connector);
    if (it == topics_.end()) return all;
    for (const auto& [topic, use] : it->second) all.push_back(use);
    return all;
  }
  bool has_topic(const std::string& connector, const std::string& topic) const override {
    const MutexLock lock(mutex_);
    const auto it = topics_.find(connector);
    return it != topics_.end() && it->second.contains(topic);
  }
  /// Every state that was put for a connector ("a") or task ("a-0"), in order.
  std::vector<State> history(const std::string& of) const {
    const MutexLock lock(mutex_);
    const auto it = history_.find(of);
    return it == history_.end() ? std::vector<State>{} : it->second;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, storage::StoredStatus> connectors_ GUARDED_BY(mutex_);
  std::map<std::string, std::map<std::int32_t, storage::StoredStatus>> tasks_ GUARDED_BY(mutex_);
  std::map<std::string, std::map<std::string, storage::TopicUse>> topics_ GUARDED_BY(mutex_);
  std::map<std::string, std::vector<State>> history_ GUARDED_BY(mutex_);
};

}  // namespace millrace
