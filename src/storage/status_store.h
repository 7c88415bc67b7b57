#pragma once

#include "millrace/result.h"
#include "storage/status.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace millrace::storage {

/// A status with the generation of the group in which its worker told it.
struct StoredStatus {
  Status status;
  std::int32_t generation = 0;
};

/// That a connector's task has used a topic.
struct TopicUse {
  std::string topic;
  std::int32_t task = 0;
  std::int64_t discovered_ms = 0;  ///< since the epoch
};

/// How a status is written.
enum class Write : std::uint8_t {
  plain,  ///< whatever is there
  safe,   ///< only if nothing is there, or this worker's own, or none of a newer generation
};

/// What all workers of a cluster say of their connectors and tasks, in one topic.
/// Threads: any; no call but start, flush and stop blocks. What is read is what came back from the
///          topic. Writes that fail for a while are repeated until something newer takes their
///          place.
/// Source:  org.apache.kafka.connect.storage.KafkaStatusBackingStore; rules S19 to S23.
class StatusStore {
 public:
  virtual ~StatusStore() = default;

  /// Reads the topic to its end. Errors: as TopicLog::start.
  virtual Result<void> start() = 0;
  virtual void stop() = 0;

  /// DESTROYED writes a tombstone.
  virtual void put_connector(const std::string& name, const StoredStatus& status, Write how) = 0;
  virtual void put_task(const TaskId& id, const StoredStatus& status, Write how) = 0;
  virtual void put_topic(const std::string& connector, const TopicUse& use) = 0;
  virtual void forget_topic(const std::string& connector, const std::string& topic) = 0;
  /// Waits until what was put is written or given up. False: not in time.
  virtual bool flush(std::chrono::milliseconds timeout) = 0;

  /// Connectors that have a status themselves, or whose tasks have one.
  [[nodiscard]] virtual std::set<std::string> connectors() const = 0;
  [[nodiscard]] virtual std::optional<StoredStatus> connector(const std::string& name) const = 0;
  [[nodiscard]] virtual std::optional<StoredStatus> task(const TaskId& id) const = 0;
  [[nodiscard]] virtual std::map<std::int32_t, StoredStatus> tasks(
      const std::string& connector) const = 0;
  [[nodiscard]] virtual std::vector<TopicUse> topics(const std::string& connector) const = 0;
  [[nodiscard]] virtual bool has_topic(const std::string& connector,
                                       const std::string& topic) const = 0;
};

}  // namespace millrace::storage
