#include "storage/cluster_config_builder.h"

#include <utility>

namespace millrace::storage {
namespace {

/// Whether 0 to count - 1 are all there; the count may be any number, what is held is small.
bool complete(const std::map<std::int32_t, ConfigMap>& held, std::int32_t count) {
  std::int32_t next = 0;
  for (auto it = held.begin(); it != held.end() && next < count && it->first == next; ++it) ++next;
  return next == count;
}

}  // namespace

Result<ConfigChange> ClusterConfigBuilder::apply(const LogRecord& record) {
  ConfigReading reading = read_config_record(record);
  if (reading.counts) {
    current_.offset = record.offset + 1;
    shared_ = nullptr;
  }
  if (!reading.record) return std::move(reading.record.error());
  return std::visit([this](auto& content) { return take(std::move(content)); }, *reading.record);
}

ConfigChange ClusterConfigBuilder::take(ConnectorRecord record) {
  Known& known = change(record.connector);
  if (!record.config) {
    const bool was_there = known.config.has_value();
    forget(known);
    if (!was_there) return {};
    return ConnectorRemoved{std::move(record.connector)};
  }
  known.config = std::move(record.config);
  if (!known.target) known.target = TargetState::started;
  return ConnectorChanged{std::move(record.connector)};
}

ConfigChange ClusterConfigBuilder::take(const TargetRecord& record) {
  Known& known = change(record.connector);
  const std::optional<TargetState> before = known.target;
  known.target = record.target;
  if (!known.config) return {};  // being created with this state, or deleted
  if (!known.target) known.target = TargetState::started;
  if (known.target == before) return {};
  return TargetChanged{record.connector};
}

ConfigChange ClusterConfigBuilder::take(TaskRecord record) {
  Known& known = known_[record.id.connector];
  known.held.insert_or_assign(record.id.task, std::move(record.config));
  known.tasks_came = true;
  return {};
}

ConfigChange ClusterConfigBuilder::take(const CommitRecord& record) {
  Known& known = change(record.connector);
  if (!known.config) {  // it was deleted, and compaction took the rest
    forget(known);
    return {};
  }
  known.inconsistent = !complete(known.held, record.tasks);
  known.task_configs.clear();
  if (!known.inconsistent) {
    for (auto& [task, config] : known.held) {
      if (task < record.tasks) known.task_configs.push_back(std::move(config));
    }
    known.applied = known.config;
    if (known.tasks_came) ++known.generation;
  }
  // A later commit brings all of them again.
  known.held.clear();
  known.fencing_pending = true;
  return TasksChanged{record.connector};
}

ConfigChange ClusterConfigBuilder::take(const FencingRecord& record) {
  Known& known = change(record.connector);
  known.fenced_tasks = record.tasks;
  known.fencing_pending = false;
  return {};
}

ConfigChange ClusterConfigBuilder::take(SessionKey record) {
  current_.session_key = record;
  return record;
}

ClusterConfigBuilder::Known& ClusterConfigBuilder::change(const std::string& name) {
  changed_.insert(name);
  return known_[name];
}

// Its wish and what was fenced have records of their own, which may outlive it.
void ClusterConfigBuilder::forget(Known& known) {
  Known left;
  left.target = known.target;
  left.fenced_tasks = known.fenced_tasks;
  left.fencing_pending = known.fencing_pending;
  known = std::move(left);
}

std::shared_ptr<const ClusterConfig> ClusterConfigBuilder::snapshot() {
  for (const std::string& name : changed_) {
    const Known& known = known_.find(name)->second;
    if (!known.config) {
      current_.connectors.erase(name);
      continue;
    }
    current_.connectors.insert_or_assign(
        name, std::make_shared<const ConnectorEntry>(ConnectorEntry{
                  *known.config, *known.target, known.task_configs, known.inconsistent,
                  known.applied, known.generation, known.fenced_tasks, known.fencing_pending}));
  }
  changed_.clear();
  if (!shared_) shared_ = std::make_shared<const ClusterConfig>(current_);
  return shared_;
}

}  // namespace millrace::storage
