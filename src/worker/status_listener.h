#pragma once

#include "storage/status.h"

#include <chrono>
#include <string>
#include <string_view>

namespace millrace::worker {

/// Told of what becomes of connectors and tasks. Threads: any; must not block.
class StatusListener {
 public:
  virtual ~StatusListener() = default;
  virtual void connector_status(const std::string& name, Status status) = 0;
  virtual void task_status(const TaskId& id, Status status) = 0;
  /// A connector says that its tasks have to be configured anew.
  virtual void reconfiguration_requested(const std::string& name) = 0;
  /// What a configuration provider gave for the connector or one of its tasks, from one place, is
  /// good for this long: the connector should be restarted then. A newer word on a place replaces
  /// the older one.
  virtual void values_expire(const std::string& /*connector*/, const std::string& /*place*/,
                             std::chrono::milliseconds /*after*/) {}
  /// A task has read from or written to a topic; told at least once for each batch that does.
  virtual void topic_used(const TaskId& /*id*/, std::string_view /*topic*/) {}
};

}  // namespace millrace::worker
