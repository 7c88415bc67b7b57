// What a standalone herder does to connectors; every function runs in the connector's lane.
#include "herder/restart_plan.h"
#include "herder/standalone_herder.h"
#include "herder/standalone_log.h"

#include <utility>

namespace millrace {

Result<PutResult> StandaloneHerder::put(const std::string& name, ConfigMap config,
                                        ConnectorType type, bool must_be_new,
                                        std::optional<TargetState> initial_state,
                                        Progress& progress) {
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
    connector.type = type;
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
  Result<RestartPlan> plan = plan_restart(*this, name, request);
  if (!plan) return std::move(plan.error());
  standalone_logger().info("Restarting connector {}{} and {} of its tasks", name,
                           plan->connector ? "" : " (not itself)", plan->tasks.size());

  progress.begin("stopping what is to be restarted");
  if (!plan->tasks.empty()) worker_->stop_tasks(plan->tasks);
  if (plan->connector) {
    worker_->stop_connector(name);
    MILLRACE_TRY(start(name, progress));
  }
  for (const TaskId& task : plan->tasks) {
    if (!worker_->has_task(task)) MILLRACE_TRY(start_task(task));
  }
  return std::move(plan->status);
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
