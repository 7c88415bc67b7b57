// What keeps a membership up: the search for the coordinator, and heartbeats.
#include "group/group_terms.h"
#include "group/membership.h"
#include "kafka/rd_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace millrace::group {

using std::chrono::milliseconds;

milliseconds Membership::backoff(int failures) const {
  milliseconds pause = std::max(settings_.retry_backoff, milliseconds(1));
  for (int i = 1; i < failures && pause < settings_.retry_backoff_max; ++i) pause *= 2;
  return std::min(pause, std::max(settings_.retry_backoff_max, settings_.retry_backoff));
}

// --- the coordinator

void Membership::search() {
  if (std::exchange(searching_, true)) return;
  search_timer_.cancel();
  keep_work_no_longer_than_allowed();
  coordinator_.find([this](const Result<void>& result) {
    searching_ = false;
    if (result) return found();
    if (ends_the_worker(result.error())) return end(result.error());
    search_later();
    logger().log(search_failures_ == 1 ? log::Level::warn : log::Level::debug,
                 "group {}: no coordinator yet, looking on: {}", settings_.group_id,
                 result.error().message());
  });
}

void Membership::search_later() {
  if (searching_) return;
  keep_work_no_longer_than_allowed();
  search_timer_.start(backoff(++search_failures_), [this] { search(); });
}

/// G17: others may be given it.
void Membership::keep_work_no_longer_than_allowed() {
  if (held_.assigned.empty() || lost_.running()) return;
  lost_.start(settings_.heartbeat_interval, [this] {
    give_up_work(fmt::format("the coordinator was not found within {} ms",
                             settings_.heartbeat_interval.count()));
  });
}

void Membership::found() {
  search_failures_ = 0;
  lost_.cancel();
  last_good_ = loop_.now();  // it gets as long as a new one
  if (state_ == State::joining) return send_join();
  if (state_ == State::stable) schedule_heartbeat(milliseconds(0));
}

/// The first attempt to find it again follows at once: often it is the connection alone that broke.
void Membership::lose_coordinator(const Error& why) {
  if (ends_the_worker(why)) return end(why);
  if (searching_ || search_timer_.running()) return;
  coordinator_.forget(why);
  if (state_ == State::out || state_ == State::waiting || state_ == State::ended) return;
  logger().info("group {}: the coordinator is lost: {}", settings_.group_id, why.message());
  heartbeat_under_way_ = false;
  heartbeat_.cancel();
  if (state_ == State::syncing) state_ = State::joining;
  ++attempt_;
  retry_.cancel();
  search();
}

void Membership::coordinator_moved(Code error) {
  const Error why = kafka::error_from(error, "the coordinator says");
  coordinator_.forget(why);
  heartbeat_under_way_ = false;
  heartbeat_.cancel();
  if (state_ == State::syncing) state_ = State::joining;
  ++attempt_;
  search_later();
  logger().info("group {}: another coordinator is to be found: {}", settings_.group_id,
                why.message());
}

/// G18: the work goes on, and is claimed when we join. But the next round may wait for a worker
/// that is dead, and another one after it, while others run the same already.
void Membership::taken_out() {
  member_.clear();
  if (eager() || held_.assigned.empty() || taken_out_.running()) return;
  taken_out_.start(settings_.session_timeout / 2, [this] {
    give_up_work(fmt::format("the group has taken this worker out, and not back within {} ms",
                             settings_.session_timeout.count() / 2));
  });
}

void Membership::give_up_work(std::string_view why) {
  logger().warn("group {}: {}: all work is to be stopped, for others may be given it",
                settings_.group_id, why);
  stop_everything();
  coordinator_.forget(Error{ErrorCode::retriable, "the search was given up"});
  held_.assigned = {};
  holds_anything_ = false;
  state_ = State::waiting;
  host_.coordinator_lost(++event_);
}

// --- heartbeats

void Membership::schedule_heartbeat(milliseconds delay) {
  heartbeat_.start(delay, [this] { beat(); });
}

void Membership::beat() {
  if (loop_.now() - last_good_ >= settings_.session_timeout) {
    return lose_coordinator(Error{
        ErrorCode::retriable,
        fmt::format("no heartbeat has succeeded for {} ms", settings_.session_timeout.count())});
  }
  schedule_heartbeat(settings_.beat_interval);
  if (!coordinator_.known()) return;
  heartbeat_overdue_ = heartbeat_under_way_;
  if (!heartbeat_under_way_) send_heartbeat();
}

void Membership::send_heartbeat() {
  heartbeat_under_way_ = true;
  heartbeat_overdue_ = false;
  const HeartbeatRequest request{settings_.group_id, generation_, member_};
  coordinator_.send(
      Api::heartbeat, [request](std::int16_t version) { return encode(request, version); },
      settings_.network.request_timeout,
      [this, attempt = attempt_, generation = generation_](const Result<Connection::Reply>& reply) {
        if (attempt != attempt_) return;  // G13: of a generation that is over
        heartbeat_under_way_ = false;
        beaten(generation, reply);
        if (attempt == attempt_ && heartbeat_overdue_) send_heartbeat();
      });
}

void Membership::beaten(std::int32_t generation, const Result<Connection::Reply>& reply) {
  if (!reply) return lose_coordinator(reply.error());
  const auto response = decode_heartbeat(reply->body, reply->version);
  const Code error = response ? response->error : static_cast<Code>(-1);
  const bool good = error == none || error == rebalance_in_progress;
  if (good) {
    last_good_ = loop_.now();
    heartbeat_failures_ = 0;
  }
  switch (error) {
    case none: return;
    case rebalance_in_progress:
      if (state_ == State::stable) want_rejoin("the group rebalances");
      return;
    case coordinator_not_available:
    case not_coordinator: return coordinator_moved(error);
    case illegal_generation:
    case unknown_member_id: {
      if (generation != generation_) return;
      const std::string reason = error == unknown_member_id
                                     ? "the group has taken this worker out"
                                     : "the group has gone on without this worker";
      if (state_ != State::syncing) stop_everything();
      if (error == unknown_member_id) taken_out();
      if (state_ == State::syncing) return join_again(reason);
      state_ = State::waiting;
      return want_rejoin(reason);
    }
    default:
      heartbeat_overdue_ = false;
      if (++heartbeat_failures_ == 1) {
        logger().warn("group {}: a heartbeat failed, another one follows: {}", settings_.group_id,
                      response ? kafka::error_from(error, "the coordinator says").message()
                               : response.error().message());
      }
      return schedule_heartbeat(backoff(heartbeat_failures_));
  }
}

}  // namespace millrace::group
