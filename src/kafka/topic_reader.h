#pragma once

#include "kafka/message.h"
#include "millrace/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>

namespace millrace::kafka {

/// Offsets of one topic by partition.
using TopicOffsets = std::map<std::int32_t, std::int64_t>;

/// Reads all partitions of one topic from the beginning on, outside of any group.
/// Threads: one, except for wake. Messages of a batch may be used after the next poll.
/// Errors:  fatal: the topic cannot be read (authorization, login, corrupt data); reading goes on
/// as
///          soon as the reason is gone. What passes by itself (lost connections, a new leader) is
///          logged and no error.
class TopicReader {
 public:
  virtual ~TopicReader() = default;

  /// Finds the topic's partitions and begins at the first record of each; once, before everything
  /// but wake. How many partitions there are; those that are added later are not read.
  /// Errors (retriable, call it again): the topic is not there, or no answer in time.
  virtual Result<std::size_t> open(std::chrono::milliseconds timeout) = 0;
  /// Clears the batch and fills it with what has come. Returns as soon as there is at least one
  /// message or the end of a partition is reached, when the time is over, or after wake.
  virtual Result<void> poll(std::chrono::milliseconds timeout, MessageBatch& batch) = 0;
  /// Ends a running poll, or else the next one, early. Threads: any.
  virtual void wake() = 0;

  /// Behind the last record of each partition as its leader says now, open transactions included.
  /// Errors (retriable): no answer in time.
  virtual Result<TopicOffsets> end_offsets(std::chrono::milliseconds timeout) = 0;
  /// What is read next of each partition: gaps of compaction and transaction markers count as read
  /// once reading has passed them.
  [[nodiscard]] virtual TopicOffsets positions() const = 0;
};

}  // namespace millrace::kafka
