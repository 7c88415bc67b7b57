#include "storage/kafka_status_store.h"

#include "base/log.h"
#include "storage/record_json.h"

#include <utility>
#include <variant>

namespace millrace::storage {
namespace {

const log::Logger& logger() {
  static const log::Logger& kept =
      log::logger("org.apache.kafka.connect.storage.KafkaStatusBackingStore");
  return kept;
}

NullableString value_of(const StoredStatus& status) {
  if (status.status.state == State::destroyed) return std::nullopt;
  return status_value(status);
}

struct IsRemoval {
  bool operator()(const ConnectorStatusRecord& record) const { return !record.status; }
  bool operator()(const TaskStatusRecord& record) const { return !record.status; }
  bool operator()(const TopicUseRecord& record) const { return !record.use; }
};

}  // namespace

KafkaStatusStore::KafkaStatusStore(std::unique_ptr<TopicLog> log, Clock& clock, std::string topic)
    : topic_(std::move(topic)), writer_(*log, clock), log_(std::move(log)) {}

KafkaStatusStore::~KafkaStatusStore() { stop(); }

Result<void> KafkaStatusStore::start() {
  writer_.start();
  return log_->start([this](const LogRecord& record) { consume(record); });
}

void KafkaStatusStore::stop() {
  writer_.stop();
  log_->stop();
}

bool KafkaStatusStore::flush(std::chrono::milliseconds timeout) { return writer_.flush(timeout); }

bool KafkaStatusStore::may_replace(const std::optional<StoredStatus>& there,
                                   const StoredStatus& status) {
  return !there || there->status.worker_id == status.status.worker_id ||
         there->generation <= status.generation;
}

void KafkaStatusStore::put_connector(const std::string& name, const StoredStatus& status,
                                     Write how) {
  put(connector_status_key(name), status, how, [this, name] { return connector(name); });
}

void KafkaStatusStore::put_task(const TaskId& id, const StoredStatus& status, Write how) {
  put(task_status_key(id), status, how, [this, id] { return task(id); });
}

void KafkaStatusStore::put(std::string key, const StoredStatus& status, Write how,
                           std::function<std::optional<StoredStatus>()> there) {
  {
    const MutexLock lock(mutex_);
    generation_ = status.generation;
  }
  const bool safe = how == Write::safe;
  if (safe && !may_replace(there(), status)) return;
  // A repetition must not undo what the worker, or another one, has said since.
  auto wanted = [this, safe, status, there = std::move(there)] {
    {
      const MutexLock lock(mutex_);
      if (generation_ != status.generation) return false;
    }
    return !safe || may_replace(there(), status);
  };
  writer_.write(std::move(key), value_of(status), std::move(wanted));
}

void KafkaStatusStore::put_topic(const std::string& connector, const TopicUse& use) {
  std::string key = topic_use_key(connector, use.topic);
  if (writer_.is_writing(key)) return;  // it is asked for with every batch
  writer_.write(std::move(key), topic_use_value(connector, use), [] { return true; });
}

void KafkaStatusStore::forget_topic(const std::string& connector, const std::string& topic) {
  writer_.write(topic_use_key(connector, topic), std::nullopt, [] { return true; });
}

void KafkaStatusStore::consume(const LogRecord& record) {
  Result<StatusRecord> content = read_status_record(record);
  if (!content) {
    logger().warn("status topic '{}': {}; it is skipped", topic_, content.error().message());
    return;
  }
  if (std::visit(IsRemoval(), *content)) writer_.removed(key_text(*record.key));
  std::visit([this](auto& one) { take(std::move(one)); }, *content);
}

// A connector's tombstone takes its own status alone: those of its tasks may come from another
// partition, and tell of the connector's next life.
void KafkaStatusStore::take(ConnectorStatusRecord record) {
  const MutexLock lock(mutex_);
  if (record.status) {
    connectors_.insert_or_assign(std::move(record.connector), std::move(*record.status));
  } else {
    connectors_.erase(record.connector);
  }
}

void KafkaStatusStore::take(TaskStatusRecord record) {
  const MutexLock lock(mutex_);
  if (!record.status) {
    const auto found = tasks_.find(record.id.connector);
    if (found == tasks_.end()) return;
    found->second.erase(record.id.task);
    if (found->second.empty()) tasks_.erase(found);
    return;
  }
  Tasks& tasks = tasks_[record.id.connector];
  const auto there = tasks.find(record.id.task);
  // The worker that had the task before says so too late.
  if (there != tasks.end() && record.status->status.state == State::unassigned &&
      there->second.status.state == State::running &&
      there->second.generation >= record.status->generation) {
    return;
  }
  tasks.insert_or_assign(record.id.task, std::move(*record.status));
}

void KafkaStatusStore::take(TopicUseRecord record) {
  const MutexLock lock(mutex_);
  if (record.use) {
    topics_[record.connector].insert_or_assign(std::move(record.topic), std::move(*record.use));
    return;
  }
  const auto found = topics_.find(record.connector);
  if (found == topics_.end()) return;
  found->second.erase(record.topic);
  if (found->second.empty()) topics_.erase(found);
}

std::set<std::string> KafkaStatusStore::connectors() const {
  const MutexLock lock(mutex_);
  std::set<std::string> names;
  for (const auto& [name, status] : connectors_) names.insert(name);
  for (const auto& [name, tasks] : tasks_) names.insert(name);
  return names;
}

std::optional<StoredStatus> KafkaStatusStore::connector(const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto found = connectors_.find(name);
  if (found == connectors_.end()) return std::nullopt;
  return found->second;
}

std::optional<StoredStatus> KafkaStatusStore::task(const TaskId& id) const {
  const MutexLock lock(mutex_);
  const auto found = tasks_.find(id.connector);
  if (found == tasks_.end()) return std::nullopt;
  const auto status = found->second.find(id.task);
  if (status == found->second.end()) return std::nullopt;
  return status->second;
}

std::map<std::int32_t, StoredStatus> KafkaStatusStore::tasks(const std::string& connector) const {
  const MutexLock lock(mutex_);
  const auto found = tasks_.find(connector);
  return found == tasks_.end() ? Tasks() : found->second;
}

std::vector<TopicUse> KafkaStatusStore::topics(const std::string& connector) const {
  const MutexLock lock(mutex_);
  std::vector<TopicUse> uses;
  if (const auto found = topics_.find(connector); found != topics_.end()) {
    for (const auto& [name, use] : found->second) uses.push_back(use);
  }
  return uses;
}

bool KafkaStatusStore::has_topic(const std::string& connector, const std::string& topic) const {
  const MutexLock lock(mutex_);
  const auto found = topics_.find(connector);
  return found != topics_.end() && found->second.contains(topic);
}

}  // namespace millrace::storage
