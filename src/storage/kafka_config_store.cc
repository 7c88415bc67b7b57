#include "storage/kafka_config_store.h"

#include "base/log.h"
#include "storage/config_records.h"

#include <utility>
#include <variant>

#include <fmt/format.h>

namespace millrace::storage {
namespace {

constexpr std::chrono::seconds write_limit{30};

const log::Logger& logger() {
  static const log::Logger& kept =
      log::logger("org.apache.kafka.connect.storage.KafkaConfigBackingStore");
  return kept;
}

/// Tells a listener of one change.
struct Telling {
  ConfigListener& listener;

  void operator()(std::monostate) const {}
  void operator()(const ConnectorChanged& change) const { listener.connector_changed(change.name); }
  void operator()(const ConnectorRemoved& change) const { listener.connector_removed(change.name); }
  void operator()(const TasksChanged& change) const { listener.tasks_changed(change.connector); }
  void operator()(const TargetChanged& change) const { listener.target_changed(change.connector); }
  void operator()(const SessionKey& key) const { listener.session_key_changed(key); }
  void operator()(const RestartWish& wish) const { listener.restart_wanted(wish); }
  void operator()(const LogLevelRecord& record) const {
    listener.log_level_changed(record.logger, record.level);
  }
};

}  // namespace

KafkaConfigStore::KafkaConfigStore(std::unique_ptr<TopicLog> log, Clock& clock, std::string topic)
    : clock_(clock), topic_(std::move(topic)), log_(std::move(log)) {}

KafkaConfigStore::~KafkaConfigStore() { log_->stop(); }

Result<void> KafkaConfigStore::start(ConfigListener& listener) {
  listener_ = &listener;
  MILLRACE_TRY(log_->start([this](const LogRecord& record) { consume(record); }));
  {
    const MutexLock lock(mutex_);
    started_ = true;
    const auto config = builder_.snapshot();
    if (config->session_key) changes_.emplace_back(*config->session_key);
    logger().info("config topic '{}' is read up to offset {}: {} connectors", topic_,
                  config->offset, config->connectors.size());
  }
  tell_listener();
  return {};
}

std::shared_ptr<const ClusterConfig> KafkaConfigStore::snapshot() const {
  const MutexLock lock(mutex_);
  return builder_.snapshot();
}

Result<void> KafkaConfigStore::refresh(std::chrono::milliseconds timeout) {
  return log_->read_to_end(timeout);
}

void KafkaConfigStore::stop() { log_->stop(); }

void KafkaConfigStore::consume(const LogRecord& record) {
  std::optional<Error> problem;
  {
    const MutexLock lock(mutex_);
    Result<ConfigChange> change = builder_.apply(record);
    if (!change) {
      problem = std::move(change.error());
    } else if (started_ && !std::holds_alternative<std::monostate>(*change)) {
      changes_.push_back(std::move(*change));
    }
  }
  if (problem) {
    logger().warn("config topic '{}': {}; it is skipped", topic_, problem->message());
  } else {
    tell_listener();
  }
}

// Whoever comes while another thread tells leaves his changes to that one: their order stays.
void KafkaConfigStore::tell_listener() {
  {
    const MutexLock lock(mutex_);
    if (telling_) return;
    telling_ = true;
  }
  while (const std::optional<ConfigChange> change = next_change()) {
    std::visit(Telling{*listener_}, *change);
  }
}

std::optional<ConfigChange> KafkaConfigStore::next_change() {
  const MutexLock lock(mutex_);
  if (changes_.empty()) {
    telling_ = false;
    return std::nullopt;
  }
  std::optional<ConfigChange> change(std::move(changes_.front()));
  changes_.pop_front();
  return change;
}

Result<void> KafkaConfigStore::put_connector(const std::string& name, const ConfigMap& config,
                                             std::optional<TargetState> target) {
  Result<std::string> value = properties_value(config);
  if (!value) return std::move(value.error());
  std::vector<LimitedLog::Record> records;
  if (target) records.emplace_back(target_key(name), target_value(*target));
  records.emplace_back(connector_key(name), std::move(*value));
  return write_in_order("Error writing connector configuration to Kafka", std::move(records));
}

Result<void> KafkaConfigStore::remove_connector(const std::string& name) {
  return write_in_order("Error removing connector configuration from Kafka",
                        {{connector_key(name), std::nullopt}, {target_key(name), std::nullopt}});
}

Result<void> KafkaConfigStore::put_tasks(const std::string& connector,
                                         const std::vector<ConfigMap>& configs) {
  std::vector<LimitedLog::Record> records;
  for (const ConfigMap& config : configs) {
    Result<std::string> value = properties_value(config);
    if (!value) return std::move(value.error());
    const auto task = static_cast<std::int32_t>(records.size());
    records.emplace_back(task_key({connector, task}), std::move(*value));
  }
  const auto count = static_cast<std::int32_t>(records.size());
  return write("Error writing task configurations to Kafka", [&](LimitedLog& log) -> Result<void> {
    // All workers have the same before them, and the commit stands behind all tasks.
    MILLRACE_TRY(log.read_to_end());
    if (count > 0) {
      MILLRACE_TRY(log.send(std::move(records)));
      MILLRACE_TRY(log.read_to_end());
    }
    MILLRACE_TRY(log.send({{commit_key(connector), commit_value(count)}}));
    return log.read_to_end();
  });
}

Result<void> KafkaConfigStore::put_target(const std::string& connector, TargetState target) {
  return write_in_order("Error writing target state to Kafka",
                        {{target_key(connector), target_value(target)}});
}

Result<void> KafkaConfigStore::put_session_key(const SessionKey& key) {
  Result<std::string> value = session_key_value(key);
  if (!value) return std::move(value.error());
  return write_in_order("Error writing session key to Kafka",
                        {{std::string(session_key_key), std::move(*value)}});
}

Result<void> KafkaConfigStore::put_restart(const RestartWish& wish) {
  return write_in_order(
      fmt::format("Error writing restart request for {{connectorName='{}', onlyFailed={}, "
                  "includeTasks={}}} to Kafka",
                  wish.connector, wish.only_failed, wish.include_tasks),
      {{restart_key(wish.connector), restart_value(wish)}});
}

Result<void> KafkaConfigStore::put_log_level(const std::string& logger, log::Level level) {
  return write_in_order("Error writing logger level to Kafka",
                        {{log_level_key(logger), log_level_value(level)}});
}

Result<void> KafkaConfigStore::write_in_order(std::string failure,
                                              std::vector<LimitedLog::Record> records) {
  return write(std::move(failure), [&records](LimitedLog& log) -> Result<void> {
    for (LimitedLog::Record& record : records) MILLRACE_TRY(log.send({std::move(record)}));
    return log.read_to_end();
  });
}

Result<void> KafkaConfigStore::write(std::string failure, const Steps& steps) {
  LimitedLog log(*log_, clock_, write_limit);
  Result<void> done = take_turn(log);
  if (done) {
    done = steps(log);
    end_turn();
  }
  if (done) return {};
  logger().warn("{}: {}", failure, done.error().message());
  const ErrorCode code = done.error().code();
  return Error(code, java_class_of(ErrorCode::fatal), std::move(failure))
      .caused_by(std::move(done.error()));
}

Result<void> KafkaConfigStore::take_turn(const LimitedLog& log) {
  const MutexLock lock(turn_mutex_);
  while (writing_) {
    const bool in_time = clock_.wait_until(turn_mutex_, turn_over_, log.deadline());
    if (!in_time && writing_) return log.too_late("another write was not done");
  }
  writing_ = true;
  return {};
}

void KafkaConfigStore::end_turn() {
  const MutexLock lock(turn_mutex_);
  writing_ = false;
  turn_over_.notify_one();
}

}  // namespace millrace::storage
