#pragma once

#include "millrace/result.h"
#include "storage/status.h"
#include "storage/status_store.h"
#include "storage/topic_log.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace millrace::storage {

// The records of the status topic, to bytes and back, byte for byte as a Java worker writes them.
// Threads: any; the functions keep nothing.
// Source:  KafkaStatusBackingStore; rules S19 to S23.

std::string connector_status_key(std::string_view connector);
std::string task_status_key(const TaskId& id);
std::string topic_use_key(std::string_view connector, std::string_view topic);

/// Text that is no UTF-8 is repaired: a trace is what some plugin said.
std::string status_value(const StoredStatus& status);
std::string topic_use_value(std::string_view connector, const TopicUse& use);

// None: removed.
struct ConnectorStatusRecord {
  std::string connector;
  std::optional<StoredStatus> status;
};
struct TaskStatusRecord {
  TaskId id;
  std::optional<StoredStatus> status;
};
struct TopicUseRecord {
  std::string connector;
  std::string topic;
  std::optional<TopicUse> use;
};
using StatusRecord = std::variant<ConnectorStatusRecord, TaskStatusRecord, TopicUseRecord>;

/// Errors (bad_record): an unknown key or a value of another form; names key, partition and offset.
Result<StatusRecord> read_status_record(const LogRecord& record);

}  // namespace millrace::storage
