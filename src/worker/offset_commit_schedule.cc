#include "worker/offset_commit_schedule.h"

#include "base/thread.h"

#include <algorithm>
#include <utility>

namespace millrace::worker {

OffsetCommitSchedule::OffsetCommitSchedule(Clock& clock, std::chrono::milliseconds interval)
    : clock_(clock), interval_(interval) {
  thread_ = start_thread("offset-commits", [this] { run(); });
}

OffsetCommitSchedule::~OffsetCommitSchedule() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void OffsetCommitSchedule::add(std::shared_ptr<TaskRunner> task) {
  {
    const MutexLock lock(mutex_);
    const TaskId id = task->id();
    entries_.insert_or_assign(id, Entry{std::move(task), deadline_after(clock_.now(), interval_)});
  }
  changed_.notify_all();
}

void OffsetCommitSchedule::remove(const TaskId& id) {
  const MutexLock lock(mutex_);
  entries_.erase(id);
}

std::shared_ptr<TaskRunner> OffsetCommitSchedule::next() {
  const MutexLock lock(mutex_);
  while (!ending_) {
    const auto first =
        std::min_element(entries_.begin(), entries_.end(),
                         [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
    if (first == entries_.end()) {
      changed_.wait(mutex_);
    } else if (const Clock::Time due = first->second.due; clock_.now() < due) {
      clock_.wait_until(mutex_, changed_, due);
    } else {
      return first->second.task;
    }
  }
  return nullptr;
}

void OffsetCommitSchedule::run() {
  while (const std::shared_ptr<TaskRunner> task = next()) {
    task->commit_offsets();
    const MutexLock lock(mutex_);
    const auto it = entries_.find(task->id());
    if (it != entries_.end() && it->second.task == task) {
      it->second.due = deadline_after(clock_.now(), interval_);
    }
  }
}

}  // namespace millrace::worker
