#pragma once

#include "base/log.h"
#include "millrace/result.h"
#include "storage/cluster_config.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::storage {

struct RestartWish {
  std::string connector;
  bool include_tasks = false;
  bool only_failed = false;
};

/// Told of what other workers, and this one, have written, in the order of the topic; not of what
/// was there before the start. The snapshot has the change already.
/// Threads: the config topic's; must not block.
class ConfigListener {
 public:
  virtual ~ConfigListener() = default;
  virtual void connector_changed(const std::string& name) = 0;  ///< new, or configured anew
  virtual void connector_removed(const std::string& name) = 0;
  virtual void tasks_changed(const std::string& connector) = 0;  ///< a commit, complete or not
  virtual void target_changed(const std::string& connector) = 0;
  virtual void session_key_changed(const SessionKey& key) = 0;
  virtual void restart_wanted(const RestartWish& wish) = 0;
  virtual void log_level_changed(const std::string& logger, log::Level level) = 0;
};

/// The configuration of a cluster, kept in one topic with one partition.
/// Threads: any. snapshot returns at once; everything else blocks until it is done, and what was
///          written has been read back then.
/// Errors:  of the writes: retriable: not within 30 s, or Kafka's reason; what was written may
///          still come to pass. Of refresh: retriable: not within the timeout.
/// Source:  org.apache.kafka.connect.storage.KafkaConfigBackingStore.
class ConfigStore {
 public:
  virtual ~ConfigStore() = default;

  /// Reads the topic to its end; the session key that is there is told to the listener, which
  /// outlives the store. Errors: as TopicLog::start.
  virtual Result<void> start(ConfigListener& listener) = 0;
  [[nodiscard]] virtual std::shared_ptr<const ClusterConfig> snapshot() const = 0;
  virtual Result<void> refresh(std::chrono::milliseconds timeout) = 0;

  /// target: written before the configuration.
  virtual Result<void> put_connector(const std::string& name, const ConfigMap& config,
                                     std::optional<TargetState> target) = 0;
  virtual Result<void> remove_connector(const std::string& name) = 0;
  virtual Result<void> put_tasks(const std::string& connector,
                                 const std::vector<ConfigMap>& configs) = 0;
  virtual Result<void> put_target(const std::string& connector, TargetState target) = 0;
  virtual Result<void> put_session_key(const SessionKey& key) = 0;
  virtual Result<void> put_restart(const RestartWish& wish) = 0;
  virtual Result<void> put_log_level(const std::string& logger, log::Level level) = 0;

  /// Ends what waits, with an error.
  virtual void stop() = 0;
};

}  // namespace millrace::storage
