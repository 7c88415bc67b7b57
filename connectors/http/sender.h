#pragma once

#include "http/judge.h"
#include "http/lanes.h"
#include "http/oauth.h"
#include "http/open_offsets.h"
#include "http/rate_limit.h"
#include "http/record_log.h"
#include "http/request_builder.h"
#include "http/settings.h"
#include "http/task_clock.h"
#include "http/transfers.h"
#include "millrace/sink.h"

#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace millrace::http {

/// Told of records that are given up or through.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  /// Errors (fatal): the record cannot be taken over, and the task has to fail.
  virtual Result<void> dropped(const SinkRecord& record, const std::string& reason,
                               const Outcome& outcome) = 0;
  /// One that can never be sent as it is. Errors: the task has to fail.
  virtual Result<void> unsendable(const SinkRecord& record, const Error& error) = 0;
  virtual void delivered(const SinkRecord& record, const Outcome& outcome) = 0;
};

/// Takes records, sends them in the order that is wanted, waits, tries again, gives up.
/// Threads: the task's. Nothing blocks longer than the slice of `work`.
class Sender {
 public:
  Sender(const Settings& settings, const TaskClock& clock, RecordSink& sink);

  /// Records are borrowed until `keep`.
  void add(const SinkRecord& record);
  /// Sends and listens for so long at the most; begins nothing new when paused. more_to_come: comes
  /// back when there is room for more records, instead of waiting for the last replies.
  /// Errors (fatal): a record that the task may not go past.
  Result<void> work(bool paused, bool more_to_come, Milliseconds slice);
  void keep() { lanes_.keep(); }
  void remove(const PartitionSet& partitions);

  [[nodiscard]] std::size_t size() const { return lanes_.size(); }
  [[nodiscard]] std::size_t bytes() const { return lanes_.bytes(); }
  [[nodiscard]] std::size_t open() const { return transfers_.open(); }
  /// Records that are through, dropped ones included, since it was asked last.
  std::size_t take_finished() { return std::exchange(finished_, 0); }
  [[nodiscard]] const OpenOffsets& offsets() const { return offsets_; }
  /// When there is something to do again, if not for open requests: now, later, or never.
  [[nodiscard]] std::optional<TaskClock::Time> next_time() const;

 private:
  using Slot = Transfers::Slot;

  Result<void> begin_all();
  enum class Begun { yes, no_turn, held };
  Result<Begun> begin(Lane& lane);
  Result<std::size_t> choose(Lane& lane, TaskClock::Time now, Instant wall, bool& lingers);
  void begin_token();
  Result<void> pass_null(Lane& lane);
  Result<void> unsendable(Lane& lane, std::size_t count, const Error& error);

  Result<void> ended(Slot slot, Outcome& outcome);
  Result<void> token_ended(Outcome& outcome);
  Result<bool> follow(Slot slot, Lane& lane, Outcome& outcome);
  Result<void> go_on(Lane& lane, const Judgement& judgement, const Outcome& outcome);
  Result<void> give_up(Lane& lane, const NextStep& step, const Judgement& judgement,
                       const Outcome& outcome);
  void finish(Lane& lane, std::size_t count);
  [[nodiscard]] std::optional<Milliseconds> asked_wait(const Outcome& outcome) const;
  [[nodiscard]] std::string bearer() const;

  const Settings& settings_;
  const TaskClock& clock_;
  RecordSink& sink_;
  RequestBuilder builder_;
  RecordLog log_;
  OpenOffsets offsets_;
  Lanes lanes_;
  Transfers transfers_;
  std::vector<Lane*> in_slot_;  // which lane's request a slot sends
  std::vector<Slot> free_;
  OAuthToken token_;
  Lane* token_for_ = nullptr;  // the lane that a token is being fetched for
  bool token_open_ = false;
  RateGate rate_;
  std::optional<TaskClock::Time> held_until_;  // nothing begins before
  std::minstd_rand random_;
  std::vector<const SinkRecord*> batch_;  // kept for its memory
  std::string scratch_;
  std::size_t finished_ = 0;
};

}  // namespace millrace::http
