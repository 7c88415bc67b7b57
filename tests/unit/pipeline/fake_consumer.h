#pragma once

#include "base/clock.h"
#include "kafka/consumer.h"
#include "task_world.h"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::pipeline {

/// "orders-0" as a partition.
TopicPartition partition(const std::string& text);
PartitionSet partitions(const std::vector<std::string>& texts);
/// "orders-0=3 orders-1=0"
std::string to_text(const PartitionOffsets& offsets);
std::string to_text(const PartitionSet& partitions);

/// The Kafka behind a FakeConsumer: topics, the group's commits, and the rebalances to come. The
/// memory of a batch is overwritten once the batch is given back, so that a view that was kept for
/// too long shows.
/// Threads: the task's, but for the consumer's wake.
class SourceKafka {
 public:
  struct Stored {
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::int64_t timestamp = -1;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
  };

  SourceKafka(Clock& clock, Journal& journal);
  ~SourceKafka();

  /// The task's client.
  std::unique_ptr<kafka::Consumer> make_consumer();

  void produce(const std::string& where, const std::vector<std::string>& values);
  void store(const std::string& where, Stored message);
  // What the next polls bring, one a poll, before their messages.
  void assign(const std::vector<std::string>& to_come);
  void revoke(const std::vector<std::string>& to_go);
  void lose(const std::vector<std::string>& gone);
  /// Answers the commits that wait, oldest first, in the next poll.
  void answer_commits(Result<void> answer = {});

  std::map<TopicPartition, std::vector<Stored>> logs;
  PartitionOffsets committed;
  std::vector<std::string> topics;               ///< of the cluster
  std::vector<std::string> subscribed;           ///< as last said
  std::vector<std::chrono::milliseconds> polls;  ///< how long each was to wait
  std::vector<std::string_view> handed_out;      ///< values of the last poll, where they lie
  std::size_t max_poll_records = 500;
  bool remembers = true;        ///< false: `polls` and `handed_out` stay empty
  bool answers_commits = true;  ///< by itself, in the next poll
  bool endless = false;         ///< logs start again at their end
  /// How many messages are given out although their partition is paused, once.
  std::size_t slip_through_pause = 0;
  std::optional<Error> poll_error;
  std::optional<Error> seek_error;
  std::optional<Error> commit_error;
  std::optional<Error> topics_error;
  std::function<void()> on_poll;

  /// Of the consumer that is there.
  PartitionSet assigned;
  PartitionSet paused;
  PartitionOffsets positions;

 private:
  friend class FakeConsumer;
  using Rebalance = std::function<void(kafka::RebalanceListener&)>;
  struct PendingCommit {
    PartitionOffsets offsets;
    kafka::Consumer::CommitCallback callback;
    std::optional<Result<void>> answer;
  };
  Clock& clock_;
  Journal& journal_;
  std::deque<Rebalance> rebalances_;
  std::deque<PendingCommit> commits_;
};

}  // namespace millrace::pipeline
