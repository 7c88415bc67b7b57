#pragma once

#include "http/back_off.h"
#include "http/open_offsets.h"
#include "http/settings.h"
#include "http/task_clock.h"
#include "millrace/record.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace millrace::http {

/// A record that is not through yet.
struct Item {
  const SinkRecord* record = nullptr;  ///< borrowed from put, or `kept`
  std::unique_ptr<SinkRecord> kept;
  OpenOffsets::Ticket ticket;
  std::size_t bytes = 0;
  TaskClock::Time arrived;
  Instant due;  ///< not before this time of day
};

/// Records that have to go out one after the other. At most one request of a lane is open; it
/// carries the first `sending` of them.
struct Lane {
  std::string name;
  std::deque<Item> items;
  std::size_t sending = 0;  ///< 0: no attempt was made yet
  Attempts attempts;
  bool token_renewed = false;
  std::optional<std::size_t> slot;  ///< of its open request
  bool in_ready = false;
  std::optional<TaskClock::Time> waits_until;
  bool lingers = false;  ///< waits for company only
};

/// All records that the task has taken and not finished, in lanes.
/// Threads: the task's.
class Lanes {
 public:
  Lanes(Ordering ordering, std::size_t batch_records)
      : ordering_(ordering), batch_records_(batch_records) {}

  void add(Item item);
  /// Takes out a lane that may send, or null.
  Lane* next();
  /// Gives it back, to be the next one again.
  void put_back(Lane& lane);
  void wait(Lane& lane, TaskClock::Time until, bool lingers = false);
  /// The first `count` records are through.
  void finished(Lane& lane, std::size_t count, OpenOffsets& offsets);
  /// Lanes whose wait is over may send again.
  void wake(TaskClock::Time now);
  [[nodiscard]] std::optional<TaskClock::Time> next_wake() const;
  [[nodiscard]] bool any_ready() const { return !ready_.empty(); }

  /// Forgets the records of these partitions; slots whose requests are to be ended are returned.
  std::vector<std::size_t> remove(const PartitionSet& partitions);
  /// Makes every record one that can be kept.
  void keep();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::string lane_of(const SinkRecord& record);
  void ready(Lane& lane, bool first);
  void stop_waiting(Lane& lane);
  void erase_if_empty(Lane& lane);

  const Ordering ordering_;
  const std::size_t batch_records_;
  std::unordered_map<std::string, Lane> lanes_;
  Lane* last_ = nullptr;  // that a record was added to; spares a look-up
  std::deque<Lane*> ready_;
  std::multimap<TaskClock::Time, Lane*> waiting_;
  std::uint64_t added_ = 0;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
  std::vector<Lane*> fresh_;  // lanes that got borrowed records
};

}  // namespace millrace::http
