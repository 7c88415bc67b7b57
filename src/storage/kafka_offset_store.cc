#include "storage/kafka_offset_store.h"

#include "base/log.h"
#include "storage/offset_json.h"

#include <cstddef>
#include <optional>
#include <utility>

namespace millrace::storage {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.storage.KafkaOffsetBackingStore");
  return instance;
}

/// The answers to several records, which make one.
class Joined {
 public:
  Joined(std::size_t count, OffsetStore::Callback done) : left_(count), done_(std::move(done)) {}
  void answer(const Result<void>& result) {
    {
      const MutexLock lock(mutex_);
      --left_;
      if (answered_ || (result && left_ > 0)) return;
      answered_ = true;
    }
    done_(result);
  }

 private:
  Mutex mutex_;
  std::size_t left_ GUARDED_BY(mutex_);
  bool answered_ GUARDED_BY(mutex_) = false;
  const OffsetStore::Callback done_;
};

}  // namespace

KafkaOffsetStore::KafkaOffsetStore(std::unique_ptr<TopicLog> log, std::string topic,
                                   std::chrono::milliseconds read_timeout)
    : topic_(std::move(topic)), read_timeout_(read_timeout), log_(std::move(log)) {}

Result<void> KafkaOffsetStore::load() {
  MILLRACE_TRY(log_->start([this](const LogRecord& record) { consume(record); }));
  std::size_t count = 0;
  {
    const MutexLock lock(mutex_);
    for (const auto& [key, value] : table_.entries()) count += value ? 1 : 0;
  }
  logger().info("Read {} source offsets from topic '{}'", count, topic_);
  return {};
}

void KafkaOffsetStore::consume(const LogRecord& record) {
  if (!record.key || !canonical_key(*record.key)) {
    logger().warn("The record at {}-{}@{} has the key {}, which names no source partition", topic_,
                  record.partition, record.offset,
                  record.key ? "'" + std::string(*record.key) + "'" : "null");
    if (!record.key) return;
  }
  const MutexLock lock(mutex_);
  table_.put(std::string(*record.key), record.value ? NullableString(*record.value) : std::nullopt);
}

Result<std::vector<NullableString>> KafkaOffsetStore::get(std::span<const std::string> keys) {
  MILLRACE_TRY(log_->read_to_end(read_timeout_));
  std::vector<NullableString> values;
  const MutexLock lock(mutex_);
  for (const std::string& key : keys) values.push_back(table_.find(table_.meant_by(key)));
  return values;
}

void KafkaOffsetStore::set(std::span<const Entry> entries, Callback done) {
  if (entries.empty()) return done({});
  const auto joined = std::make_shared<Joined>(entries.size(), std::move(done));
  std::vector<Entry> records(entries.begin(), entries.end());
  {
    const MutexLock lock(mutex_);
    for (Entry& record : records) record.first = table_.meant_by(record.first);
  }
  for (Entry& record : records) {
    log_->send(std::move(record.first), std::move(record.second),
               [joined](const Result<void>& result) { joined->answer(result); });
  }
}

Result<ByteMap> KafkaOffsetStore::entries() {
  MILLRACE_TRY(log_->read_to_end(read_timeout_));
  const MutexLock lock(mutex_);
  return table_.entries();
}

}  // namespace millrace::storage
