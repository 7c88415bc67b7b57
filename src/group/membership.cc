#include "group/membership.h"

#include "base/log.h"
#include "kafka/rd_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace millrace::group {

namespace {

using std::chrono::milliseconds;

log::Logger& logger() {
  static log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.distributed.WorkerCoordinator");
  return instance;
}

/// Errors of Kafka's protocol that have a meaning of their own here.
enum : std::int16_t {
  none = 0,
  coordinator_load_in_progress = 14,
  coordinator_not_available = 15,
  not_coordinator = 16,
  illegal_generation = 22,
  unknown_member_id = 25,
  rebalance_in_progress = 27,
  member_id_required = 79,
};

/// How often we may join without a pause when the coordinator says "at once".
constexpr int joins_at_once = 5;
constexpr milliseconds join_grace{5000};

bool ends_the_worker(const Error& error) {
  return error.code() == ErrorCode::fatal || error.code() == ErrorCode::invalid_config;
}

}  // namespace

Membership::Membership(Loop& loop, const GroupSettings& settings, std::string url,
                       Coordinator& coordinator, GroupHost& host)
    : loop_(loop),
      settings_(settings),
      url_(std::move(url)),
      coordinator_(coordinator),
      host_(host),
      leader_(settings.max_delay),
      retry_(loop),
      scheduled_(loop),
      search_timer_(loop),
      lost_(loop),
      heartbeat_(loop),
      answer_due_(loop) {
  coordinator_.on_lost([this](const Error& why) { lose_coordinator(why); });
}

milliseconds Membership::backoff(int failures) const {
  milliseconds pause = std::max(settings_.retry_backoff, milliseconds(1));
  for (int i = 1; i < failures && pause < settings_.retry_backoff_max; ++i) pause *= 2;
  return std::min(pause, std::max(settings_.retry_backoff_max, settings_.retry_backoff));
}

Error Membership::refusal(Code error, std::string_view request) const {
  const Error why = kafka::error_from(
      error, fmt::format("group '{}': the coordinator refuses {}", settings_.group_id, request));
  return {ErrorCode::fatal, why.java_class(), why.message()};
}

// --- the host's wishes

void Membership::join(EventNumber seen, const std::string& reason) {
  if (state_ == State::ended || state_ == State::joining || state_ == State::syncing) return;
  if (seen != event_) {
    logger().debug("a join that does not know of the newest event is dropped: {}", reason);
    return;
  }
  begin_join(reason);
}

void Membership::leave(const std::string& reason, std::function<void()> gone) {
  const bool owed_an_answer = state_ == State::joining || state_ == State::syncing;
  const std::string member = std::exchange(member_, {});
  if (state_ != State::ended) {
    stop_everything();
    state_ = State::out;
  }
  if (member.empty() || !coordinator_.known()) {
    if (gone) gone();
    return;
  }
  logger().info("group {}: leaving it: {}", settings_.group_id, reason);
  const auto encode_leave = [request = LeaveGroupRequest{settings_.group_id, member, reason}](
                                std::int16_t version) { return encode(request, version); };
  const auto answered = [gone = std::move(gone)](const Result<Connection::Reply>& reply) {
    if (!reply) logger().debug("LeaveGroup was not answered: {}", reply.error().message());
    if (gone) gone();
  };
  if (!owed_an_answer) {
    return coordinator_.send(Api::leave_group, encode_leave, settings_.network.request_timeout,
                             answered);
  }
  coordinator_.send_apart(Api::leave_group, encode_leave, settings_.network.request_timeout,
                          answered);
  coordinator_.forget(Error{ErrorCode::retriable, "the worker leaves the group"});
}

void Membership::stop_everything() {
  ++attempt_;
  generation_ = -1;
  rejoin_wanted_ = false;
  searching_ = false;
  owners_ = nullptr;
  heartbeat_under_way_ = false;
  for (Timer* timer : {&retry_, &scheduled_, &search_timer_, &lost_, &heartbeat_, &answer_due_}) {
    timer->cancel();
  }
}

// --- joining

void Membership::begin_join(const std::string& reason) {
  if (state_ != State::joining && state_ != State::syncing) {
    rebalance_began_ = loop_.now();
    reason_ = reason;
  }
  state_ = State::joining;
  ++attempt_;
  rejoin_wanted_ = false;
  owners_ = nullptr;
  heartbeat_under_way_ = false;
  retry_.cancel();
  scheduled_.cancel();
  answer_due_.cancel();
  heartbeat_.cancel();  // JoinGroup stands for them
  if (!coordinator_.known()) return search();
  send_join();
}

void Membership::join_again(const std::string& reason) {
  if (++again_ > joins_at_once) return join_later(reason);
  logger().debug("joining again: {}", reason);
  begin_join(reason);
}

void Membership::join_later(const std::string& reason) {
  const milliseconds pause = backoff(++join_failures_);
  ++attempt_;
  state_ = State::joining;
  heartbeat_.cancel();
  retry_.start(pause, [this, reason] { begin_join(reason); });
  logger().info("group {}: joining again in {} ms: {}", settings_.group_id, pause.count(), reason);
}

void Membership::send_join() {
  config_ = host_.config();
  JoinGroupRequest request{
      .group = settings_.group_id,
      .session_timeout_ms = static_cast<std::int32_t>(settings_.session_timeout.count()),
      .rebalance_timeout_ms = static_cast<std::int32_t>(settings_.rebalance_timeout.count()),
      .member = member_,
      .protocol_type = "connect",
      .reason = reason_};
  WorkerMetadata metadata{.url = url_, .config_offset = config_->offset, .allocation = {}};
  if (holds_anything_) {
    metadata.allocation = Assignment{.leader = held_leader_,
                                     .leader_url = held_leader_url_,
                                     .config_offset = held_offset_,
                                     .assigned = held_,
                                     .delay = held_delay_};
  }
  for (const ProtocolVersion version : offered(settings_.protocol)) {
    metadata.version = version;
    request.protocols.push_back({std::string(to_string(version)), encode(metadata)});
  }
  const milliseconds limit =
      std::max(settings_.network.request_timeout, settings_.rebalance_timeout + join_grace);
  coordinator_.send(
      Api::join_group,
      [request = std::move(request)](std::int16_t version) { return encode(request, version); },
      limit,
      [this, attempt = attempt_](const Result<Connection::Reply>& reply) {
        if (attempt == attempt_) joined(reply);
      });
}

void Membership::joined(const Result<Connection::Reply>& reply) {
  if (!reply) return lose_coordinator(reply.error());
  const auto response = decode_join_group(reply->body, reply->version);
  if (!response) return end(response.error());
  if (response->error != none) return join_refused(*response);
  const std::optional<ProtocolVersion> version = parse_protocol(response->protocol);
  if (!version || response->protocol_type.value_or("connect") != "connect" ||
      response->skip_assignment) {
    return end(
        Error{ErrorCode::fatal,
              fmt::format("group '{}': joined with protocol '{}' of type '{}', which is none "
                          "of a group of workers",
                          settings_.group_id, response->protocol,
                          response->protocol_type.value_or("connect"))});
  }
  member_ = response->member;
  generation_ = response->generation;
  protocol_ = response->protocol;
  version_ = *version;
  leader_id_ = response->leader;
  state_ = State::syncing;
  last_good_ = loop_.now();
  heartbeat_failures_ = 0;
  schedule_heartbeat(settings_.beat_interval);
  send_sync(leader_id_ == member_ ? lead(*response) : std::vector<SyncGroupRequest::Assignment>());
}

void Membership::join_refused(const JoinGroupResponse& response) {
  switch (response.error) {
    case coordinator_load_in_progress: return join_later("the coordinator is loading the group");
    case coordinator_not_available:
    case not_coordinator: return coordinator_moved(response.error);
    case unknown_member_id:
      member_.clear();
      return join_again("the group does not know the member");
    case rebalance_in_progress: return join_again("another rebalance has begun");
    case member_id_required:
      member_ = response.member;
      return join_again("the group has given the member its id");
    default: return end(refusal(response.error, "JoinGroup"));
  }
}

std::vector<SyncGroupRequest::Assignment> Membership::lead(const JoinGroupResponse& response) {
  Leader::Decision decision = leader_.decide(
      {.version = version_,
       .leader = member_,
       .leader_url = url_,
       .members = response.members,
       .generation = generation_,
       .last_completed_generation = last_completed_generation_,
       .now = std::chrono::duration_cast<milliseconds>(loop_.now().time_since_epoch()),
       .config = config_,
       .fresh = [this] { return host_.config(); }});
  owners_ = std::move(decision.owners);
  return std::move(decision.assignments);
}

void Membership::send_sync(std::vector<SyncGroupRequest::Assignment> assignments) {
  SyncGroupRequest request{.group = settings_.group_id,
                           .generation = generation_,
                           .member = member_,
                           .protocol_type = "connect",
                           .protocol = protocol_,
                           .assignments = std::move(assignments)};
  coordinator_.send(
      Api::sync_group,
      [request = std::move(request)](std::int16_t version) { return encode(request, version); },
      settings_.network.request_timeout,
      [this, attempt = attempt_](const Result<Connection::Reply>& reply) {
        if (attempt == attempt_) synced(reply);
      });
}

void Membership::synced(const Result<Connection::Reply>& reply) {
  if (!reply) return lose_coordinator(reply.error());
  const auto response = decode_sync_group(reply->body, reply->version);
  if (!response) return end(response.error());
  if (response->error != none) return sync_refused(response->error);
  if (response->assignment.empty()) return join_later("the leader gave this worker no assignment");
  const Result<Assignment> assignment = decode_assignment(response->assignment);
  if (!assignment) {
    return end(Error{ErrorCode::fatal,
                     fmt::format("group '{}': leader {} sent what cannot be read: {}",
                                 settings_.group_id, leader_id_, assignment.error().message())});
  }
  take(*assignment);
}

void Membership::sync_refused(Code error) {
  switch (error) {
    case coordinator_not_available:
    case not_coordinator: return coordinator_moved(error);
    case illegal_generation: return join_again("the generation is over");
    case unknown_member_id:
      member_.clear();
      return join_again("the group does not know the member");
    case rebalance_in_progress: return join_again("another rebalance has begun");
    default: return end(refusal(error, "SyncGroup"));
  }
}

void Membership::take(const Assignment& assignment) {
  state_ = State::stable;
  again_ = join_failures_ = 0;
  last_completed_generation_ = generation_;
  last_had_error_ = assignment.error != AssignmentError::none;
  if (!last_had_error_) {
    Assignment ours = assignment;
    ours.version = version_;
    held_ = held_after(held_, ours);
  }
  holds_anything_ = true;
  held_leader_ = assignment.leader;
  held_leader_url_ = assignment.leader_url;
  held_offset_ = assignment.config_offset;
  held_delay_ = assignment.delay;
  logger().info(
      "group {}: rebalanced in {} ms because {}: generation {}, protocol {}, leader {}; {} to run, "
      "{} "
      "to stop{}{}",
      settings_.group_id,
      std::chrono::duration_cast<milliseconds>(loop_.now() - rebalance_began_).count(), reason_,
      generation_, protocol_, leader_id_ == member_ ? "this worker" : assignment.leader_url,
      to_string(held_), to_string(assignment.revoked),
      last_had_error_ ? ", but the leader lacks the newest configuration" : "",
      assignment.delay > milliseconds(0)
          ? fmt::format(", all come back in {} ms", assignment.delay.count())
          : std::string());
  if (assignment.delay > milliseconds(0)) {  // A11
    scheduled_.start(assignment.delay, [this] { want_rejoin("the scheduled delay is over"); });
  }
  if (!assignment.revoked.empty()) expect_answer();
  host_.assigned(++event_, {.protocol = version_,
                            .generation = generation_,
                            .member = member_,
                            .leader = assignment.leader,
                            .leader_url = assignment.leader_url,
                            .leading = leader_id_ == member_,
                            .error = assignment.error,
                            .config_offset = assignment.config_offset,
                            .held = held_,
                            .revoked = assignment.revoked,
                            .delay = assignment.delay,
                            .owners = owners_});
}

// --- the coordinator

void Membership::search() {
  if (std::exchange(searching_, true)) return;
  search_timer_.cancel();
  if (!held_.empty() && !lost_.running()) {  // G17
    lost_.start(settings_.heartbeat_interval, [this] { give_up_work(); });
  }
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
  if (!held_.empty() && !lost_.running()) {
    lost_.start(settings_.heartbeat_interval, [this] { give_up_work(); });
  }
  search_timer_.start(backoff(++search_failures_), [this] { search(); });
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

void Membership::give_up_work() {
  logger().warn(
      "group {}: the coordinator was not found within {} ms: all work is to be stopped, for others "
      "may be given it",
      settings_.group_id, settings_.heartbeat_interval.count());
  stop_everything();
  coordinator_.forget(Error{ErrorCode::retriable, "the search was given up"});
  held_ = {};
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
      if (error == unknown_member_id) member_.clear();
      const std::string reason = error == unknown_member_id
                                     ? "the group has taken this worker out"
                                     : "the group has gone on without this worker";
      if (state_ == State::syncing) return join_again(reason);
      stop_everything();
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

// --- what the host is told

void Membership::want_rejoin(const std::string& reason) {
  if (std::exchange(rejoin_wanted_, true)) return;
  logger().info("group {}: this worker is to join again: {}", settings_.group_id, reason);
  owners_ = nullptr;
  expect_answer();
  host_.rejoin_wanted(++event_, {reason, eager() && !last_had_error_});  // G15
}

void Membership::expect_answer() {
  answer_due_.start(settings_.rebalance_timeout, [this] { host_is_late(); });
}

void Membership::host_is_late() {
  logger().warn(
      "group {}: the worker did not get to join within {} ms; it leaves the group, so that the "
      "others need not wait, and joins when it is through with what it does",
      settings_.group_id, settings_.rebalance_timeout.count());
  leave("the worker was busy for longer than rebalance.timeout.ms", nullptr);
}

void Membership::end(Error error) {
  if (state_ == State::ended) return;
  stop_everything();
  state_ = State::ended;
  if (error.code() != ErrorCode::fatal) {
    error = Error{ErrorCode::fatal, error.java_class(), error.message()};
  }
  logger().error("group {}: this worker cannot be a member: {}", settings_.group_id,
                 error.message());
  host_.failed(++event_, error);
}

}  // namespace millrace::group
