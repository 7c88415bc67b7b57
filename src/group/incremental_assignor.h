#pragma once

#include "group/eager_assignor.h"
#include "group/work.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace millrace::group {

/// V1 and V2: members keep what they have; what is new or was lost goes to those with least, and
/// what somebody has too much of is revoked in one round and handed out in the next. Work of a
/// member that went away waits for its return, for a while.
/// Source: IncrementalCooperativeAssignor; rules A2 to A9 of the specification, whose names for
/// the members below stand in brackets.

/// What a leader remembers between its rounds. Never sent to anyone: a new leader begins with this.
struct LeaderMemory {
  using Milliseconds = std::chrono::milliseconds;

  Work handed_out;                        ///< all that members had after the last round [prev]
  Work revoked;                           ///< … and were to give up [prevRevoked]
  bool revoked_for_balance = false;       ///< [revokedInPrev]
  int revoking_rounds = 0;                ///< … that followed each other [nRev]
  std::vector<std::string> candidates;    ///< came with nothing while work was lost [cand]
  std::optional<Milliseconds> delay_end;  ///< [schedAt]
  Milliseconds delay{0};
  std::int32_t generation = -1;   ///< of the last round [prevGen]
  std::set<std::string> members;  ///< of the last round [prevMembers]
};

/// What a round starts from.
struct Round {
  std::chrono::milliseconds now{0};             ///< of a clock that only goes forward; above 0
  std::chrono::milliseconds max_delay{0};       ///< scheduled.rebalance.max.delay.ms of the leader
  std::int32_t last_completed_generation = -1;  ///< of this worker
  std::int32_t generation = 0;
  TaskCounts configured;
  /// Member and what it claims to hold, in the order in which members are walked where that
  /// matters.
  std::vector<std::pair<std::string, Work>> claims;
};

struct MemberChange {
  Work assigned;  ///< what is new for it
  Work revoked;
  Work keeps;  ///< what it has once both are done
};

struct RoundResult {
  std::map<std::string, MemberChange> members;
  std::chrono::milliseconds delay{0};
};

RoundResult assign_incrementally(LeaderMemory& memory, const Round& round);

}  // namespace millrace::group
