#pragma once

#include "millrace/result.h"
#include "storage/cluster_config.h"
#include "storage/config_records.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace millrace::storage {

struct ConnectorChanged {
  std::string name;
};
struct ConnectorRemoved {
  std::string name;
};
struct TasksChanged {
  std::string connector;
};
struct TargetChanged {
  std::string connector;
};
/// What a record means to those who listen; monostate: nothing.
using ConfigChange = std::variant<std::monostate, ConnectorChanged, ConnectorRemoved, TasksChanged,
                                  TargetChanged, SessionKey, RestartWish, LogLevelRecord>;

/// Makes a cluster's configuration of the config topic's records, one after the other, whatever
/// compaction has taken from between them: task configurations count once a commit says that they
/// are complete.
/// Threads: one.
/// Source:  KafkaConfigBackingStore; rules S8, S9 and S11 to S16.
class ClusterConfigBuilder {
 public:
  /// Errors (bad_record): not a record that means something; it is passed over. Names key and
  /// offset.
  Result<ConfigChange> apply(const LogRecord& record);

  /// As of the last record. Takes time in proportion to the connectors that changed since the last
  /// one, and a pointer for each of the others.
  std::shared_ptr<const ClusterConfig> snapshot();

 private:
  /// What is known under one name; of a connector that is there if it has a configuration.
  struct Known {
    std::optional<ConfigMap> config;
    std::optional<TargetState> target;
    std::map<std::int32_t, ConfigMap> held;  // tasks that wait for a commit
    bool tasks_came = false;                 // since the connector appeared
    std::vector<ConfigMap> task_configs;
    bool inconsistent = false;
    std::optional<ConfigMap> applied;
    std::int32_t generation = 0;
    std::optional<std::int32_t> fenced_tasks;
    bool fencing_pending = false;
  };

  ConfigChange take(ConnectorRecord record);
  ConfigChange take(const TargetRecord& record);
  ConfigChange take(TaskRecord record);
  ConfigChange take(const CommitRecord& record);
  ConfigChange take(const FencingRecord& record);
  ConfigChange take(SessionKey record);
  ConfigChange take(RestartWish record) { return record; }
  ConfigChange take(LogLevelRecord record) { return record; }

  Known& change(const std::string& name);
  static void forget(Known& known);

  std::map<std::string, Known, std::less<>> known_;
  std::set<std::string, std::less<>> changed_;  // since current_ was brought up to date
  ClusterConfig current_;
  std::shared_ptr<const ClusterConfig> shared_;  // null: current_ or known_ went on since
};

}  // namespace millrace::storage
