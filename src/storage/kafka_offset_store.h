#pragma once

#include "base/mutex.h"
#include "storage/offset_store.h"
#include "storage/topic_log.h"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace millrace::storage {

/// Source offsets in a compacted topic. What is read is what the topic says, up to its end at the
/// time of the question; where several of its keys mean one partition, the newest offset counts,
/// and what is written goes under that key's bytes.
/// `set` does not block; its callback comes when all entries are acknowledged, or with the first
/// error: some of them may be stored then. A reader finds them once they have come back.
/// Errors:  load: as TopicLog::start. get and entries: as TopicLog::read_to_end.
/// Source:  org.apache.kafka.connect.storage.KafkaOffsetBackingStore; rule S17.
class KafkaOffsetStore final : public OffsetStore {
 public:
  static constexpr std::chrono::milliseconds default_read_timeout = std::chrono::minutes(1);

  /// topic: the log's, for messages. read_timeout: for the way to the end of the topic.
  KafkaOffsetStore(std::unique_ptr<TopicLog> log, std::string topic,
                   std::chrono::milliseconds read_timeout = default_read_timeout);

  Result<void> load() override;
  Result<std::vector<NullableString>> get(std::span<const std::string> keys) override;
  void set(std::span<const Entry> entries, Callback done) override;
  Result<ByteMap> entries() override;
  /// Answers whoever waits with an error; nothing is read or written any more.
  void stop() { log_->stop(); }

 private:
  void consume(const LogRecord& record);

  const std::string topic_;
  const std::chrono::milliseconds read_timeout_;
  Mutex mutex_;
  OffsetTable table_ GUARDED_BY(mutex_);
  const std::unique_ptr<TopicLog> log_;  // last: it calls consume until it is destroyed
};

}  // namespace millrace::storage
