#pragma once

#include "base/clock.h"
#include "kafka/admin.h"
#include "millrace/config_map.h"
#include "millrace/record.h"
#include "millrace/source.h"
#include "plugin/registry.h"
#include "storage/offset_store.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace millrace::worker {

/// One offset of a connector as somebody outside sees it. A sink's partition is
/// {"kafka_partition": 0, "kafka_topic": "t"} and its offset {"kafka_offset": 5}.
struct ConnectorOffset {
  NullableOffsetMap partition;
  NullableOffsetMap offset;

  bool operator==(const ConnectorOffset&) const = default;
};

/// Reads and changes the offsets of connectors: those of sources in their store, those of
/// sinks in their consumer group. Changes ask the connector's alter_offsets first, on an instance
/// that is never started; whether it is stopped is the caller's business.
/// Threads: any; blocks while the store, Kafka and the connector answer.
/// Errors:  invalid_config: the offsets that were given make no sense, or an unknown connector
///          class; fatal: the connector's own, or the store's and Kafka's, which say what was tried
///          with which connector.
/// Source:  Worker.connectorOffsets, alterConnectorOffsets, resetConnectorOffsets.
class ConnectorOffsets {
 public:
  struct Parts {
    const plugin::Registry& plugins;
    /// Where a source connector's offsets are. Errors: its own topic cannot be opened.
    std::function<Result<std::shared_ptr<storage::OffsetStore>>(const std::string& name,
                                                                const ConfigMap& config)>
        store_of;
    Clock& clock;
    std::chrono::milliseconds store_timeout;
    std::function<Result<std::unique_ptr<kafka::Admin>>(const std::string& name,
                                                        const ConfigMap& config)>
        make_admin;
    /// The consumer group of a sink.
    std::function<std::string(const std::string& name, const ConfigMap& config)> group_of;
  };

  explicit ConnectorOffsets(Parts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] Result<std::vector<ConnectorOffset>> read(const std::string& name,
                                                          const ConfigMap& config) const;
  /// changes: an offset of none deletes; of equal partitions the last counts. True: the connector
  /// says that it has moved whatever it keeps outside.
  [[nodiscard]] Result<bool> alter(const std::string& name, const ConfigMap& config,
                                   const std::vector<ConnectorOffset>& changes) const;
  [[nodiscard]] Result<bool> reset(const std::string& name, const ConfigMap& config) const;

 private:
  [[nodiscard]] Result<bool> alter_source(const std::string& name, const ConfigMap& config,
                                          const SourcePlugin& plugin,
                                          const std::vector<OffsetChange>& changes) const;

  Parts parts_;
};

}  // namespace millrace::worker
