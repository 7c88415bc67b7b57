#pragma once

#include "millrace/config.h"
#include "millrace/config_def.h"
#include "millrace/metrics.h"
#include "millrace/record.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// What a started connector can ask of its worker.
/// Threads: any thread of the connector may call it.
/// Errors:  after the connector was stopped every call is refused (fatal).
/// Source:  org.apache.kafka.connect.connector.ConnectorContext.
class ConnectorContext {
 public:
  virtual ~ConnectorContext() = default;
  /// Asks for task_configs to be called again, because what there is to do has changed.
  virtual Result<void> request_task_reconfiguration() = 0;
  /// Puts the connector into FAILED, for errors found outside of a call.
  virtual Result<void> raise_error(Error error) = 0;
  virtual PluginMetrics& metrics() = 0;
};

/// Splits the work into tasks. Base of SourceConnector and SinkConnector.
/// Threads: calls never overlap. validate, alter_offsets and the questions about transactions may
///          be asked of an instance that was never started.
/// Order:   start, task_configs*, stop; a pause and resume repeats it.
/// Errors:  of start: the connector goes to FAILED; of task_configs: the request that led to it
///          fails, the tasks stay as they are.
/// Source:  org.apache.kafka.connect.connector.Connector.
class Connector {
 public:
  virtual ~Connector() = default;

  virtual Result<void> start(const Config& config) = 0;
  /// Configurations for at most max_tasks tasks; fewer are fine. The worker adds the task class
  /// and, for sinks, the topics.
  virtual Result<std::vector<ConfigMap>> task_configs(std::int32_t max_tasks) = 0;
  virtual Result<void> stop() { return {}; }

  /// Looks at a configuration as a whole, after the ConfigDef has looked at each key: may add
  /// messages to `values`. Called for unstarted instances; must not change anything outside.
  virtual Result<void> validate(const ConfigMap& /*properties*/,
                                std::vector<ConfigValue>& /*values*/) {
    return {};
  }
};

/// Deals elements out to at most `groups` groups whose sizes differ by one at most, neighbours
/// together: 5 into 2 gives {1,2,3} and {4,5}.
/// Source: org.apache.kafka.connect.util.ConnectorUtils.groupPartitions.
template <class T>
std::vector<std::vector<T>> group_partitions(std::span<const T> elements, std::size_t groups) {
  const std::size_t count = std::min(groups, elements.size());
  std::vector<std::vector<T>> result;
  std::size_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = elements.size() / count + (i < elements.size() % count ? 1 : 0);
    const auto part = elements.subspan(next, size);
    result.emplace_back(part.begin(), part.end());
    next += size;
  }
  return result;
}

}  // namespace millrace
