#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "storage/status.h"
#include "worker/connector_runner.h"
#include "worker/offset_commit_schedule.h"
#include "worker/status_listener.h"
#include "worker/task_factory.h"
#include "worker/task_runner.h"

#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::worker {

/// Runs connectors and tasks: what the herder has decided on.
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
  /// Complete task configurations, the task's class and a sink's topics included.
  /// Errors: more than tasks.max, or the connector's own.
  Result<std::vector<ConfigMap>> task_configs(const std::string& name, const ConfigMap& config);

  Result<void> start_task(const TaskId& id, const ConfigMap& connector_config,
                          const ConfigMap& task_config, TargetState target);
  [[nodiscard]] bool has_task(const TaskId& id) const;
  void set_tasks_paused(std::string_view connector, bool paused);
  /// Stops these tasks (none: all), together within task.shutdown.graceful.timeout.ms; what takes
  /// longer is cancelled and left behind.
  void stop_tasks(std::span<const TaskId> ids);

 private:
  [[nodiscard]] std::shared_ptr<ConnectorRunner> find(const std::string& name) const;
  Result<void> fail(const std::string& name, Error error);

  const Environment environment_;
  StatusListener& listener_;
  TaskFactory factory_;
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<ConnectorRunner>, std::less<>> connectors_
      GUARDED_BY(mutex_);
  std::map<TaskId, std::shared_ptr<TaskRunner>> tasks_ GUARDED_BY(mutex_);
  OffsetCommitSchedule commits_;
};

}  // namespace millrace::worker
