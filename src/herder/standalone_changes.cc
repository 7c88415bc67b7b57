// What a standalone herder does to connectors; every function runs in the connector's lane.
#include "base/log.h"
#include "herder/standalone_herder.h"

#include <utility>

namespace millrace {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.standalone.StandaloneHerder");
  return instance;
}

}  // namespace

Result<PutResult> StandaloneHerder::put(const std::string& name, ConfigMap config, bool must_be_new,
                                        std::optional<TargetState> initial_state,
                                        Progress& progress) {
  const Result<ConnectorType> type = validator_.check(config, progress);
  if (!type) return type.error();
  bool created = false;
  bool changed = false;
  {
    const MutexLock lock(mutex_);
    created = !connectors_.contains(name);
    if (!created && must_be_new) {
      return Error{ErrorCode::conflict, "Connector " + name + " already exists"};
    }
    Connector& connector = connectors_[name];
    changed = !(connector.config == config);
    connector.config = std::move(config);
    connector.type = *type;
    if (initial_state) connector.target = *initial_state;
  }
  reloads_.forget(name);  // the new configuration may look elsewhere
  if (!created) {
    progress.begin("stopping the connector");
    worker_->stop_connector(name);
  }
  progress.begin("starting the connector");
  MILLRACE_TRY(worker_->start_connector(name, find(name)->config, find(name)->target));
  if (find(name)->target == TargetState::started) {
    MILLRACE_TRY(update_tasks(name, changed ? Replace::always : Replace::if_changed, progress));
  }
  return PutResult{created, info(name, *find(name))};
}

Result<ConnectorInfo> StandaloneHerder::patch(const std::string& name, const ConfigMap& changes,
                                              Progress& progress) {
  const std::optional<Connector> connector = find(name);
  if (!connector) return Error{ErrorCode::not_found, "Connector " + name + " not found"};
  ConfigMap config = connector->config;
  for (const auto& [key, value] : changes) {
    value ? config.set(key, value) : config.erase(key);
  }
  Result<PutResult> done = put(name, std::move(config), false, std::nullopt, progress);
  if (!done) return std::move(done.error());
  return std::move(done->info);
}

Result<void> StandaloneHerder::remove(const std::string& name, Progress& progress) {
  if (!find(name)) return Error{ErrorCode::not_found, "Connector " + name + " not found"};
  progress.begin("stopping the connector and its tasks");
  stop_tasks(name);
  worker_->stop_connector(name);
  reloads_.forget(name);
  const MutexLock lock(mutex_);
  connectors_.erase(name);
  return {};
}

Result<void> StandaloneHerder::start(const std::string& name, Progress& progress) {
  const std::optional<Connector> connector = find(name);
  if (!connector) return Error{ErrorCode::not_found, "Unknown connector: " + name};
  progress.begin("starting the connector");
  MILLRACE_TRY(worker_->start_connector(name, connector->config, connector->target));
  if (connector->target != TargetState::started) return {};
  return update_tasks(name, Replace::if_changed, progress);
}

/// Brings the connector and its tasks to where the last pause, resume or stop wants them.
Result<void> StandaloneHerder::follow_target(const std::string& name) {
  const std::optional<Connector> connector = find(name);
  if (!connector) return {};
  if (connector->target == TargetState::stopped) {
    stop_tasks(name);
    const MutexLock lock(mutex_);
    if (const auto it = connectors_.find(name); it != connectors_.end()) {
      it->second.task_configs.clear();
      it->second.task_statuses.clear();
    }
  }
  MILLRACE_TRY(worker_->set_connector_state(name, connector->target));
  if (connector->target == TargetState::stopped) return {};
  worker_->set_tasks_paused(name, connector->target == TargetState::paused);
  if (connector->target == TargetState::paused) return {};
  Progress nobody_waits;
  return update_tasks(name, Replace::if_changed, nobody_waits);
}

/// Asks the connector for its tasks' configurations and replaces the tasks where they differ, or
/// where the connector's configuration means something else than when they were made.
Result<void> StandaloneHerder::update_tasks(const std::string& name, Replace replace,
                                            Progress& progress) {
  const std::optional<Connector> connector = find(name);
  if (!connector || connector->target != TargetState::started) return {};
  progress.begin("asking the connector for the configurations of its tasks");
  Result<std::vector<ConfigMap>> configs = worker_->task_configs(name, connector->config);
  if (!configs) return std::move(configs.error());
  const std::size_t stamp = worker_->config_stamp(name);
  if (replace == Replace::if_changed && *configs == connector->task_configs &&
      stamp == connector->config_stamp) {
    return {};
  }
  progress.begin("replacing the connector's tasks");
  stop_tasks(name);
  const std::size_t count = configs->size();
  {
    const MutexLock lock(mutex_);
    const auto it = connectors_.find(name);
    if (it == connectors_.end()) return {};
    it->second.task_configs = std::move(*configs);
    it->second.config_stamp = stamp;
    it->second.task_statuses.clear();
  }
  for (std::size_t i = 0; i < count; ++i) {
    MILLRACE_TRY(start_task({name, static_cast<std::int32_t>(i)}));
  }
  return {};
}

Result<void> StandaloneHerder::start_task(const TaskId& id) {
  const std::optional<Connector> connector = find(id.connector);
  if (!connector || static_cast<std::size_t>(id.task) >= connector->task_configs.size()) return {};
  return worker_->start_task(id, connector->config,
                             connector->task_configs[static_cast<std::size_t>(id.task)],
                             connector->target);
}

void StandaloneHerder::stop_tasks(const std::string& name) {
  const std::optional<Connector> connector = find(name);
  if (!connector) return;
  std::vector<TaskId> ids;
  for (std::size_t i = 0; i < connector->task_configs.size(); ++i) {
    ids.push_back({name, static_cast<std::int32_t>(i)});
  }
  if (!ids.empty()) worker_->stop_tasks(ids);
}

Result<ConnectorStatus> StandaloneHerder::restart(const std::string& name, RestartRequest request,
                                                  Progress& progress) {
  if (!find(name)) return Error{ErrorCode::not_found, "Unknown connector: " + name};
  Result<ConnectorStatus> plan =
      static_cast<const Herder&>(*this).connector_status(std::string_view(name));
  if (!plan) return Error{ErrorCode::not_found, "Status for connector " + name + " not found"};
  const auto wanted = [&request](const Status& status) {
    return !request.only_failed || status.state == State::failed;
  };
  const bool connector_too = wanted(plan->connector);
  std::vector<TaskId> tasks;
  for (TaskStatus& task : plan->tasks) {
    if (!request.include_tasks || !wanted(task.status)) continue;
    tasks.push_back(task.id);
    task.status.state = State::restarting;
  }
  if (connector_too) plan->connector.state = State::restarting;
  logger().info("Restarting connector {}{} and {} of its tasks", name,
                connector_too ? "" : " (not itself)", tasks.size());

  progress.begin("stopping what is to be restarted");
  if (!tasks.empty()) worker_->stop_tasks(tasks);
  if (connector_too) {
    worker_->stop_connector(name);
    MILLRACE_TRY(start(name, progress));
  }
  for (const TaskId& task : tasks) {
    if (!worker_->has_task(task)) MILLRACE_TRY(start_task(task));
  }
  return plan;
}

Result<void> StandaloneHerder::restart_one_task(const TaskId& id, Progress& progress) {
  const std::optional<Connector> connector = find(id.connector);
  if (!connector) return Error{ErrorCode::not_found, "Unknown connector: " + id.connector};
  if (id.task < 0 || static_cast<std::size_t>(id.task) >= connector->task_configs.size()) {
    return Error{ErrorCode::not_found, "Task " + id.to_string() + " not found"};
  }
  progress.begin("stopping the task");
  const TaskId ids[] = {id};
  worker_->stop_tasks(ids);
  return start_task(id);
}

}  // namespace millrace
