#pragma once

#include "millrace/result.h"
#include "pipeline/error_settings.h"
#include "pipeline/failed_record.h"
#include "pipeline/surroundings.h"

#include <string>

namespace millrace::pipeline {

/// What becomes of a record that failed for good: it is counted, logged where errors.log.enable
/// says so, and left out or the task's end, as errors.tolerance has it.
/// Threads: any; the counters are atomic and the rest is constant.
/// Source:  RetryWithToleranceOperator.
class ErrorPolicy {
 public:
  ErrorPolicy(std::string task_id, const ErrorSettings& settings, const Surroundings& surroundings)
      : task_id_(std::move(task_id)), settings_(settings), surroundings_(surroundings) {}

  /// Nothing: leave it out and go on. A task that was cancelled leaves it out without a word.
  /// Errors: the task fails with this ("Tolerance exceeded in error handler", the cause within).
  Result<void> failed(const FailedRecord& failed);
  [[nodiscard]] bool tolerates() const { return settings_.tolerate_all; }

 private:
  const std::string task_id_;
  const ErrorSettings settings_;
  const Surroundings surroundings_;
};

}  // namespace millrace::pipeline
