#pragma once

#include "pipeline/failed_record.h"

#include <string>
#include <string_view>

namespace millrace::pipeline {

/// errors.log.enable: one ERROR event for a record that failed, with its error.
/// with_record: errors.log.include.messages: says which record it was; of a source all of it.
/// Source: org.apache.kafka.connect.runtime.errors.LogReporter.
void log_failed(std::string_view task_id, const FailedRecord& failed, bool with_record);

}  // namespace millrace::pipeline
