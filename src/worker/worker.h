#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "provider/providers.h"
#include "storage/status.h"
#include "worker/connector_offsets.h"
#include "worker/connector_runner.h"
#include "worker/offset_commit_schedule.h"
#include "worker/status_listener.h"
#include "worker/task_factory.h"
#include "worker/task_runner.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::worker {

/// Runs connectors and tasks: what the herder has decided on. Configurations come as they were
/// written; their variables are looked up here, for each start of a connector or task.
/// Threads: calls about one connector come from its lane, one after the other; different connectors
///          at once. Calls into a plugin happen on the calling thread or the task's, never with the
///          lock held.
/// Source:  org.apache.kafka.connect.runtime.Worker.
class Worker {
 public:
  /// How long a connector may take to stop before it is left behind.
  static constexpr std::chrono::milliseconds connector_stop_timeout{5'000};

  Worker(Environment environment, StatusListener& listener);
  ~Worker();

  /// Makes a connector and brings it to its state. Errors: it could not start, and is FAILED.
  Result<void> start_connector(const std::string& name, const ConfigMap& config,
                               TargetState target);
  Result<void> set_connector_state(const std::string& name, TargetState target);
  void stop_connector(const std::string& name);
  /// Leaves behind a connector that does not come back from a call: it is UNASSIGNED, whatever it
  /// says from now on counts for nothing, and it is stopped if it ever returns. Its name is free
  /// for another start, from another lane. Threads: any.
  void abandon_connector(const std::string& name);
  /// Complete task configurations, the task's class and a sink's topics included, with the
  /// connector's variables in place of their values.
  /// Errors: more than tasks.max, or the connector's own.
  Result<std::vector<ConfigMap>> task_configs(const std::string& name, const ConfigMap& config);
  /// Another number when a running connector's configuration is another one, or its variables have
  /// come to stand for other values.
  [[nodiscard]] std::size_t config_stamp(const std::string& name) const;

  Result<void> start_task(const TaskId& id, const ConfigMap& connector_config,
                          const ConfigMap& task_config, TargetState target);
  [[nodiscard]] bool has_task(const TaskId& id) const;
  void set_tasks_paused(std::string_view connector, bool paused);
  /// Stops these tasks (none: all), together within task.shutdown.graceful.timeout.ms; what takes
  /// longer is cancelled and left behind.
  void stop_tasks(std::span<const TaskId> ids);

  /// As ConnectorOffsets, with the configuration's variables looked up. Threads: any.
  [[nodiscard]] Result<std::vector<ConnectorOffset>> read_offsets(const std::string& name,
                                                                  const ConfigMap& config) const;
  [[nodiscard]] Result<bool> alter_offsets(const std::string& name, const ConfigMap& config,
                                           const std::vector<ConnectorOffset>& changes) const;
  [[nodiscard]] Result<bool> reset_offsets(const std::string& name, const ConfigMap& config) const;

 private:
  [[nodiscard]] std::shared_ptr<ConnectorRunner> find(const std::string& name) const;
  /// Counts how often the name was abandoned.
  [[nodiscard]] std::uint64_t life_of(const std::string& name) const;
  /// life: as it was when the work began; nothing is reported for one that was abandoned since.
  Result<void> fail(const std::string& name, std::uint64_t life, Error error);
  [[nodiscard]] Result<provider::Resolved> look_up(const ConfigMap& config) const;
  void tell_expiries(const std::string& name, const ConfigMap& connector_config,
                     const std::vector<provider::Resolved::Expiry>& expiries);
  /// A setting that has to be known before the task's thread runs; it may be a variable's value.
  [[nodiscard]] Result<std::string> value_of(const ConfigMap& connector_config,
                                             std::string_view key,
                                             std::string_view otherwise) const;
  Result<TaskFactory::Configs> task_parts(const TaskId& id, const ConfigMap& connector_config,
                                          const ConfigMap& task_config);

  const Environment environment_;
  StatusListener& listener_;
  TaskFactory factory_;
  const ConnectorOffsets offsets_;
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<ConnectorRunner>, std::less<>> connectors_
      GUARDED_BY(mutex_);
  /// What the variables of those connectors stood for when they were made.
  std::map<std::string, std::shared_ptr<const provider::Resolved>, std::less<>> resolved_
      GUARDED_BY(mutex_);
  std::map<std::string, std::uint64_t, std::less<>> lives_ GUARDED_BY(mutex_);  // of the abandoned
  std::map<TaskId, std::shared_ptr<TaskRunner>> tasks_ GUARDED_BY(mutex_);
  OffsetCommitSchedule commits_;
};

}  // namespace millrace::worker
