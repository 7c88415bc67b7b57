#pragma once

#include "storage/status.h"

#include <string>

namespace millrace::worker {

/// Told of what becomes of connectors and tasks. Threads: any; must not block.
class StatusListener {
 public:
  virtual ~StatusListener() = default;
  virtual void connector_status(const std::string& name, Status status) = 0;
  virtual void task_status(const TaskId& id, Status status) = 0;
  /// A connector says that its tasks have to be configured anew.
  virtual void reconfiguration_requested(const std::string& name) = 0;
};

}  // namespace millrace::worker
