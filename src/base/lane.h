#pragma once

#include "base/mutex.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace millrace {

/// Does one thing after the other, on a thread of its own that exists only while there is
/// something to do. Each connector has one: what hangs in it hangs alone.
/// Threads: post from any. Destroying a lane lets what was posted run to its end by itself.
class Lane {
 public:
  /// name: of the thread, and the prefix of what it logs ("[orders|worker] ").
  Lane(std::string thread_name, std::string log_context);
  void post(std::function<void()> work);
  /// True: nothing is waiting or being done.
  [[nodiscard]] bool idle() const;

 private:
  struct State {
    std::string thread_name;
    std::string log_context;
    mutable Mutex mutex;
    std::deque<std::function<void()>> queue GUARDED_BY(mutex);
    bool running GUARDED_BY(mutex) = false;
  };
  static void run(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;  // shared with the thread, which may outlive the lane
};

/// Waits until everything that was posted is done. False: not within the limit.
bool wait_for(Lane& lane, std::chrono::milliseconds limit);

}  // namespace millrace
