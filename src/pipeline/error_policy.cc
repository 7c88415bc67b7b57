#include "pipeline/error_policy.h"

#include <string>
#include <utility>

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

Result<void> ErrorPolicy::failed(Stage stage, Error error) {
  counters_.record_failures.add();
  counters_.record_errors.add();
  if (!tolerate_all_) {
    return Error{ErrorCode::fatal, "Tolerance exceeded in error handler"}
        .at("stage " + std::string(to_string(stage)))
        .caused_by(std::move(error));
  }
  counters_.records_skipped.add();
  return {};
}

}  // namespace millrace::pipeline
