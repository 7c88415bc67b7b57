#pragma once

#include "base/mutex.h"
#include "millrace/value.h"

#include <chrono>

namespace millrace {

/// Where time comes from. Everything that waits or measures takes one, so that tests can hand in
/// a ManualClock and never sleep.
/// Threads: any.
class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  /// Goes forward only: for intervals and deadlines.
  [[nodiscard]] virtual Time now() const = 0;
  /// The time of day: for timestamps.
  [[nodiscard]] virtual Instant wall() const = 0;
  /// Waits for a notification, with the mutex held by the caller, until the deadline at the most.
  /// False: the deadline has passed.
  virtual bool wait_until(Mutex& mutex, CondVar& condition, Time deadline) REQUIRES(mutex) = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] Instant wall() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
  bool wait_until(Mutex& mutex, CondVar& condition, Time deadline) REQUIRES(mutex) override {
    return condition.wait_until(mutex, deadline);
  }
};

/// Stands still until it is told to go on. A wait moves it to the deadline at once, so that a loop
/// on one thread runs through hours in no time.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
  [[nodiscard]] Instant wall() const override;
  bool wait_until(Mutex& mutex, CondVar& condition, Time deadline) REQUIRES(mutex) override;
  void advance(std::chrono::milliseconds time);

 private:
  mutable Mutex own_;
  Time now_ GUARDED_BY(own_){std::chrono::hours(1)};
  Instant wall_ GUARDED_BY(own_){std::chrono::milliseconds(1'700'000'000'000)};
};

/// deadline = now + time, without overflow for times that mean "for ever".
Clock::Time deadline_after(Clock::Time now, std::chrono::milliseconds time);

}  // namespace millrace
