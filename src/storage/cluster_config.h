#pragma once

#include "millrace/config_map.h"
#include "storage/status.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::storage {

/// One connector as the config topic has it.
struct ConnectorEntry {
  ConfigMap config;
  TargetState target = TargetState::started;
  /// By task number; none of an inconsistent connector. As they were written, variables included.
  std::vector<ConfigMap> task_configs;
  /// The last commit came without all of its task configurations (compaction took them): no task
  /// may run before a complete set was written.
  bool inconsistent = false;
  /// The connector's configuration when the tasks' were committed; none: no such commit was read.
  std::optional<ConfigMap> applied;
  /// Counts the commits with tasks since the connector appeared; compared on this worker alone.
  std::int32_t generation = 0;
  /// Exactly-once sources: how many tasks the last round of fencing allowed, and whether a commit
  /// has come since.
  std::optional<std::int32_t> fenced_tasks;
  bool fencing_pending = false;

  bool operator==(const ConnectorEntry&) const = default;
};

/// What signs the requests between workers.
struct SessionKey {
  std::string bytes;  ///< a secret
  std::string algorithm;
  std::int64_t created_ms = 0;  ///< since the epoch

  bool operator==(const SessionKey&) const = default;
};

/// All that the config topic says, as of one record. Never changes once it is shared.
/// Source: org.apache.kafka.connect.storage.ClusterConfigState.
struct ClusterConfig {
  std::int64_t offset = -1;  ///< the last applied record's + 1; -1: none yet
  std::map<std::string, std::shared_ptr<const ConnectorEntry>, std::less<>> connectors;
  std::optional<SessionKey> session_key;

  /// Null: no such connector.
  [[nodiscard]] const ConnectorEntry* find(std::string_view name) const {
    const auto it = connectors.find(name);
    return it == connectors.end() ? nullptr : it->second.get();
  }
};

}  // namespace millrace::storage
