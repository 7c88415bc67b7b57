#include "worker/worker.h"

#include "base/log.h"
#include "base/secrets.h"
#include "config/client_overrides.h"
#include "provider/variables.h"
#include "storage/offset_reader.h"
#include "worker/client_settings.h"
#include "worker/own_offsets.h"
#include "worker/plugin_versions.h"

#include <algorithm>
#include <utility>

namespace millrace::worker {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance = log::logger("org.apache.kafka.connect.runtime.Worker");
  return instance;
}

std::optional<std::string> shown(const std::string& version) {
  return version == "undefined" || version.empty() ? std::nullopt : std::optional(version);
}

constexpr std::string_view restart_max_key = "errors.task.restart.max";

/// Checked when the connector was configured; a variable may stand for something else by now.
Result<int> restart_max(const std::string& text) {
  const Result<Setting> max = parse_setting(restart_max_key, text, ConfigType::int32);
  if (!max) return max.error();
  return std::get<std::int32_t>(*max);
}

}  // namespace

Worker::Worker(Environment environment, StatusListener& listener)
    : environment_(std::move(environment)),
      listener_(listener),
      factory_(environment_),
      offsets_(ConnectorOffsets::Parts{
          .plugins = environment_.plugins,
          .store_of =
              [this](const std::string& name, const ConfigMap& config) {
                return offset_store_of(offset_places(environment_), {name, 0}, config);
              },
          .clock = environment_.clock,
          .store_timeout = environment_.config.offset_flush_timeout,
          .make_admin =
              [this](const std::string& name, const ConfigMap& config) {
                return environment_.clients.admin(connector_admin_settings(
                    environment_.config.settings.originals(), config, name));
              },
          .group_of =
              [this](const std::string& name, const ConfigMap& config) {
                return sink_consumer_settings(environment_.config.settings.originals(), config,
                                              {name, 0})
                    .get_or("group.id", "");
              }}),
      commits_(environment_.clock, environment_.config.offset_flush_interval) {}

Worker::~Worker() = default;

std::shared_ptr<ConnectorRunner> Worker::find(const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto it = connectors_.find(name);
  return it == connectors_.end() ? nullptr : it->second;
}

std::uint64_t Worker::life_of(const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto it = lives_.find(name);
  return it == lives_.end() ? 0 : it->second;
}

Result<void> Worker::fail(const std::string& name, std::uint64_t life, Error error) {
  error = secrets::redact(error);
  if (life_of(name) != life) return error;
  listener_.connector_status(
      name, Status{State::failed, environment_.worker_id, std::nullopt, error.trace()});
  return error;
}

Result<provider::Resolved> Worker::look_up(const ConfigMap& config) const {
  if (environment_.providers == nullptr) return provider::Resolved{config, {}, {}};
  return environment_.providers->resolve(config);
}

void Worker::tell_expiries(const std::string& name, const ConfigMap& connector_config,
                           const std::vector<provider::Resolved::Expiry>& expiries) {
  if (connector_config.get_or("config.action.reload", "restart") == "none") return;
  for (const auto& [source, after] : expiries) listener_.values_expire(name, source, after);
}

Result<void> Worker::start_connector(const std::string& name, const ConfigMap& config,
                                     TargetState target) {
  const std::uint64_t life = life_of(name);
  Result<provider::Resolved> looked_up = look_up(config);
  if (!looked_up) return fail(name, life, std::move(looked_up.error()));
  const auto resolved = std::make_shared<const provider::Resolved>(*std::move(looked_up));
  tell_expiries(name, resolved->config, resolved->expiries);
  const std::string class_name = resolved->config.get_or("connector.class", "");
  logger().info("Creating connector {} of type {}", name, class_name);
  ConnectorRunner::Instance instance;
  const ConfigDef* definition = nullptr;
  const auto choose = [&](const auto& plugin) -> Result<std::optional<std::string>> {
    MILLRACE_TRY(
        require_versions(resolved->config, plugin.name, plugin.version, environment_.plugins));
    instance = plugin.make_connector();
    definition = &plugin.config;
    return shown(plugin.version);
  };
  Result<std::optional<std::string>> version;
  if (const SourcePlugin* source = environment_.plugins.find_source(class_name)) {
    version = choose(*source);
  } else if (const SinkPlugin* sink = environment_.plugins.find_sink(class_name)) {
    version = choose(*sink);
  } else {
    return fail(
        name, life,
        Error{ErrorCode::invalid_config, environment_.plugins.unknown_connector(class_name)});
  }
  if (!version) return fail(name, life, std::move(version.error()));
  Result<Config> parsed = definition->parse(resolved->config);
  if (!parsed) return fail(name, life, std::move(parsed.error()));
  auto runner = std::make_shared<ConnectorRunner>(
      ConnectorRunner::Identity{name, environment_.worker_id, *version}, std::move(instance),
      std::move(*parsed), std::make_unique<storage::OffsetReader>(environment_.offsets, name),
      listener_);
  {
    const MutexLock lock(mutex_);
    const auto now = lives_.find(name);
    if ((now == lives_.end() ? 0 : now->second) != life) {
      return Error{ErrorCode::fatal, "Connector " + name + " was given up while it started"};
    }
    connectors_.insert_or_assign(name, runner);
    resolved_.insert_or_assign(name, resolved);
  }
  MILLRACE_TRY(runner->transition(target));
  logger().info("Finished creating connector {}", name);
  return {};
}

Result<void> Worker::set_connector_state(const std::string& name, TargetState target) {
  const std::shared_ptr<ConnectorRunner> runner = find(name);
  if (!runner) return Error{ErrorCode::not_found, "Connector " + name + " is not running here"};
  return runner->transition(target);
}

void Worker::stop_connector(const std::string& name) {
  std::shared_ptr<ConnectorRunner> runner;
  {
    const MutexLock lock(mutex_);
    const auto it = connectors_.find(name);
    if (it == connectors_.end()) return;
    runner = std::move(it->second);
    connectors_.erase(it);
    resolved_.erase(name);
  }
  runner->shutdown();
}

void Worker::abandon_connector(const std::string& name) {
  std::shared_ptr<ConnectorRunner> runner;
  {
    const MutexLock lock(mutex_);
    ++lives_[name];
    if (const auto it = connectors_.find(name); it != connectors_.end()) {
      runner = std::move(it->second);
      connectors_.erase(it);
    }
    resolved_.erase(name);
  }
  if (runner) return runner->abandon();
  listener_.connector_status(name,
                             Status{State::unassigned, environment_.worker_id, std::nullopt, {}});
}

Result<std::vector<ConfigMap>> Worker::task_configs(const std::string& name,
                                                    const ConfigMap& config) {
  const std::shared_ptr<ConnectorRunner> runner = find(name);
  if (!runner) return Error{ErrorCode::not_found, "Connector " + name + " is not running here"};
  const std::shared_ptr<const provider::Resolved> resolved = [&] {
    const MutexLock lock(mutex_);
    const auto it = resolved_.find(name);
    return it != resolved_.end() ? it->second : std::make_shared<const provider::Resolved>();
  }();
  const Result<Setting> max =
      parse_setting("tasks.max", resolved->config.get_or("tasks.max", "1"), ConfigType::int32);
  if (!max) return max.error();
  const std::int32_t limit = std::get<std::int32_t>(*max);
  Result<std::vector<ConfigMap>> configs = runner->task_configs(limit);
  if (!configs) return configs;
  if (configs->size() > static_cast<std::size_t>(limit) &&
      resolved->config.get_or("tasks.max.enforce", "true") != "false") {
    Error error{ErrorCode::fatal, "org.apache.kafka.connect.errors.TooManyTasksException",
                "The connector " + name + " has generated " + std::to_string(configs->size()) +
                    " tasks, which is greater than " + std::to_string(limit) +
                    ", the maximum number of tasks it is configured to create (tasks.max)."};
    return fail(name, life_of(name), std::move(error)).error();
  }
  const std::string class_name = resolved->config.get_or("connector.class", "");
  const SourcePlugin* source = environment_.plugins.find_source(class_name);
  const SinkPlugin* sink = source != nullptr ? nullptr : environment_.plugins.find_sink(class_name);
  for (ConfigMap& task : *configs) {
    if (source != nullptr) task.set("task.class", source->task_name);
    if (sink != nullptr) {
      task.set("task.class", sink->task_name);
      for (const std::string_view key : {"topics", "topics.regex"}) {
        if (const std::string* value = config.find(key)) task.set(std::string(key), *value);
      }
    }
    provider::put_variables_back(config, *resolved, task);
  }
  return configs;
}

std::size_t Worker::config_stamp(const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto it = resolved_.find(name);
  if (it == resolved_.end()) return 0;
  std::string all;
  for (const auto& [key, value] : it->second->config) {
    all.append(key).append(1, '\0').append(value.value_or("")).append(1, '\0');
  }
  return std::hash<std::string>()(all);
}

Result<std::string> Worker::value_of(const ConfigMap& connector_config, std::string_view key,
                                     std::string_view otherwise) const {
  const std::string text = connector_config.get_or(key, otherwise);
  if (!provider::has_variable(text)) return text;
  const Result<provider::Resolved> resolved = look_up({{std::string(key), text}});
  if (!resolved) return resolved.error();
  return resolved->config.get_or(key, otherwise);
}

Result<TaskFactory::Configs> Worker::task_parts(const TaskId& id, const ConfigMap& connector_config,
                                                const ConfigMap& task_config) {
  Result<provider::Resolved> connector = look_up(connector_config);
  if (!connector) return std::move(connector.error());
  Result<provider::Resolved> task = look_up(task_config);
  if (!task) return std::move(task.error());
  tell_expiries(id.connector, connector->config, connector->expiries);
  tell_expiries(id.connector, connector->config, task->expiries);
  return TaskFactory::Configs{std::move(connector->config), std::move(task->config),
                              [this, task_config]() -> Result<ConfigMap> {
                                Result<provider::Resolved> now = look_up(task_config);
                                if (!now) return std::move(now.error());
                                return std::move(now->config);
                              }};
}

Result<void> Worker::start_task(const TaskId& id, const ConfigMap& connector_config,
                                const ConfigMap& task_config, TargetState target) {
  logger().info("Creating task {}", id.to_string());
  const Result<std::string> class_name = value_of(connector_config, "connector.class", "");
  if (!class_name) return class_name.error();
  // What cannot be looked up or read fails the task below, for good.
  const Result<std::string> restarts = value_of(connector_config, restart_max_key, "0");
  const Result<int> most_restarts = restarts ? restart_max(*restarts) : 0;
  const SourcePlugin* source = environment_.plugins.find_source(*class_name);
  const SinkPlugin* sink =
      source != nullptr ? nullptr : environment_.plugins.find_sink(*class_name);
  const std::string version =
      source != nullptr ? source->version : (sink != nullptr ? sink->version : "");
  auto runner = std::make_shared<TaskRunner>(
      TaskRunner::Identity{id, environment_.worker_id, shown(version)}, environment_.clock,
      listener_,
      [this, id, connector_config, task_config, source](const pipeline::Surroundings& surroundings)
          -> Result<std::shared_ptr<pipeline::Pipeline>> {
        const Result<TaskFactory::Configs> configs = task_parts(id, connector_config, task_config);
        if (!configs) return configs.error();
        if (const auto max = restart_max(configs->connector.get_or(restart_max_key, "0")); !max) {
          return max.error();
        }
        MILLRACE_TRY(config::check_override_policy(
            {.kind =
                 source != nullptr ? config::ConnectorKind::source : config::ConnectorKind::sink,
             .class_name = connector_config.get_or("connector.class", ""),
             .properties = configs->connector},
            environment_.override_policy));
        return factory_.make(id, *configs, surroundings);
      },
      [this, connector_config](const Error& error) {
        return factory_.fall_back(error, connector_config);
      },
      RestartPolicy(most_restarts ? *most_restarts : 0));
  {
    const MutexLock lock(mutex_);
    if (!tasks_.emplace(id, runner).second) {
      return Error{ErrorCode::conflict, "Task already exists in this worker: " + id.to_string()};
    }
  }
  if (source != nullptr) commits_.add(runner);
  runner->start(target == TargetState::paused);
  return {};
}

bool Worker::has_task(const TaskId& id) const {
  const MutexLock lock(mutex_);
  return tasks_.contains(id);
}

void Worker::set_tasks_paused(std::string_view connector, bool paused) {
  std::vector<std::shared_ptr<TaskRunner>> concerned;
  {
    const MutexLock lock(mutex_);
    for (const auto& [id, runner] : tasks_) {
      if (id.connector == connector) concerned.push_back(runner);
    }
  }
  for (const auto& runner : concerned) runner->set_paused(paused);
}

void Worker::stop_tasks(std::span<const TaskId> ids) {
  std::vector<std::shared_ptr<TaskRunner>> concerned;
  {
    const MutexLock lock(mutex_);
    for (auto it = tasks_.begin(); it != tasks_.end();) {
      if (ids.empty() || std::find(ids.begin(), ids.end(), it->first) != ids.end()) {
        concerned.push_back(std::move(it->second));
        it = tasks_.erase(it);
      } else {
        ++it;
      }
    }
  }
  for (const auto& runner : concerned) runner->stop();
  const Clock::Time deadline =
      deadline_after(environment_.clock.now(), environment_.config.task_shutdown_timeout);
  for (const auto& runner : concerned) {
    if (!runner->await(deadline)) runner->cancel();
    commits_.remove(runner->id());
  }
}

Result<std::vector<ConnectorOffset>> Worker::read_offsets(const std::string& name,
                                                          const ConfigMap& config) const {
  const Result<provider::Resolved> resolved = look_up(config);
  if (!resolved) return resolved.error();
  return offsets_.read(name, resolved->config);
}

Result<bool> Worker::alter_offsets(const std::string& name, const ConfigMap& config,
                                   const std::vector<ConnectorOffset>& changes) const {
  const Result<provider::Resolved> resolved = look_up(config);
  if (!resolved) return resolved.error();
  return offsets_.alter(name, resolved->config, changes);
}

Result<bool> Worker::reset_offsets(const std::string& name, const ConfigMap& config) const {
  const Result<provider::Resolved> resolved = look_up(config);
  if (!resolved) return resolved.error();
  return offsets_.reset(name, resolved->config);
}

}  // namespace millrace::worker
