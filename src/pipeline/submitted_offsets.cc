#include "pipeline/submitted_offsets.h"

#include <algorithm>
#include <cassert>
#include <type_traits>
#include <variant>

namespace millrace::pipeline {

TrackedBatch* BatchPool::take() {
  if (free_.empty()) {
    all_.push_back(std::make_unique<TrackedBatch>());
    free_.push_back(all_.back().get());
  }
  TrackedBatch* batch = free_.back();
  free_.pop_back();
  batch->users = 1;
  return batch;
}

void BatchPool::release(TrackedBatch& batch) {
  if (--batch.users > 0) return;
  batch.batch.clear();
  free_.push_back(&batch);
}

namespace {

/// Compares a partition inside a batch with an owned one, without making a map of it.
bool same(const OffsetView& view, const NullableOffsetMap& map) {
  if (view.is_null() || !map) return view.is_null() == !map;
  if (view.entries().size() != map->size()) return false;
  return std::all_of(view.entries().begin(), view.entries().end(),
                     [&map](const OffsetEntry& entry) {
                       const auto it = map->find(entry.key);
                       return it != map->end() && it->second == entry.value;
                     });
}

/// Less, equal or greater, as -1, 0, 1. What partitions cannot hold (lists, maps) compares as
/// equal.
int compare(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return a.kind() < b.kind() ? -1 : 1;
  return std::visit(
      [&b](const auto& content) {
        using T = std::decay_t<decltype(content)>;
        if constexpr (std::is_arithmetic_v<T>) {
          const T other = *b.get_if<T>();
          return content < other ? -1 : (other < content ? 1 : 0);
        } else if constexpr (std::is_same_v<T, Text> || std::is_same_v<T, Bytes>) {
          return content.view().compare(b.view());
        } else {
          return 0;
        }
      },
      a.variant());
}

}  // namespace

bool PartitionLess::operator()(const NullableOffsetMap& a, const NullableOffsetMap& b) const {
  if (!a || !b) return !a && b;
  return std::lexicographical_compare(a->begin(), a->end(), b->begin(), b->end(),
                                      [](const auto& x, const auto& y) {
                                        if (x.first != y.first) return x.first < y.first;
                                        return compare(x.second, y.second) < 0;
                                      });
}

SubmittedOffsets::Queue& SubmittedOffsets::queue_of(const OffsetView& partition) {
  if (last_ == nullptr || !same(partition, last_->first)) {
    last_ = &*queues_.try_emplace(to_map(partition)).first;
  }
  return last_->second;
}

SubmittedOffsets::Entry& SubmittedOffsets::submit(TrackedBatch& batch, const SourceRecord& record) {
  Queue& queue = queue_of(record.source_partition);
  ++batch.users;
  withdrawable_ = &queue;
  return queue.emplace_back(Entry{&batch, &record, false});
}

void SubmittedOffsets::withdraw(Entry& entry) {
  assert(withdrawable_ != nullptr && &withdrawable_->back() == &entry && !entry.acknowledged);
  TrackedBatch& batch = *entry.batch;
  withdrawable_->pop_back();
  pool_.release(batch);
}

void SubmittedOffsets::collect(CommittableOffsets& into) {
  for (auto it = queues_.begin(); it != queues_.end();) {
    Queue& entries = it->second;
    std::size_t done = 0;
    while (done < entries.size() && entries[done].acknowledged) ++done;
    if (done > 0) into.insert_or_assign(it->first, to_map(entries[done - 1].record->source_offset));
    for (std::size_t i = 0; i < done; ++i) {
      pool_.release(*entries.front().batch);
      entries.pop_front();
    }
    it = entries.empty() ? queues_.erase(it) : std::next(it);
  }
  last_ = nullptr;
}

}  // namespace millrace::pipeline
