#include "herder/standalone_herder.h"

#include "herder/plugin_list.h"
#include "herder/rest_errors.h"
#include "herder/standalone_log.h"

#include <algorithm>
#include <utility>

namespace millrace {

StandaloneHerder::StandaloneHerder(std::string kafka_cluster_id, const plugin::Registry& plugins,
                                   ConnectorValidator validator, Clock& clock, TopicTracking topics)
    : kafka_cluster_id_(std::move(kafka_cluster_id)),
      plugins_(plugins),
      clock_(clock),
      validator_(std::move(validator)),
      topic_tracking_(topics),
      calls_(clock),
      reloads_(clock, [this](const std::string& name) { reload(name); }) {}

StandaloneHerder::~StandaloneHerder() = default;

// Questions: answered from the snapshot.

std::vector<std::string> StandaloneHerder::connectors() const {
  const MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, connector] : connectors_) names.push_back(name);
  return names;
}

std::optional<StandaloneHerder::Connector> StandaloneHerder::find(std::string_view name) const {
  const MutexLock lock(mutex_);
  const auto it = connectors_.find(name);
  if (it == connectors_.end()) return std::nullopt;
  return it->second;
}

ConnectorInfo StandaloneHerder::info(const std::string& name, const Connector& connector) {
  ConnectorInfo info{name, connector.type, connector.config, {}};
  for (std::size_t i = 0; i < connector.task_configs.size(); ++i) {
    info.tasks.push_back({name, static_cast<std::int32_t>(i)});
  }
  return info;
}

Result<ConnectorInfo> StandaloneHerder::connector_info(std::string_view name) const {
  const std::optional<Connector> connector = find(name);
  if (!connector) return not_found("Connector ", name, " not found");
  return info(std::string(name), *connector);
}

Result<ConnectorStatus> StandaloneHerder::connector_status(std::string_view name) const {
  const std::optional<Connector> connector = find(name);
  if (!connector || !connector->status) return not_found("No status found for connector ", name);
  ConnectorStatus status{std::string(name), connector->type, *connector->status, {}};
  for (const auto& [task, one] : connector->task_statuses) {
    status.tasks.push_back({{std::string(name), task}, one});
  }
  return status;
}

Result<TaskStatus> StandaloneHerder::task_status(const TaskId& id) const {
  const std::optional<Connector> connector = find(id.connector);
  if (connector) {
    const auto it = connector->task_statuses.find(id.task);
    if (it != connector->task_statuses.end()) return TaskStatus{id, it->second};
  }
  return not_found("No status found for task ", id.to_string());
}

Result<std::vector<TaskInfo>> StandaloneHerder::tasks(std::string_view name) const {
  const std::optional<Connector> connector = find(name);
  if (!connector) return not_found("Connector ", name, " not found");
  std::vector<TaskInfo> result;
  for (const ConfigMap& config : connector->task_configs) {
    result.push_back({{std::string(name), static_cast<std::int32_t>(result.size())}, config});
  }
  return result;
}

void StandaloneHerder::ping(Reply<void> reply) {
  // The connectors of the command line may take their time, and a probe that asks every second is
  // better served now than after its own time limit.
  if (!ready()) return reply(Error{ErrorCode::retriable, "Worker is still starting up."});
  reply({});
}

std::vector<PluginInfo> StandaloneHerder::plugins(bool connectors_only) const {
  return list_plugins(plugins_, connectors_only);
}

std::vector<std::string> StandaloneHerder::active_topics(std::string_view name) const {
  const MutexLock lock(mutex_);
  const auto it = connectors_.find(name);
  if (it == connectors_.end()) return {};
  return {it->second.topics.begin(), it->second.topics.end()};
}

// What the worker tells.

void StandaloneHerder::connector_status(const std::string& name, Status status) {
  const MutexLock lock(mutex_);
  if (const auto it = connectors_.find(name); it != connectors_.end()) {
    it->second.status = std::move(status);
  }
}

void StandaloneHerder::task_status(const TaskId& id, Status status) {
  const MutexLock lock(mutex_);
  const auto it = connectors_.find(id.connector);
  if (it == connectors_.end()) return;
  if (static_cast<std::size_t>(id.task) >= it->second.task_configs.size())
    return;  // it was removed
  it->second.task_statuses.insert_or_assign(id.task, std::move(status));
}

void StandaloneHerder::topic_used(const TaskId& id, std::string_view topic) {
  if (!topic_tracking_.enabled) return;
  const MutexLock lock(mutex_);
  const auto it = connectors_.find(id.connector);
  if (it == connectors_.end() || it->second.topics.contains(topic)) return;
  it->second.topics.emplace(topic);
}

void StandaloneHerder::reconfiguration_requested(const std::string& name) {
  post(name, [this, name] {
    Progress nobody_waits;
    const Result<void> done = update_tasks(name, Replace::if_changed, nobody_waits);
    if (!done) {
      standalone_logger().error("Connector {} could not configure its tasks anew: {}", name,
                                done.error().trace());
    }
  });
}

void StandaloneHerder::values_expire(const std::string& connector, const std::string& place,
                                     std::chrono::milliseconds after) {
  standalone_logger().info("Connector {} will be restarted: what {} gave for it is good for {} ms",
                           connector, place, after.count());
  reloads_.expect(connector, place, after);
}

void StandaloneHerder::reload(const std::string& name) {
  if (!find(name)) return;
  standalone_logger().info("Restarting connector {}: values in its configuration are due", name);
  restart_connector(name, [name](const Result<void>& done) {
    if (!done)
      standalone_logger().error("Connector {} could not be restarted: {}", name,
                                done.error().trace());
  });
}

// Requests: validated first, then carried out in the connector's lane (standalone_changes.cc).

void StandaloneHerder::post(const std::string& name, std::function<void()> work) {
  const MutexLock lock(mutex_);
  if (stopping_) return;
  std::erase_if(lanes_, [this, &name](const auto& lane) REQUIRES(mutex_) {
    return lane.first != name && !connectors_.contains(lane.first) && lane.second->idle();
  });
  std::unique_ptr<Lane>& lane = lanes_[name];
  if (!lane) {
    lane = std::make_unique<Lane>("connector-thread-" + name, "[" + name + "|worker] ");
  }
  lane->post(std::move(work));
}

void StandaloneHerder::post(const std::string& name, Progress& progress,
                            std::function<void()> work) {
  progress.begin("waiting for earlier requests about connector " + name + " to be carried out");
  post(name, std::move(work));
}

void StandaloneHerder::put_connector(const std::string& name, ConfigMap config, bool must_be_new,
                                     std::optional<TargetState> initial_state,
                                     Reply<PutResult> reply) {
  when_valid(config, reply, [=, this](ConnectorType type) {
    post(name, reply.progress(), [=, this] {
      reply(put(name, config, type, must_be_new, initial_state, reply.progress()));
    });
  });
}

void StandaloneHerder::patch_connector(const std::string& name, ConfigMap patch,
                                       Reply<ConnectorInfo> reply) {
  post(name, reply.progress(), [=, this] {
    const std::optional<Connector> before = find(name);
    if (!before) {
      return reply(Error{ErrorCode::not_found, "Connector " + name + " not found"});
    }
    const ConfigMap config = patched(before->config, patch);
    when_valid(config, reply, [=, this](ConnectorType type) {
      post(name, reply.progress(), [=, this] {
        const std::optional<Connector> now = find(name);
        // Somebody else was quicker: what is patched is what there is now.
        if (!now || now->config != before->config) return patch_connector(name, patch, reply);
        Result<PutResult> done = put(name, config, type, false, std::nullopt, reply.progress());
        if (!done) return reply(std::move(done.error()));
        reply(std::move(done->info));
      });
    });
  });
}

void StandaloneHerder::delete_connector(const std::string& name, Reply<void> reply) {
  post(name, reply.progress(), [this, name, reply] { reply(remove(name, reply.progress())); });
}

void StandaloneHerder::set_target_state(const std::string& name, TargetState state,
                                        Reply<void> reply) {
  {
    const MutexLock lock(mutex_);
    const auto it = connectors_.find(name);
    if (it != connectors_.end()) it->second.target = state;
  }
  if (!find(name)) {
    reply(not_found("Unknown connector ", name));
    return;
  }
  const bool wait = state == TargetState::stopped;
  if (!wait) reply({});
  post(name, reply.progress(), [this, name, wait, reply] {
    reply.progress().begin("stopping the tasks of connector " + name);
    const Result<void> done = follow_target(name);
    if (!done) standalone_logger().error("Connector {}: {}", name, done.error().message());
    if (wait) reply({});
  });
}

void StandaloneHerder::restart_connector(const std::string& name, Reply<void> reply) {
  post(name, reply.progress(), [this, name, reply] {
    if (!find(name)) {
      reply(not_found("Unknown connector: ", name));
      return;
    }
    reply.progress().begin("stopping the connector");
    worker_->stop_connector(name);
    reply(start(name, reply.progress()));
  });
}

void StandaloneHerder::restart_connector_and_tasks(const std::string& name, RestartRequest request,
                                                   Reply<ConnectorStatus> reply) {
  post(name, reply.progress(),
       [this, name, request, reply] { reply(restart(name, request, reply.progress())); });
}

void StandaloneHerder::restart_task(const TaskId& id, Reply<void> reply) {
  post(id.connector, reply.progress(),
       [this, id, reply] { reply(restart_one_task(id, reply.progress())); });
}

void StandaloneHerder::validate(ConfigMap config, Reply<Validation> reply) {
  calls_.run(validator_.asked(config), reply, "connector validation",
             [this, config, reply] { reply(validator_.validate(config, reply.progress())); });
}

template <class T>
void StandaloneHerder::when_valid(const ConfigMap& config, const Reply<T>& reply,
                                  std::function<void(ConnectorType)> then) {
  calls_.run(validator_.asked(config), reply, "connector validation",
             [this, config, reply, then = std::move(then)] {
               const Result<ConnectorType> type = validator_.check(config, reply.progress());
               if (!type) return reply(type.error());
               then(*type);
             });
}

void StandaloneHerder::stop() {
  reloads_.stop();
  calls_.stop();
  std::vector<std::string> names = connectors();
  worker_->stop_tasks({});
  struct Pending {
    Mutex mutex;
    CondVar changed;
    std::size_t count GUARDED_BY(mutex) = 0;
  };
  const auto pending = std::make_shared<Pending>();  // a connector that hangs may answer later
  {
    const MutexLock lock(pending->mutex);
    pending->count = names.size();
  }
  for (const std::string& name : names) {
    post(name, [this, name, pending] {
      worker_->stop_connector(name);
      const MutexLock lock(pending->mutex);
      --pending->count;
      pending->changed.notify_all();
    });
  }
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  const Clock::Time deadline = deadline_after(clock_.now(), worker::Worker::connector_stop_timeout);
  const MutexLock lock(pending->mutex);
  while (pending->count > 0 && clock_.now() < deadline) {
    clock_.wait_until(pending->mutex, pending->changed, deadline);
  }
  if (pending->count > 0)
    standalone_logger().warn("{} connectors did not stop in time", pending->count);
}

}  // namespace millrace
