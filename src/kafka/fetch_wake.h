#pragma once

#include "kafka/rd_client.h"
#include "kafka/settings.h"

#include <cstdint>

namespace millrace::kafka {

/// Keeps a consumer with a small queue at full speed. When its queue is full, librdkafka before 2.2
/// looks again only after a second, however soon the queue runs low; what reaches its thread
/// earlier is any other request to the same broker. So we ask for something cheap (the first offset
/// of each partition) when a queue that may have been full is half empty, and drop the answer: two
/// small requests for each queue's worth of messages. Newer versions have a setting for it.
/// Threads: the consumer's.
class FetchWake {
 public:
  explicit FetchWake(const NativeSettings& settings);
  /// After each poll. messages, bytes: handed out by it. waiting: messages still in the queue.
  /// True: it is time to wake the fetchers.
  bool handed_out(std::int64_t messages, std::int64_t bytes, std::int64_t waiting);
  /// Does not block.
  static void wake(rd_kafka_s& client, rd_kafka_topic_partition_list_s& partitions);
  /// False: this version of librdkafka needs no help.
  [[nodiscard]] bool needed() const { return needed_; }

 private:
  const bool needed_;
  const std::int64_t most_messages_;
  const std::int64_t most_bytes_;
  std::int64_t messages_ = 0;  ///< since the last time
  std::int64_t bytes_ = 0;
};

/// For versions that can be told.
void set_fetch_pause(NativeSettings& settings);

}  // namespace millrace::kafka
