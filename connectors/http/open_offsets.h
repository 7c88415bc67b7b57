#pragma once

#include "millrace/sink.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace millrace::http {

/// Which records of each partition are not through yet: what may be committed ends before the
/// first of them, in whatever order the others are finished.
/// Threads: the task's.
class OpenOffsets {
  struct Partition {
    struct Entry {
      std::int64_t offset;
      bool done;
    };
    std::deque<Entry> entries;
    std::uint64_t first = 0;  // number of entries.front()
  };

 public:
  /// Stands for one record, until its partition is forgotten.
  struct Ticket {
    Partition* partition = nullptr;
    std::uint64_t number = 0;
  };

  /// Records of a partition come in order.
  Ticket take(const SinkRecord& record);
  void done(const Ticket& ticket);
  /// The lowest offset that is not through; none: all are.
  [[nodiscard]] std::optional<std::int64_t> first_open(const TopicPartition& partition) const;
  void forget(const TopicPartition& partition);

 private:
  std::map<TopicPartition, Partition> partitions_;
  std::map<TopicPartition, Partition>::iterator last_ = partitions_.end();
};

}  // namespace millrace::http
