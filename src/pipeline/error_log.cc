#include "pipeline/error_log.h"

#include "base/log.h"
#include "millrace/value_text.h"

#include <fmt/format.h>

namespace millrace::pipeline {

namespace {

std::string consumed(const kafka::Message& message) {
  std::string text = fmt::format("{{topic='{}', partition={}, offset={}", message.topic,
                                 message.partition, message.offset);
  if (message.timestamp_type != TimestampType::none) {
    text += fmt::format(
        ", timestamp={}, timestampType={}", message.timestamp,
        message.timestamp_type == TimestampType::create_time ? "CreateTime" : "LogAppendTime");
  }
  return text + "}";
}

std::string entries(const OffsetView& view) {
  if (view.is_null()) return "null";
  std::string text;
  for (const OffsetEntry& entry : view.entries()) {
    text += (text.empty() ? "" : ", ") + std::string(entry.key) + "=" + to_text(entry.value);
  }
  return "{" + text + "}";
}

template <class Number>
std::string or_null(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "null";
}

std::string polled(const SourceRecord& record) {
  return fmt::format(
      "SourceRecord{{sourcePartition={}, sourceOffset={}}} ConnectRecord{{topic='{}', "
      "kafkaPartition={}, key={}, value={}, timestamp={}}}",
      entries(record.source_partition), entries(record.source_offset), record.topic.view(),
      or_null(record.partition), to_text(record.key), to_text(record.value),
      or_null(record.timestamp));
}

}  // namespace

void log_failed(std::string_view task_id, const FailedRecord& failed, bool with_record) {
  static const log::Logger& logger =
      log::logger("org.apache.kafka.connect.runtime.errors.LogReporter");
  std::string which;
  if (with_record && failed.message != nullptr) {
    which = ", where consumed record is " + consumed(*failed.message);
  } else if (with_record && failed.record != nullptr) {
    which = ", where source record is = " + polled(*failed.record);
  }
  logger.error("Error encountered in task {}. Executing stage '{}' with class '{}'{}.\n{}", task_id,
               to_string(failed.stage), failed.class_name, which, failed.error.trace());
}

}  // namespace millrace::pipeline
