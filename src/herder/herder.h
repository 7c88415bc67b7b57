#pragma once

#include "herder/types.h"
#include "millrace/result.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Decides which connectors run: what REST and the command line talk to.
/// Threads: any. Questions are answered at once from the last known state and never wait for a
///          plugin or for Kafka. Changes are carried out in the background; their reply is called
///          once, on some thread of the herder's, and must not block.
/// Errors:  not_found, conflict, invalid_config (texts as Java's, see spec of the REST API), fatal.
class Herder {
 public:
  template <class T>
  using Reply = std::function<void(Result<T>)>;

  virtual ~Herder() = default;

  [[nodiscard]] virtual std::string kafka_cluster_id() const = 0;
  /// Start-up is over: every connector of the command line is up (standalone), or the group was
  /// joined for the first time (distributed).
  [[nodiscard]] virtual bool ready() const = 0;
  /// A sign of life: answered when the herder comes to it, behind the changes that wait before it.
  virtual void ping(Reply<void> reply) = 0;
  [[nodiscard]] virtual std::vector<std::string> connectors() const = 0;
  [[nodiscard]] virtual Result<ConnectorInfo> connector_info(std::string_view name) const = 0;
  [[nodiscard]] virtual Result<ConnectorStatus> connector_status(std::string_view name) const = 0;
  [[nodiscard]] virtual Result<TaskStatus> task_status(const TaskId& id) const = 0;
  [[nodiscard]] virtual Result<std::vector<TaskInfo>> tasks(std::string_view name) const = 0;
  /// connectors_only: sources and sinks alone. Sinks first, then sources, then the other kinds, by
  /// name within a kind.
  [[nodiscard]] virtual std::vector<PluginInfo> plugins(bool connectors_only) const = 0;

  /// Validates, stores and starts. must_be_new: a name that exists is a conflict.
  virtual void put_connector(const std::string& name, ConfigMap config, bool must_be_new,
                             std::optional<TargetState> initial_state, Reply<PutResult> reply) = 0;
  virtual void delete_connector(const std::string& name, Reply<void> reply) = 0;
  /// Answered when the wish is noted (started, paused) or the tasks were told (stopped).
  virtual void set_target_state(const std::string& name, TargetState state, Reply<void> reply) = 0;

  /// Restarts the connector alone.
  virtual void restart_connector(const std::string& name, Reply<void> reply) = 0;
  struct RestartRequest {
    bool include_tasks = false;
    bool only_failed = false;
  };
  /// Restarts the connector and its tasks as asked; the reply shows what will be restarted as
  /// RESTARTING.
  virtual void restart_connector_and_tasks(const std::string& name, RestartRequest request,
                                           Reply<ConnectorStatus> reply) = 0;
  virtual void restart_task(const TaskId& id, Reply<void> reply) = 0;

  /// What the connector's configuration would be judged as, key by key. The reply has the result
  /// with the groups in order. plugin: a class name or alias.
  struct Validation {
    std::string connector_class;
    int error_count = 0;
    std::vector<std::string> groups;
    struct Entry {
      std::optional<ConfigKey> definition;  ///< none: a key that nobody defines
      ConfigValue value;
    };
    std::vector<Entry> entries;
  };
  virtual void validate(const std::string& plugin, ConfigMap config, Reply<Validation> reply) = 0;
};

}  // namespace millrace
