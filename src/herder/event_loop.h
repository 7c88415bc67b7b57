#pragma once

#include "base/clock.h"
#include "base/mutex.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>

namespace millrace {

/// One thread that does what it is given, one thing after the other, and what is due by the clock.
/// What it does must not block: everybody waits for it.
/// Threads: post and check_time from any; at and cancel on the loop's own thread, or before start.
class EventLoop {
 public:
  using Work = std::function<void()>;
  using Timer = std::pair<Clock::Time, std::uint64_t>;

  EventLoop(Clock& clock, std::string thread_name);
  /// As stop.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void start();
  void post(Work work);
  /// Once, not before that time.
  Timer at(Clock::Time time, Work work);
  Timer after(std::chrono::milliseconds time, Work work) {
    return at(deadline_after(clock_.now(), time), std::move(work));
  }
  void cancel(const Timer& timer) { timers_.erase(timer); }
  /// A clock that was moved by hand needs this.
  void check_time();
  /// Waits for what is being done; the rest is never done. Not on the loop's thread.
  void stop();
  [[nodiscard]] Clock& clock() const { return clock_; }

 private:
  void run();
  /// The next thing to do; none: the loop ends.
  Work next();

  Clock& clock_;
  const std::string thread_name_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Work> queue_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
  std::map<Timer, Work> timers_;  // the loop's thread
  std::uint64_t timer_count_ = 0;
  std::thread thread_;
};

}  // namespace millrace
