#pragma once

#include "millrace/source.h"
#include "millrace/source_batch.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <vector>

namespace millrace::pipeline {

/// A batch on its way: used again once none of its records is needed any more.
struct TrackedBatch {
  SourceBatch batch;
  std::size_t users = 0;  ///< records not yet acknowledged in order, and the sender
};

/// Batches for reuse. Threads: the task's.
class BatchPool {
 public:
  /// An empty batch with one user: the caller.
  TrackedBatch* take();
  void release(TrackedBatch& batch);

 private:
  std::vector<std::unique_ptr<TrackedBatch>> all_;
  std::vector<TrackedBatch*> free_;
};

/// Some order of source partitions, for maps.
struct PartitionLess {
  bool operator()(const NullableOffsetMap& a, const NullableOffsetMap& b) const;
};

/// Offsets that may be stored now, by source partition; a null offset deletes.
using CommittableOffsets = std::map<NullableOffsetMap, NullableOffsetMap, PartitionLess>;

/// Which of the records that were sent are acknowledged without a gap before them, by source
/// partition: only their offsets may be stored.
/// Threads: the task's.
class SubmittedOffsets {
 public:
  struct Entry {
    TrackedBatch* batch = nullptr;
    const SourceRecord* record = nullptr;
    std::optional<std::int64_t> timestamp = {};  ///< that it was sent with
    bool acknowledged = false;
    bool dead_letter = false;  ///< what is on its way is a dead letter, not the record
  };

  explicit SubmittedOffsets(BatchPool& pool) : pool_(pool) {}

  /// A record is about to be sent. The entry is valid until collect takes it out; the batch stays
  /// as long.
  Entry& submit(TrackedBatch& batch, const SourceRecord& record);
  /// Takes back the entry just submitted: the record was not sent after all.
  void withdraw(Entry& entry);
  /// More than one call for an entry does no harm.
  void acknowledge(Entry& entry) { entry.acknowledged = true; }

  /// Moves the newest offsets that are committable into `into`, over older ones.
  void collect(CommittableOffsets& into);
  [[nodiscard]] bool empty() const { return queues_.empty(); }

 private:
  using Queue = std::pmr::deque<Entry>;
  using Queues = std::pmr::map<NullableOffsetMap, Queue, PartitionLess>;

  Queue& queue_of(const OffsetView& partition);

  BatchPool& pool_;
  std::pmr::unsynchronized_pool_resource memory_;  // what queues give back is used again
  Queues queues_{&memory_};
  Queues::value_type* last_ = nullptr;  // the queue of the record before
  Queue* withdrawable_ =
      nullptr;  // of the record submitted last; there until that one is acknowledged
};

}  // namespace millrace::pipeline
