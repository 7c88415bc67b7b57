#include "http/sender.h"

#include "http/address_guard.h"

#include <algorithm>
#include <utility>

namespace millrace::http {

namespace {

using SteadyClock = std::chrono::steady_clock;

}  // namespace

Sender::Sender(const Settings& settings, const TaskClock& clock, RecordSink& sink)
    : settings_(settings),
      clock_(clock),
      sink_(sink),
      builder_(settings),
      log_(settings),
      lanes_(settings.ordering, settings.batch.records),
      transfers_(settings),
      in_slot_(settings.transfer.in_flight),
      token_(settings.auth),
      rate_(settings.rate),
      random_(std::random_device{}()) {
  for (Slot slot = settings.transfer.in_flight; slot > 0; --slot) free_.push_back(slot - 1);
}

void Sender::add(const SinkRecord& record) {
  Item item;
  item.record = &record;
  item.ticket = offsets_.take(record);
  item.bytes = record.value.view().size() + 512;  // what surrounds it, about
  if (settings_.delay_seconds > 0 || settings_.batch.linger.count() > 0) {
    item.arrived = clock_.now();
    const Instant from =
        record.timestamp && *record.timestamp >= 0 && record.timestamp_type != TimestampType::none
            ? Instant(Milliseconds(*record.timestamp))
            : clock_.wall();
    item.due = from + std::chrono::seconds(settings_.delay_seconds);
  }
  lanes_.add(std::move(item));
}

Result<void> Sender::work(bool paused, bool more_to_come, Milliseconds slice) {
  const auto end = SteadyClock::now() + slice;
  while (true) {
    lanes_.wake(clock_.now());
    if (!paused) MILLRACE_TRY(begin_all());
    if (transfers_.open() == 0) return {};  // all is through, or waits
    const bool drained =
        more_to_come && !lanes_.any_ready() && transfers_.open() * 2 <= in_slot_.size();
    const auto left = std::chrono::ceil<Milliseconds>(end - SteadyClock::now());
    if (left.count() <= 0) return {};
    for (Transfers::Finished& one : transfers_.drive(drained ? Milliseconds(0) : left)) {
      MILLRACE_TRY(ended(one.slot, one.outcome));
    }
    if (drained) return {};
  }
}

std::optional<TaskClock::Time> Sender::next_time() const {
  std::optional<TaskClock::Time> next = lanes_.next_wake();
  if (lanes_.any_ready()) {
    const TaskClock::Time turn = held_until_ ? *held_until_ : clock_.now();
    next = next ? std::min(*next, turn) : turn;
  }
  return next;
}

Result<void> Sender::begin_all() {
  const TaskClock::Time now = clock_.now();
  if (held_until_ && now < *held_until_) return {};
  held_until_.reset();
  while (!free_.empty()) {
    Lane* lane = lanes_.next();
    if (lane == nullptr) return {};
    Result<Begun> begun = begin(*lane);
    if (!begun) return std::move(begun.error());
    if (*begun == Begun::held) return {};
  }
  return {};
}

/// Sends what the lane has next, if it is time to.
Result<Sender::Begun> Sender::begin(Lane& lane) {
  const TaskClock::Time now = clock_.now();
  const Item& front = lane.items.front();
  if (front.record->value.is_null() && settings_.on_null != OnNull::send_delete) {
    MILLRACE_TRY(pass_null(lane));
    return Begun::no_turn;
  }
  if (lane.sending == 0) {
    bool lingers = false;
    const Instant wall = settings_.delay_seconds > 0 ? clock_.wall() : Instant();
    if (settings_.delay_seconds > 0 && front.due > wall) {
      const Milliseconds wait = front.due - wall;
      log_.delayed(*front.record, front.record->timestamp.value_or(-1), wait);
      lanes_.wait(lane, now + wait);
      return Begun::no_turn;
    }
    const Result<std::size_t> count = choose(lane, now, wall, lingers);
    if (!count) {
      MILLRACE_TRY(unsendable(lane, 1, count.error()));
      return Begun::no_turn;
    }
    if (lingers) {
      lanes_.wait(lane, front.arrived + settings_.batch.linger, true);
      return Begun::no_turn;
    }
    lane.sending = *count;
  }
  if (const TaskClock::Time opens = rate_.opens(); opens > now) {
    held_until_ = opens;
    lanes_.put_back(lane);
    return Begun::held;
  }
  if (token_.needed(now)) {
    if (!token_open_) token_for_ = &lane;
    lanes_.put_back(lane);
    begin_token();
    return Begun::held;
  }
  batch_.clear();
  for (std::size_t i = 0; i < lane.sending; ++i) batch_.push_back(lane.items[i].record);
  const Slot slot = free_.back();
  Request& request = transfers_.request(slot);
  Result<void> built = builder_.build(batch_, request);
  if (built) built = check_allowed(*request.target, settings_.transfer.allowed);
  if (!built) {
    MILLRACE_TRY(unsendable(lane, lane.sending, built.error()));
    return Begun::no_turn;
  }
  free_.pop_back();
  in_slot_[slot] = &lane;
  lane.slot = slot;
  log_.sends(request);
  rate_.passed(now);
  transfers_.begin(slot, bearer());
  return Begun::yes;
}

/// How many records go into the next request. lingers: it is worth waiting for more.
Result<std::size_t> Sender::choose(Lane& lane, TaskClock::Time now, Instant wall, bool& lingers) {
  const BatchSettings& batch = settings_.batch;
  if (batch.records == 1) return std::size_t{1};
  const Result<std::string> key = builder_.batch_key(*lane.items.front().record);
  if (!key) return key.error();
  std::size_t count = 0;
  scratch_.clear();
  for (const Item& item : lane.items) {
    if (count == batch.records) return count;
    if (count > 0) {
      if (settings_.delay_seconds > 0 && item.due > wall) return count;
      const Result<std::string> other = builder_.batch_key(*item.record);
      if (!other || *other != *key || item.record->value.is_null()) return count;
    }
    if (batch.bytes > 0) {
      MILLRACE_TRY(builder_.append_body(scratch_, *item.record));
      if (count > 0 && scratch_.size() > batch.bytes) return count;
    }
    ++count;
    if (item.record->value.is_null()) return count;  // a DELETE of its own
  }
  lingers = count < batch.records && lane.items.front().arrived + batch.linger > now &&
            batch.linger.count() > 0;
  return count;
}

Result<void> Sender::pass_null(Lane& lane) {
  const SinkRecord& record = *lane.items.front().record;
  if (settings_.on_null == OnNull::fail) {
    return unsendable(lane, 1,
                      Error{ErrorCode::bad_record,
                            "the record has no value (a tombstone), and behavior.on.null.values is "
                            "not set to say what that means"});
  }
  if (settings_.on_null == OnNull::log) log_.left_out(record);
  finish(lane, 1);
  return {};
}

Result<void> Sender::unsendable(Lane& lane, std::size_t count, const Error& error) {
  for (std::size_t i = 0; i < count; ++i) {
    MILLRACE_TRY(sink_.unsendable(*lane.items[i].record, error));
  }
  finish(lane, count);
  return {};
}

/// Fetches a token, unless that is on its way. Its slot is the one after those of records.
void Sender::begin_token() {
  if (std::exchange(token_open_, true)) return;
  const Slot slot = in_slot_.size();
  token_.fill(transfers_.request(slot));
  transfers_.begin(slot);
}

void Sender::remove(const PartitionSet& partitions) {
  token_for_ = nullptr;  // it may go; the token is for everybody
  for (const Slot slot : lanes_.remove(partitions)) {
    transfers_.abort(slot);
    in_slot_[slot] = nullptr;
    free_.push_back(slot);
  }
  for (const TopicPartition& partition : partitions) offsets_.forget(partition);
}

std::string Sender::bearer() const {
  if (settings_.auth.type == AuthType::bearer) return settings_.auth.token;
  return token_.used() ? token_.token() : std::string();
}

}  // namespace millrace::http
