#pragma once

#include "base/mutex.h"

#include <atomic>
#include <csignal>
#include <functional>
#include <optional>

namespace millrace::app {

/// TERM, INT and HUP end the worker in order. A thread of its own takes them; every thread that is
/// started after this object leaves them alone. Lives as long as the program.
/// Threads: made first thing in main; the rest any.
class Signals {
 public:
  Signals();
  /// Waits for a signal, or until `done`, which is asked again after each `notify`. None: done.
  std::optional<int> wait(const std::function<bool()>& done = [] { return false; });
  void notify();
  /// While nothing has been started that would have to be stopped, a signal ends the program at
  /// once; true in the beginning.
  void set_exit_at_once(bool at_once) { exit_at_once_.store(at_once); }

 private:
  void watch();

  sigset_t set_{};
  std::atomic<bool> exit_at_once_ = true;
  Mutex mutex_;
  CondVar changed_;
  int signal_ GUARDED_BY(mutex_) = 0;
};

}  // namespace millrace::app
