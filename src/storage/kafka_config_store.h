#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "storage/cluster_config_builder.h"
#include "storage/config_store.h"
#include "storage/limited_log.h"
#include "storage/topic_log.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::storage {

/// A cluster's configuration in the config topic. Writes take turns, so that the task
/// configurations of two of them never mix; each has 30 s, waiting for its turn included.
/// Threads: any. The listener is called on the log's thread, or on the one that starts the store,
///          one call at a time and with no lock held.
/// Errors:  of writes: what was not written ("Error writing connector configuration to Kafka"),
///          with the reason as its cause and the reason's code; invalid_config: text that is no
///          UTF-8.
class KafkaConfigStore final : public ConfigStore {
 public:
  /// topic: the log's, for messages. The clock outlives the store.
  KafkaConfigStore(std::unique_ptr<TopicLog> log, Clock& clock, std::string topic);
  ~KafkaConfigStore() override;

  Result<void> start(ConfigListener& listener) override;
  [[nodiscard]] std::shared_ptr<const ClusterConfig> snapshot() const override;
  Result<void> refresh(std::chrono::milliseconds timeout) override;

  Result<void> put_connector(const std::string& name, const ConfigMap& config,
                             std::optional<TargetState> target) override;
  Result<void> remove_connector(const std::string& name) override;
  Result<void> put_tasks(const std::string& connector,
                         const std::vector<ConfigMap>& configs) override;
  Result<void> put_target(const std::string& connector, TargetState target) override;
  Result<void> put_session_key(const SessionKey& key) override;
  Result<void> put_restart(const RestartWish& wish) override;
  Result<void> put_log_level(const std::string& logger, log::Level level) override;

  void stop() override;

 private:
  using Steps = std::function<Result<void>(LimitedLog& log)>;

  void consume(const LogRecord& record);
  void tell_listener();
  std::optional<ConfigChange> next_change();
  Result<void> write(std::string failure, const Steps& steps);
  /// Writes one record after the other, so that none is there without the ones before it.
  Result<void> write_in_order(std::string failure, std::vector<LimitedLog::Record> records);
  Result<void> take_turn(const LimitedLog& log);
  void end_turn();

  Clock& clock_;
  const std::string topic_;
  ConfigListener* listener_ = nullptr;  // set before the log begins to consume

  mutable Mutex mutex_;
  mutable ClusterConfigBuilder builder_ GUARDED_BY(mutex_);
  bool started_ GUARDED_BY(mutex_) = false;
  std::deque<ConfigChange> changes_ GUARDED_BY(mutex_);  // that the listener does not know yet
  bool telling_ GUARDED_BY(mutex_) = false;              // some thread tells it

  Mutex turn_mutex_;
  CondVar turn_over_;
  bool writing_ GUARDED_BY(turn_mutex_) = false;

  const std::unique_ptr<TopicLog> log_;  // last: its thread calls consume
};

}  // namespace millrace::storage
