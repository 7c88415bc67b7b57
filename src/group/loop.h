#pragma once

#include "base/clock.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace millrace::group {

/// The event loop of a group member, and its timers, which follow a Clock. All of it belongs to the
/// loop's thread.
class Loop {
 public:
  explicit Loop(const Clock& clock) : clock_(clock), io_(1), alarm_(io_) {}
  ~Loop() { ending_ = true; }  // what goes along with io_ may have timers that still run
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  [[nodiscard]] Clock::Time now() const { return clock_.now(); }
  /// Runs the timers that are due by the clock. A ManualClock that was moved needs this.
  void check_time();

 private:
  friend class Timer;
  using Key = std::pair<Clock::Time, std::uint64_t>;
  Key add(Clock::Time due, std::function<void()> action);
  void remove(const Key& key);
  void set_alarm();

  bool ending_ = false;
  const Clock& clock_;
  boost::asio::io_context io_;
  boost::asio::steady_timer alarm_;
  std::map<Key, std::function<void()>> timers_;
  std::uint64_t last_ = 0;
};

/// One thing to do later. Starting it anew, or its end, cancels what it was to do.
class Timer {
 public:
  explicit Timer(Loop& loop) : loop_(loop) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(std::chrono::milliseconds delay, std::function<void()> action);
  void cancel();
  [[nodiscard]] bool running() const { return running_; }

 private:
  Loop& loop_;
  Loop::Key key_{};
  bool running_ = false;
};

}  // namespace millrace::group
