#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "worker/task_runner.h"

#include <chrono>
#include <map>
#include <memory>
#include <thread>

namespace millrace::worker {

/// Lets each source task store its offsets, one after the other on one thread, every
/// offset.flush.interval.ms after the last time. Sleeps as long as there is nothing to do.
/// Threads: add and remove from any. Source: SourceTaskOffsetCommitter.
class OffsetCommitSchedule {
 public:
  OffsetCommitSchedule(Clock& clock, std::chrono::milliseconds interval);
  ~OffsetCommitSchedule();
  OffsetCommitSchedule(const OffsetCommitSchedule&) = delete;
  OffsetCommitSchedule& operator=(const OffsetCommitSchedule&) = delete;

  void add(std::shared_ptr<TaskRunner> task);
  void remove(const TaskId& id);

 private:
  struct Entry {
    std::shared_ptr<TaskRunner> task;
    Clock::Time due;
  };
  void run();
  /// Waits for the next task that is due; null: the end.
  std::shared_ptr<TaskRunner> next();

  Clock& clock_;
  const std::chrono::milliseconds interval_;
  Mutex mutex_;
  CondVar changed_;
  std::map<TaskId, Entry> entries_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: joined before the rest is destroyed
};

}  // namespace millrace::worker
