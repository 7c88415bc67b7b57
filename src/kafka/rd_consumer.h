#pragma once

#include "kafka/consumer.h"
#include "kafka/fetch_wake.h"
#include "kafka/join_watch.h"
#include "kafka/memory_budget.h"
#include "kafka/rd_client.h"
#include "kafka/settings.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct rd_kafka_queue_s;
struct rd_kafka_message_s;

namespace millrace::kafka {

class Embedded;

/// Consumer over librdkafka.
///
/// librdkafka's callbacks (rebalances, results of commits, errors) come while it collects a batch.
/// They are only noted there, and handled between two batches: the listener runs when the messages
/// of earlier polls have been worked on, its calls never enter librdkafka twice, and no message of
/// a revoked partition comes after its revocation.
class RdConsumer final : public Consumer {
 public:
  static Result<std::unique_ptr<Consumer>> make(NativeSettings settings, MemoryBudget::Share share,
                                                std::shared_ptr<Embedded> embedded);
  ~RdConsumer() override;

  Result<void> subscribe(const std::vector<std::string>& topics,
                         RebalanceListener& listener) override;
  Result<void> poll(std::chrono::milliseconds timeout, MessageBatch& batch) override;
  void wake() override;
  Result<void> pause(const PartitionSet& partitions) override;
  Result<void> resume(const PartitionSet& partitions) override;
  Result<void> seek(const PartitionOffsets& offsets) override;
  void commit_async(const PartitionOffsets& offsets, CommitCallback callback) override;
  Result<void> commit_sync(const PartitionOffsets& offsets) override;
  Result<std::vector<std::string>> topics() override;
  void close() override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Rebalance {
    bool assign = false;
    PartitionList partitions;
  };
  struct Watched;
  struct QueueDeleter {
    void operator()(rd_kafka_queue_s* queue) const;
  };
  struct PendingCommit {
    RdConsumer* consumer;
    CommitCallback callback;
    std::list<PendingCommit>::iterator self;
  };

  RdConsumer(NativeSettings settings, MemoryBudget::Share share,
             std::shared_ptr<Embedded> embedded);

  // librdkafka's callbacks
  static void on_rebalance(rd_kafka_s* client, int code,
                           rd_kafka_topic_partition_list_s* partitions, void* self);
  static void on_error(rd_kafka_s* client, int code, const char* reason, void* self);
  static void on_commit(rd_kafka_s* client, int code, rd_kafka_topic_partition_list_s* offsets,
                        void* pending);

  /// Collects messages into slots_; returns when there is one, at the deadline, or to serve
  /// something.
  std::size_t collect(Time deadline);
  void fill(std::size_t count, MessageBatch& batch);
  void keep_fetching(std::int64_t messages, std::int64_t bytes);
  void take_error(const rd_kafka_message_s& message);
  /// Rebalances and commit results that were noted. False: an assignment still waits for offsets.
  bool serve_noted(Time deadline);
  bool serve_assign(Rebalance& rebalance, Time deadline);
  void serve_revoke(Rebalance& rebalance);
  // The client is named: while it is being destroyed it may ask once more, and client_ is empty.
  void finish_assign(rd_kafka_s& client, const rd_kafka_topic_partition_list_s* partitions);
  void finish_revoke(rd_kafka_s& client, const rd_kafka_topic_partition_list_s* partitions);
  /// Goes back to what was last handed out: librdkafka may have dropped or repeated messages of
  /// partitions that it kept through a rebalance.
  void restore_positions();
  void follow(std::string_view topic, std::int32_t partition, std::int64_t next);
  void reset_by_time(const rd_kafka_message_s& message);
  Result<void> seek_now(const PartitionOffsets& offsets);
  Result<void> set_paused(const PartitionSet& partitions, bool paused);
  [[nodiscard]] Result<void> commit_result(int code,
                                           const rd_kafka_topic_partition_list_s* offsets) const;
  [[nodiscard]] bool has_member_id() const;
  [[nodiscard]] bool noted() const { return !rebalances_.empty() || !commit_results_.empty(); }

  NativeSettings settings_;  // constant once the client is made
  const MemoryBudget::Share share_;
  const std::shared_ptr<Embedded> embedded_;
  std::string group_;
  Handle client_;
  JoinWatch* joins_ = nullptr;  ///< lives as long as the client
  std::unique_ptr<rd_kafka_queue_s, QueueDeleter> queue_;
  std::atomic<bool> woken_{false};

  RebalanceListener* listener_ = nullptr;
  std::deque<Rebalance> rebalances_;
  std::list<PendingCommit> commits_;
  std::vector<std::pair<CommitCallback, Result<void>>> commit_results_;
  std::optional<Error> error_;  ///< ends the next poll
  bool fatal_ = false;          ///< error_ stays
  bool closing_ = false;
  bool closed_ = false;

  PartitionSet assigned_;
  PartitionSet paused_;  ///< by us: librdkafka may go back when it resumes others
  PartitionOffsets* assigning_ =
      nullptr;                  ///< seeks go here while the listener hears of an assignment
  PartitionOffsets positions_;  ///< next to be handed out; only with incremental rebalances
  std::chrono::milliseconds lookup_time_{0};
  FetchWake fetch_wake_;
  std::vector<rd_kafka_message_s*> slots_;
};

}  // namespace millrace::kafka
