#pragma once

#include "metrics/task_counters.h"
#include "millrace/result.h"

#include <cstdint>
#include <string_view>

namespace millrace::pipeline {

/// The steps of a record at which something can fail. Source: errors.Stage of Kafka Connect.
enum class Stage : std::uint8_t {
  task_put,
  task_poll,
  kafka_produce,
  kafka_consume,
  key_converter,
  value_converter,
  header_converter,
  transformation,
};

std::string_view to_string(Stage stage);  ///< "VALUE_CONVERTER", …

/// errors.tolerance: whether a record that fails is left out or ends the task.
/// Threads: the task's.
class ErrorPolicy {
 public:
  ErrorPolicy(bool tolerate_all, metrics::TaskCounters& counters)
      : tolerate_all_(tolerate_all), counters_(counters) {}

  /// A record failed for good. Nothing: leave it out and go on.
  /// Errors: the task fails with this ("Tolerance exceeded in error handler", the cause within).
  Result<void> failed(Stage stage, Error error);
  [[nodiscard]] bool tolerates() const { return tolerate_all_; }

 private:
  const bool tolerate_all_;
  metrics::TaskCounters& counters_;
};

}  // namespace millrace::pipeline
