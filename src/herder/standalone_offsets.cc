// Offsets, topics and log levels of a standalone herder.
#include "herder/offset_changes.h"
#include "herder/standalone_herder.h"
#include "herder/standalone_log.h"

#include <utility>

namespace millrace {

namespace {

/// The client is told the error's own message; what led to it stands in the log.
template <class T>
void log_cause(const std::string& name, const Result<T>& result) {
  if (result || result.error().cause() == nullptr) return;
  standalone_logger().error("Offsets of connector {}: {}", name, result.error().trace());
}

}  // namespace

void StandaloneHerder::connector_offsets(const std::string& name,
                                         Reply<std::vector<ConnectorOffset>> reply) {
  // A lane for this one question: it waits for Kafka, and need not wait for the connector.
  Lane("offsets-" + name, "[" + name + "|worker] ").post([this, name, reply] {
    const std::optional<Connector> connector = find(name);
    if (!connector) {
      reply(Error{ErrorCode::not_found, "Connector " + name + " not found"});
      return;
    }
    reply.progress().begin("reading the offsets of connector " + name);
    Result<std::vector<ConnectorOffset>> offsets = worker_->read_offsets(name, connector->config);
    log_cause(name, offsets);
    reply(std::move(offsets));
  });
}

void StandaloneHerder::alter_offsets(const std::string& name, std::vector<ConnectorOffset> changes,
                                     Reply<bool> reply) {
  post(name, reply.progress(), [this, name, changes = std::move(changes), reply] {
    reply.progress().begin("altering the offsets of connector " + name);
    reply(change_offsets(name, [&](const ConfigMap& config) {
      return worker_->alter_offsets(name, config, changes);
    }));
  });
}

void StandaloneHerder::reset_offsets(const std::string& name, Reply<bool> reply) {
  post(name, reply.progress(), [this, name, reply] {
    reply.progress().begin("resetting the offsets of connector " + name);
    reply(change_offsets(
        name, [&](const ConfigMap& config) { return worker_->reset_offsets(name, config); }));
  });
}

Result<bool> StandaloneHerder::change_offsets(const std::string& name,
                                              const OffsetChangeFunction& change) {
  const std::optional<Connector> connector = find(name);
  if (!connector) return Error{ErrorCode::not_found, "Connector " + name + " not found"};
  if (connector->target != TargetState::stopped || !connector->task_configs.empty()) {
    return not_stopped(name);
  }
  Result<bool> changed = change(connector->config);
  log_cause(name, changed);
  return changed;
}

void StandaloneHerder::reset_active_topics(const std::string& name, Reply<void> reply) {
  {
    const MutexLock lock(mutex_);
    const auto it = connectors_.find(name);
    if (it != connectors_.end()) it->second.topics.clear();
  }
  reply({});
}

void StandaloneHerder::put_task_configs(const std::string& /*name*/,
                                        std::vector<ConfigMap> /*configs*/, Signed /*request*/,
                                        Reply<void> reply) {
  reply(Error{ErrorCode::fatal,
              "Kafka Connect in standalone mode does not support externally setting task "
              "configurations."});
}

void StandaloneHerder::fence_zombies(const std::string& /*name*/, Signed /*request*/,
                                     Reply<void> reply) {
  reply(Error{ErrorCode::fatal,
              "Kafka Connect in standalone mode does not support exactly-once source connectors."});
}

void StandaloneHerder::set_cluster_log_level(const std::string& logger, log::Level level,
                                             Reply<void> reply) {
  log::set_level(logger, level);
  reply({});
}

}  // namespace millrace
