#pragma once

#include "kafka/message.h"
#include "millrace/error.h"
#include "millrace/record.h"

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

/// What is known of a record that failed for good, for those who report it; all of it is borrowed.
struct FailedRecord {
  Stage stage;
  std::string_view class_name;  ///< Java's name of what failed: a converter, a transformation, …
  const Error& error;
  const kafka::Message* message = nullptr;  ///< of a sink: as consumed
  const SourceRecord* record = nullptr;     ///< of a source: as polled
};

}  // namespace millrace::pipeline
