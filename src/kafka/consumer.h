#pragma once

#include "kafka/message.h"
#include "millrace/result.h"
#include "millrace/sink.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace millrace::kafka {

/// Told of partitions that come and go. Called inside Consumer::poll and close, on their thread.
class RebalanceListener {
 public:
  virtual ~RebalanceListener() = default;
  /// positions: where reading starts: the committed offset, else by auto.offset.reset.
  virtual void assigned(const PartitionOffsets& positions) = 0;
  /// They are still ours during the call: offsets can be committed.
  virtual void revoked(const PartitionSet& partitions) = 0;
  /// They already belong to somebody else: no commit.
  virtual void lost(const PartitionSet& partitions) = 0;
};

/// A member of a consumer group.
/// Threads: one, except for wake. Messages of a batch may be used after the next poll.
/// Errors:  fatal: the group cannot be read (authorization, login, corrupt data, no offset and
///          auto.offset.reset=none). What passes by itself (lost connections, unknown topics, a new
///          leader) is logged and no error.
class Consumer {
 public:
  using CommitCallback = std::function<void(const Result<void>&)>;

  virtual ~Consumer() = default;

  /// Joins the group for these topics; again: changes them. The listener outlives the consumer.
  virtual Result<void> subscribe(const std::vector<std::string>& topics,
                                 RebalanceListener& listener) = 0;
  /// Clears the batch and fills it with at most max.poll.records messages. Returns as soon as there
  /// is at least one, when the time is over, or after wake. Serves rebalances and commit callbacks.
  virtual Result<void> poll(std::chrono::milliseconds timeout, MessageBatch& batch) = 0;
  /// Ends a running poll, or else the next one, early. Threads: any.
  virtual void wake() = 0;

  virtual Result<void> pause(const PartitionSet& partitions) = 0;
  virtual Result<void> resume(const PartitionSet& partitions) = 0;
  virtual Result<void> seek(const PartitionOffsets& offsets) = 0;

  /// offsets: the next to be read. The callback comes in a later poll (or close) on its thread.
  virtual void commit_async(const PartitionOffsets& offsets, CommitCallback callback) = 0;
  /// Tries retriable errors again for default.api.timeout.ms.
  virtual Result<void> commit_sync(const PartitionOffsets& offsets) = 0;

  /// Names of all topics of the cluster, internal ones included.
  virtual Result<std::vector<std::string>> topics() = 0;
  /// Leaves the group. Does not call the listener.
  virtual void close() = 0;
};

}  // namespace millrace::kafka
