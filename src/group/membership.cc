#include "group/membership.h"

#include "group/group_terms.h"
#include "kafka/rd_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace millrace::group {

namespace {

using std::chrono::milliseconds;

/// How often we may join without a pause when the coordinator says "at once".
constexpr int joins_at_once = 5;
constexpr milliseconds join_grace{5000};

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
      taken_out_(loop),
      heartbeat_(loop),
      answer_due_(loop) {
  coordinator_.on_lost([this](const Error& why) { lose_coordinator(why); });
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
  if (member.empty() && ids_asked_ > 0) {
    gone_ = std::move(gone);
    return;
  }
  if (member.empty() || !coordinator_.known()) {
    if (gone) gone();
    return;
  }
  send_leave(member, reason, owed_an_answer, std::move(gone));
  if (owed_an_answer) {
    coordinator_.forget(Error{ErrorCode::retriable, "the worker leaves the group"});
  }
}

void Membership::send_leave(const std::string& member, const std::string& reason, bool apart,
                            std::function<void()> gone) {
  logger().info("group {}: leaving it: {}", settings_.group_id, reason);
  const auto request = [leave = LeaveGroupRequest{settings_.group_id, member, reason}](
                           std::int16_t version) { return encode(leave, version); };
  const auto answered = [gone = std::move(gone)](const Result<Connection::Reply>& reply) {
    if (!reply) logger().debug("LeaveGroup was not answered: {}", reply.error().message());
    if (gone) gone();
  };
  const milliseconds limit = settings_.network.request_timeout;
  if (apart) {
    coordinator_.send_apart(Api::leave_group, request, limit, answered);
  } else {
    coordinator_.send(Api::leave_group, request, limit, answered);
  }
}

void Membership::give_back_id(const Result<Connection::Reply>& reply) {
  std::function<void()> gone = ids_asked_ == 0 ? std::exchange(gone_, nullptr) : nullptr;
  const auto response = reply ? decode_join_group(reply->body, reply->version)
                              : Result<JoinGroupResponse>(reply.error());
  const bool given = response && (response->error == none || response->error == member_id_required);
  if (given && coordinator_.known()) {
    return send_leave(response->member, "it had left before it was given its id", false,
                      std::move(gone));
  }
  if (gone) gone();
}

void Membership::stop_everything() {
  ++attempt_;
  generation_ = -1;
  rejoin_wanted_ = false;
  searching_ = false;
  owners_ = nullptr;
  heartbeat_under_way_ = false;
  for (Timer* timer :
       {&retry_, &scheduled_, &search_timer_, &lost_, &taken_out_, &heartbeat_, &answer_due_}) {
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
  if (holds_anything_) metadata.allocation = held_;
  for (const ProtocolVersion version : offered(settings_.protocol)) {
    metadata.version = version;
    request.protocols.push_back({std::string(to_string(version)), encode(metadata)});
  }
  const milliseconds limit =
      std::max(settings_.network.request_timeout, settings_.rebalance_timeout + join_grace);
  const bool for_id = member_.empty();
  ids_asked_ += for_id ? 1 : 0;
  coordinator_.send(
      Api::join_group,
      [request = std::move(request)](std::int16_t version) { return encode(request, version); },
      limit,
      [this, attempt = attempt_, for_id](const Result<Connection::Reply>& reply) {
        ids_asked_ -= for_id ? 1 : 0;
        if (attempt == attempt_) {
          joined(reply);
        } else if (for_id) {
          give_back_id(reply);
        }
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
    case unknown_member_id: taken_out(); return join_again("the group does not know the member");
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
    case unknown_member_id: taken_out(); return join_again("the group does not know the member");
    case rebalance_in_progress: return join_again("another rebalance has begun");
    default: return end(refusal(error, "SyncGroup"));
  }
}

void Membership::take(const Assignment& assignment) {
  state_ = State::stable;
  taken_out_.cancel();
  again_ = join_failures_ = 0;
  last_completed_generation_ = generation_;
  last_had_error_ = assignment.error != AssignmentError::none;
  Work held = std::move(held_.assigned);
  if (!last_had_error_) {
    Assignment ours = assignment;
    ours.version = version_;
    held = held_after(held, ours);
  }
  holds_anything_ = true;
  held_ = {.leader = assignment.leader,
           .leader_url = assignment.leader_url,
           .config_offset = assignment.config_offset,
           .assigned = std::move(held),
           .delay = assignment.delay};
  logger().info(
      "group {}: rebalanced in {} ms because {}: generation {}, protocol {}, leader {}; {} to run, "
      "{} "
      "to stop{}{}",
      settings_.group_id,
      std::chrono::duration_cast<milliseconds>(loop_.now() - rebalance_began_).count(), reason_,
      generation_, protocol_, leader_id_ == member_ ? "this worker" : assignment.leader_url,
      to_string(held_.assigned), to_string(assignment.revoked),
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
                            .held = held_.assigned,
                            .revoked = assignment.revoked,
                            .delay = assignment.delay,
                            .owners = owners_});
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
