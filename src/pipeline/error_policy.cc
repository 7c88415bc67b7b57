#include "pipeline/error_policy.h"

#include "pipeline/error_log.h"

namespace millrace::pipeline {

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::task_put: return "TASK_PUT";
    case Stage::task_poll: return "TASK_POLL";
    case Stage::kafka_produce: return "KAFKA_PRODUCE";
    case Stage::kafka_consume: return "KAFKA_CONSUME";
    case Stage::key_converter: return "KEY_CONVERTER";
    case Stage::value_converter: return "VALUE_CONVERTER";
    case Stage::header_converter: return "HEADER_CONVERTER";
    case Stage::transformation: break;
  }
  return "TRANSFORMATION";
}

Result<void> ErrorPolicy::failed(const FailedRecord& failed) {
  if (surroundings_.control.cancelled()) return {};
  metrics::TaskCounters& counters = surroundings_.counters;
  counters.record_failures.add();
  counters.record_errors.add();
  counters.last_error_timestamp.store(surroundings_.clock.wall().time_since_epoch().count(),
                                      std::memory_order_relaxed);
  if (settings_.log) {
    log_failed(task_id_, failed, settings_.log_messages);
    counters.errors_logged.add();
  }
  if (!settings_.tolerate_all) {
    return Error{ErrorCode::fatal, "Tolerance exceeded in error handler"}
        .at("stage " + std::string(to_string(failed.stage)))
        .caused_by(failed.error);
  }
  counters.records_skipped.add();
  return {};
}

}  // namespace millrace::pipeline
