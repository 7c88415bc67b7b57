#pragma once

#include "millrace/result.h"
#include "storage/java_map_file.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace millrace::storage {

/// One record of a storage topic; views that live during the call that hands it over.
struct LogRecord {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;  ///< none: a tombstone
  std::int32_t partition = 0;
  std::int64_t offset = 0;
};

/// A compacted topic that a worker reads from its beginning on, for ever, and writes to.
/// Threads: any, for every call; `record` is called on the log's own thread, one call at a time.
/// Source:  org.apache.kafka.connect.util.KafkaBasedLog.
class TopicLog {
 public:
  using Consume = std::function<void(const LogRecord& record)>;
  /// Called once, on the log's thread or inside the call that asked; must not block.
  using Done = std::function<void(Result<void>)>;

  virtual ~TopicLog() = default;

  /// Creates or checks the topic, and reads it to its end. Once, before everything else. Blocks.
  /// Errors (fatal, invalid_config): the worker cannot start; the message names the topic.
  virtual Result<void> start(Consume record) = 0;
  /// Writes one record. Records of one key keep their order. Done: acknowledged by all replicas, or
  /// why not (retriable: may be sent again).
  virtual void send(std::string key, NullableString value, Done done) = 0;
  /// Done once every record that is in the topic now has been consumed.
  virtual void read_to_end(Done done) = 0;
  /// The same, waiting. Errors (retriable): not in time, or the brokers do not say where the end
  /// is.
  virtual Result<void> read_to_end(std::chrono::milliseconds timeout) = 0;
  /// What waits is done with an error (fatal); nothing is consumed any more.
  virtual void stop() = 0;
};

}  // namespace millrace::storage
