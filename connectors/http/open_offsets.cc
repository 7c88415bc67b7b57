#include "http/open_offsets.h"

namespace millrace::http {

OpenOffsets::Ticket OpenOffsets::take(const SinkRecord& record) {
  const bool same = last_ != partitions_.end() &&
                    last_->first.partition == record.original_partition &&
                    last_->first.topic == record.original_topic.view();
  if (!same) {
    last_ = partitions_
                .try_emplace({record.original_topic.str(), record.original_partition}, Partition{})
                .first;
  }
  Partition& partition = last_->second;
  partition.entries.push_back({record.original_offset, false});
  return {&partition, partition.first + partition.entries.size() - 1};
}

void OpenOffsets::done(const Ticket& ticket) {
  Partition& partition = *ticket.partition;
  partition.entries[static_cast<std::size_t>(ticket.number - partition.first)].done = true;
  while (!partition.entries.empty() && partition.entries.front().done) {
    partition.entries.pop_front();
    ++partition.first;
  }
}

std::optional<std::int64_t> OpenOffsets::first_open(const TopicPartition& partition) const {
  const auto it = partitions_.find(partition);
  if (it == partitions_.end() || it->second.entries.empty()) return std::nullopt;
  return it->second.entries.front().offset;
}

void OpenOffsets::forget(const TopicPartition& partition) {
  partitions_.erase(partition);
  last_ = partitions_.end();
}

}  // namespace millrace::http
