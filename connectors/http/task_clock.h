#pragma once

#include "millrace/value.h"

#include <chrono>

namespace millrace::http {

/// Where a task's waits take their time from; tests hand in one of their own. Requests have the
/// machine's.
class TaskClock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  virtual ~TaskClock() = default;
  [[nodiscard]] virtual Time now() const { return std::chrono::steady_clock::now(); }
  [[nodiscard]] virtual Instant wall() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
};

}  // namespace millrace::http
