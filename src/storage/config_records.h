#pragma once

#include "base/log.h"
#include "millrace/config_map.h"
#include "millrace/result.h"
#include "storage/cluster_config.h"
#include "storage/config_store.h"
#include "storage/status.h"
#include "storage/topic_log.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace millrace::storage {

// The records of the config topic, to bytes and back: docs/formats/storage-topics.md. Values are
// written byte for byte as a Java worker writes them, but for the order of properties, which is the
// map's own.
// Threads: any; the functions keep nothing.
// Source:  KafkaConfigBackingStore; rules S6 to S16.

std::string connector_key(std::string_view connector);
std::string target_key(std::string_view connector);
std::string task_key(const TaskId& id);
std::string commit_key(std::string_view connector);
std::string fencing_key(std::string_view connector);
std::string restart_key(std::string_view connector);
std::string log_level_key(std::string_view logger);
inline constexpr std::string_view session_key_key = "session-key";

/// Of a connector and of a task. Errors (invalid_config): a key or value that is no UTF-8.
Result<std::string> properties_value(const ConfigMap& config);
std::string target_value(TargetState state);
std::string commit_value(std::int32_t tasks);
std::string fencing_value(std::int32_t tasks);
/// Errors (invalid_config): the algorithm's name is no UTF-8.
Result<std::string> session_key_value(const SessionKey& key);
std::string restart_value(const RestartWish& wish);
std::string log_level_value(log::Level level);

struct ConnectorRecord {
  std::string connector;
  std::optional<ConfigMap> config;  ///< none: removed
};
struct TargetRecord {
  std::string connector;
  std::optional<TargetState> target;  ///< none: removed
};
struct TaskRecord {
  TaskId id;
  ConfigMap config;
};
struct CommitRecord {
  std::string connector;
  std::int32_t tasks = 0;
};
struct FencingRecord {
  std::string connector;
  std::int32_t tasks = 0;
};
struct LogLevelRecord {
  std::string logger;
  log::Level level = log::Level::info;
};
using ConfigRecord = std::variant<ConnectorRecord, TargetRecord, TaskRecord, CommitRecord,
                                  FencingRecord, SessionKey, RestartWish, LogLevelRecord>;

struct ConfigReading {
  /// Errors (bad_record): an unknown key or a value of another form; names key and offset, and
  /// nothing of the value, which may hold secrets.
  Result<ConfigRecord> record;
  /// The config offset moves behind this record: it is a tombstone or JSON, whatever that says.
  /// All workers of a cluster must agree on it.
  bool counts = true;
};
ConfigReading read_config_record(const LogRecord& record);

}  // namespace millrace::storage
