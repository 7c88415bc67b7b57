#include "http/lanes.h"

#include "millrace/value_text.h"

#include <algorithm>
#include <utility>

namespace millrace::http {

std::string Lanes::lane_of(const SinkRecord& record) {
  switch (ordering_) {
    case Ordering::task: return {};
    case Ordering::none: return std::to_string(added_ / batch_records_);
    case Ordering::key:
      if (!record.key.is_null()) return "k" + to_text(record.key);
      break;
    case Ordering::partition: break;
  }
  return "p" + std::to_string(record.original_partition) + " " + record.original_topic.str();
}

void Lanes::add(Item item) {
  if (last_ == nullptr || ordering_ != Ordering::task) {
    std::string name = lane_of(*item.record);
    const auto [it, made] = lanes_.try_emplace(std::move(name));
    last_ = &it->second;
    if (made) last_->name = it->first;
  }
  Lane& lane = *last_;
  ++added_;
  ++size_;
  bytes_ += item.bytes;
  lane.items.push_back(std::move(item));
  if (fresh_.empty() || fresh_.back() != &lane) fresh_.push_back(&lane);
  if (lane.lingers) stop_waiting(lane);
  if (!lane.slot && !lane.waits_until) ready(lane, false);
}

void Lanes::ready(Lane& lane, bool first) {
  if (std::exchange(lane.in_ready, true)) return;
  first ? ready_.push_front(&lane) : ready_.push_back(&lane);
}

Lane* Lanes::next() {
  if (ready_.empty()) return nullptr;
  Lane* lane = ready_.front();
  ready_.pop_front();
  lane->in_ready = false;
  return lane;
}

void Lanes::put_back(Lane& lane) { ready(lane, true); }

void Lanes::wait(Lane& lane, TaskClock::Time until, bool lingers) {
  lane.waits_until = until;
  lane.lingers = lingers;
  waiting_.emplace(until, &lane);
}

void Lanes::stop_waiting(Lane& lane) {
  const auto [begin, end] = waiting_.equal_range(*lane.waits_until);
  waiting_.erase(std::find_if(begin, end, [&](const auto& one) { return one.second == &lane; }));
  lane.waits_until.reset();
  lane.lingers = false;
}

void Lanes::finished(Lane& lane, std::size_t count, OpenOffsets& offsets) {
  for (std::size_t i = 0; i < count; ++i) {
    Item& item = lane.items.front();
    offsets.done(item.ticket);
    --size_;
    bytes_ -= item.bytes;
    lane.items.pop_front();
  }
  lane.sending = 0;
  lane.attempts = {};
  lane.token_renewed = false;
  lane.slot.reset();
  if (lane.items.empty()) {
    erase_if_empty(lane);
  } else {
    ready(lane, ordering_ == Ordering::task);
  }
}

void Lanes::erase_if_empty(Lane& lane) {
  if (!lane.items.empty() || ordering_ == Ordering::task) return;
  std::erase(fresh_, &lane);
  if (last_ == &lane) last_ = nullptr;
  const std::string name = lane.name;
  lanes_.erase(name);
}

void Lanes::wake(TaskClock::Time now) {
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    Lane& lane = *waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    lane.waits_until.reset();
    lane.lingers = false;
    ready(lane, false);
  }
}

std::optional<TaskClock::Time> Lanes::next_wake() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first;
}

std::vector<std::size_t> Lanes::remove(const PartitionSet& partitions) {
  std::vector<std::size_t> slots;
  const auto gone = [&partitions](const Item& item) {
    return partitions.contains(
        {item.record->original_topic.str(), item.record->original_partition});
  };
  for (auto& [name, lane] : lanes_) {
    const auto sent = lane.items.begin() + static_cast<std::ptrdiff_t>(lane.sending);
    const bool touched = std::any_of(lane.items.begin(), sent, gone);
    for (const Item& item : lane.items) {
      if (!gone(item)) continue;
      --size_;
      bytes_ -= item.bytes;
    }
    std::erase_if(lane.items, gone);
    if (!touched) continue;
    if (lane.slot) slots.push_back(*std::exchange(lane.slot, std::nullopt));
    if (lane.waits_until) stop_waiting(lane);
    lane.sending = 0;
    lane.attempts = {};
  }
  ready_.clear();
  for (auto it = lanes_.begin(); it != lanes_.end();) {
    Lane& lane = it->second;
    lane.in_ready = false;
    if (lane.items.empty() && lane.waits_until) stop_waiting(lane);
    if (lane.items.empty() && ordering_ != Ordering::task) {
      it = lanes_.erase(it);
      continue;
    }
    if (!lane.items.empty() && !lane.slot && !lane.waits_until) ready(lane, false);
    ++it;
  }
  if (ordering_ != Ordering::task) last_ = nullptr;
  fresh_.clear();
  for (auto& [name, lane] : lanes_) fresh_.push_back(&lane);
  return slots;
}

void Lanes::keep() {
  for (Lane* lane : fresh_) {
    for (auto item = lane->items.rbegin(); item != lane->items.rend() && !item->kept; ++item) {
      item->kept = std::make_unique<SinkRecord>(*item->record);
      SinkRecord& record = *item->kept;
      static_cast<Record&>(record) = item->record->retained();
      record.original_topic = item->record->original_topic.retained();
      item->record = item->kept.get();
    }
  }
  fresh_.clear();
}

}  // namespace millrace::http
