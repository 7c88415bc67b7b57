#pragma once

#include "millrace/result.h"
#include "pipeline/error_settings.h"
#include "pipeline/surroundings.h"

#include <chrono>
#include <random>
#include <type_traits>

namespace millrace::pipeline {

/// errors.retry.timeout: a step of a record that failed with a retriable error is done again until
/// it succeeds, fails otherwise, or the time is over. The pauses between grow from 300 ms up to
/// errors.retry.delay.max.ms; only cancelling the task ends one early.
/// Threads: the task's.
/// Source:  RetryWithToleranceOperator.
class Retry {
 public:
  Retry(const ErrorSettings& settings, const Surroundings& surroundings)
      : timeout_(settings.retry_timeout),
        delay_max_(settings.retry_delay_max),
        surroundings_(surroundings) {}

  /// call: returns a Result. What comes back is that of the last attempt.
  template <class Call>
  auto operator()(Call&& call) -> std::invoke_result_t<Call&> {
    auto result = call();
    if (result || result.error().code() != ErrorCode::retriable) [[likely]]
      return result;
    const Clock::Time begin = surroundings_.clock.now();
    for (int attempt = 1; pause_after(attempt, begin); ++attempt) {
      result = call();
      if (result || result.error().code() != ErrorCode::retriable) break;
    }
    return result;
  }

 private:
  /// Waits before the next attempt. False: there is to be none.
  bool pause_after(int attempt, Clock::Time begin);
  [[nodiscard]] std::chrono::milliseconds delay_after(int attempt);

  const std::chrono::milliseconds timeout_;
  const std::chrono::milliseconds delay_max_;
  const Surroundings surroundings_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace millrace::pipeline
