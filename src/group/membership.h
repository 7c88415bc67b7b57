#pragma once

#include "group/coordinator.h"
#include "group/host.h"
#include "group/leader.h"
#include "group/loop.h"
#include "group/settings.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace millrace::group {

/// One worker's place in its group: finds the coordinator, joins, sends heartbeats, is told what to
/// run, rejoins, leaves. All of it on the loop's thread; nothing here waits for the herder.
/// Rules: 1.3 and G13 to G19 of the specification. The way through it:
///
///   out ── join ──► joining ── JoinGroup ──► syncing ── SyncGroup ──► stable ── join ──► joining …
///                     ▲                                                 │ kicked out, or the
///                     └───────────────── join ───── waiting ◄───────────┘ coordinator is lost
///
/// membership.cc has the way from left to right, membership_link.cc what keeps it up: the search
/// for the coordinator, and heartbeats.
class Membership {
 public:
  Membership(Loop& loop, const GroupSettings& settings, std::string url, Coordinator& coordinator,
             GroupHost& host);

  void join(EventNumber seen, const std::string& reason);
  /// gone: when the coordinator has answered, or there is nobody to ask.
  void leave(const std::string& reason, std::function<void()> gone);
  void forget_work() { held_.assigned = {}; }

 private:
  enum class State : std::uint8_t { out, waiting, joining, syncing, stable, ended };
  using Code = std::int16_t;

  // Joining
  void begin_join(const std::string& reason);
  void join_again(const std::string& reason);  // at once, but not for ever
  void join_later(const std::string& reason);
  void send_join();
  void joined(const Result<Connection::Reply>& reply);
  void join_refused(const JoinGroupResponse& response);
  void send_sync(std::vector<SyncGroupRequest::Assignment> assignments);
  std::vector<SyncGroupRequest::Assignment> lead(const JoinGroupResponse& response);
  void synced(const Result<Connection::Reply>& reply);
  void sync_refused(Code error);
  void take(const Assignment& assignment);

  // Leaving. With a request apart nothing waits behind a JoinGroup that waits for others.
  void send_leave(const std::string& member, const std::string& reason, bool apart,
                  std::function<void()> gone);
  /// Left before the answer to the first JoinGroup: the broker would wait for that member.
  void give_back_id(const Result<Connection::Reply>& reply);

  // The coordinator
  void search();
  void search_later();
  void keep_work_no_longer_than_allowed();
  void found();
  void lose_coordinator(const Error& why);
  void coordinator_moved(Code error);
  void taken_out();
  void give_up_work(std::string_view why);

  // Heartbeats
  void schedule_heartbeat(std::chrono::milliseconds delay);
  void beat();
  void send_heartbeat();
  void beaten(std::int32_t generation, const Result<Connection::Reply>& reply);

  // What the host is told
  void want_rejoin(const std::string& reason);
  void expect_answer();
  void host_is_late();
  void end(Error error);

  void stop_everything();
  [[nodiscard]] std::chrono::milliseconds backoff(int failures) const;
  [[nodiscard]] Error refusal(Code error, std::string_view request) const;
  [[nodiscard]] bool eager() const { return version_ == ProtocolVersion::v0; }

  Loop& loop_;
  const GroupSettings& settings_;
  const std::string url_;
  Coordinator& coordinator_;
  GroupHost& host_;
  Leader leader_;

  State state_ = State::out;
  std::uint64_t attempt_ = 0;  // answers to earlier ones are of no interest any more
  EventNumber event_ = 0;      // the last that the host was told
  std::string reason_;         // why the group rebalances
  Clock::Time rebalance_began_{};
  int again_ = 0;  // joins one right after the other
  int join_failures_ = 0;
  Timer retry_;

  std::string member_;          // empty: not known to the group
  int ids_asked_ = 0;           // JoinGroups that are to bring an id and are not answered yet
  std::function<void()> gone_;  // called when these ids have been given back
  std::int32_t generation_ = -1;
  std::int32_t last_completed_generation_ = -1;
  ProtocolVersion version_ = ProtocolVersion::v2;  // of the last assignment
  bool last_had_error_ = false;
  std::string protocol_;
  std::string leader_id_;
  Assignment held_;              // the last one; `assigned` is what the group believes we run
  bool holds_anything_ = false;  // false: we have had no assignment since we were lost
  Leader::Config config_;        // that we joined with
  std::shared_ptr<const Owners> owners_;
  Timer scheduled_;  // the leader's wish that all rejoin

  bool searching_ = false;
  int search_failures_ = 0;
  Timer search_timer_;
  Timer lost_;       // how long we look before we give up our work
  Timer taken_out_;  // how long the group may take to have us back before we do

  Timer heartbeat_;
  bool heartbeat_under_way_ = false;
  bool heartbeat_overdue_ = false;  // the next one was due before the last was answered
  int heartbeat_failures_ = 0;
  Clock::Time last_good_{};

  bool rejoin_wanted_ = false;
  Timer answer_due_;  // of the host
};

}  // namespace millrace::group
