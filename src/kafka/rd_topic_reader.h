#pragma once

#include "kafka/fetch_wake.h"
#include "kafka/memory_budget.h"
#include "kafka/rd_client.h"
#include "kafka/settings.h"
#include "kafka/topic_reader.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct rd_kafka_queue_s;
struct rd_kafka_topic_s;
struct rd_kafka_message_s;

namespace millrace::kafka {

class Embedded;

/// TopicReader over librdkafka's simple consumer, which knows nothing of groups: no coordinator,
/// and no connection to one. That the end of a partition was reached is an event there, which
/// carries the offset that reading has come to: so positions pass what is not handed out.
class RdTopicReader final : public TopicReader {
 public:
  /// Storage topics trickle, once they are read.
  static constexpr std::int64_t most_memory = 2LL << 20;

  static Result<NativeSettings> translate(const ConfigMap& settings);
  /// ends: a client to ask for ends, made when it is needed and kept by its users: this one's
  /// questions would wait behind a fetch that waits for records, and one that reads committed
  /// records is not told of open transactions.
  static Result<std::unique_ptr<TopicReader>> make(NativeSettings settings, std::string topic,
                                                   MemoryBudget::Share share,
                                                   std::shared_ptr<Embedded> embedded,
                                                   std::function<Result<Handle>()> ends);
  /// Such a client.
  static Result<Handle> make_ends_client(NativeSettings settings);
  ~RdTopicReader() override;

  Result<std::size_t> open(std::chrono::milliseconds timeout) override;
  Result<void> poll(std::chrono::milliseconds timeout, MessageBatch& batch) override;
  void wake() override;
  Result<TopicOffsets> end_offsets(std::chrono::milliseconds timeout) override;
  [[nodiscard]] TopicOffsets positions() const override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct QueueDeleter {
    void operator()(rd_kafka_queue_s* queue) const;
  };
  struct TopicDeleter {
    void operator()(rd_kafka_topic_s* topic) const;
  };

  RdTopicReader(NativeSettings settings, std::string topic, MemoryBudget::Share share,
                std::shared_ptr<Embedded> embedded, std::function<Result<Handle>()> ends);
  static void on_error(rd_kafka_s* client, int code, const char* reason, void* self);

  Result<void> start_partitions(const PartitionOffsets& begin);
  std::size_t collect(Time deadline);
  void fill(std::size_t count, MessageBatch& batch);
  void keep_fetching(std::int64_t messages, std::int64_t bytes);
  void take_error(const rd_kafka_message_s& message);

  NativeSettings settings_;  // constant once the client is made
  const std::string topic_;
  const MemoryBudget::Share share_;
  const std::shared_ptr<Embedded> embedded_;
  const std::function<Result<Handle>()> make_ends_;
  Handle client_;
  Handle ends_client_;  ///< none until it is needed
  std::unique_ptr<rd_kafka_queue_s, QueueDeleter> queue_;
  std::unique_ptr<rd_kafka_topic_s, TopicDeleter> native_topic_;  ///< none until it is open
  std::atomic<bool> woken_{false};

  PartitionSet partitions_;
  TopicOffsets positions_;      ///< by messages and ends of partitions
  std::optional<Error> error_;  ///< ends the next poll
  FetchWake fetch_wake_;
  std::vector<rd_kafka_message_s*> slots_;
};

}  // namespace millrace::kafka
