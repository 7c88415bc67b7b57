#pragma once

#include "base/clock.h"
#include "base/mutex.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <string_view>

namespace millrace::pipeline {

/// What others want of a task, and the waits of the task that such a wish ends.
/// Threads: stop, cancel and set_paused from any; the waits from the task's own.
class TaskControl {
 public:
  explicit TaskControl(Clock& clock) : clock_(clock) {}

  /// Come to an orderly end: commit, stop, close.
  void stop();
  /// The task did not end in time: no more commits and status reports from now on.
  void cancel();
  void set_paused(bool paused);
  /// Called after each change: ends waits that happen elsewhere, in a poll. Must not call back.
  /// Once set_wake has returned, the one from before is not running and does not come again.
  void set_wake(std::function<void()> wake);

  [[nodiscard]] bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  [[nodiscard]] bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }
  [[nodiscard]] bool paused() const { return paused_.load(std::memory_order_acquire); }

  /// Waits until the time is over or somebody wants something. True: the task has to stop.
  /// A pause or resumption ends one wait, also when it came before the wait had begun.
  bool wait_for(std::chrono::milliseconds time);
  /// Waits until the time is over or the task is cancelled; a stop or pause does not end it.
  /// True: cancelled.
  bool wait_until_cancelled(std::chrono::milliseconds time);
  /// Whether a wait would end at once. Threads: the task's own.
  [[nodiscard]] bool interrupted();
  /// Waits while the task is to be paused. True: the task has to stop.
  bool wait_while_paused();

 private:
  void changed();

  Clock& clock_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> paused_ = false;
  Mutex mutex_;
  CondVar condition_;
  bool seen_paused_ GUARDED_BY(mutex_) = false;  // what the last wait came back with
  Mutex wake_mutex_;  // held while wake_ runs; never together with mutex_
  std::function<void()> wake_ GUARDED_BY(wake_mutex_);
};

/// Told what a task has come to. Threads: the task's.
class TaskListener {
 public:
  virtual ~TaskListener() = default;
  virtual void running() = 0;
  virtual void paused() = 0;
  /// Records have come from, or arrived in, this topic; told at least once for each batch.
  virtual void topic_used(std::string_view /*topic*/) {}
};

}  // namespace millrace::pipeline
