#pragma once

#include "group/connect_protocol.h"
#include "group/eager_assignor.h"
#include "group/work.h"
#include "millrace/error.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace millrace::group {

/// What the config topic says there is to run.
struct ConfigSnapshot {
  std::int64_t offset = -1;  ///< last applied record's offset + 1; -1: none yet
  TaskCounts connectors;
};

/// Who runs what, by advertised URL. What is being revoked has no owner.
struct Owners {
  std::map<std::string, std::string, std::less<>> connectors;
  std::map<Task, std::string> tasks;
};

/// The outcome of a rebalance.
struct Assigned {
  ProtocolVersion protocol = ProtocolVersion::v2;
  std::int32_t generation = -1;
  std::string member;
  std::string leader;  ///< member id
  std::string leader_url;
  bool leading = false;  ///< this worker is the leader
  AssignmentError error = AssignmentError::none;
  std::int64_t config_offset = -1;
  /// All that is to run from now on. In the eager protocol whatever else runs has to stop: the
  /// group may have come down to it from a newer one.
  Work held;
  Work revoked;                          ///< to be stopped first, and then: join again
  std::chrono::milliseconds delay{0};    ///< the member asks to rejoin by itself after that
  std::shared_ptr<const Owners> owners;  ///< for the leader alone; else null
};

struct RejoinWanted {
  std::string reason;
  /// The eager protocol: everything has to stop before the worker joins.
  bool stop_first = false;
};

/// Counts what a host was told.
using EventNumber = std::uint64_t;

/// What a group member needs of its worker, and tells it: the herder.
/// Threads: called on the thread "group", one call at a time, in order. A call must return at once:
///          heartbeats wait for it. So the herder puts what it is told into its queue.
/// Order:   each call has a number, from 1 on. Whoever joins says up to which he has followed; a
///          join that does not know the last event yet is dropped, for the herder will come to that
///          event and decide anew. So work that has to stop is never claimed.
class GroupHost {
 public:
  virtual ~GroupHost() = default;

  /// The configuration as it is now; never null. Asked for at each join and, when another worker
  /// knows a newer one, once more by the leader.
  virtual std::shared_ptr<const ConfigSnapshot> config() = 0;

  /// The group rebalances, or this worker has to join anew. Until `assigned` it leads nobody and
  /// knows no owners. Answer: GroupMember::join, within rebalance.timeout.ms, else the worker is
  /// taken out of the group; its work goes on, and a later join brings it back.
  virtual void rejoin_wanted(EventNumber event, const RejoinWanted& rejoin) = 0;
  /// A rebalance is over. With `revoked` work: stop that, start what is new, join; within
  /// rebalance.timeout.ms as above. With an error: catch up with the config topic, join.
  virtual void assigned(EventNumber event, const Assigned& assigned) = 0;
  /// The coordinator cannot be found. Others may be given this worker's work soon: stop all of it,
  /// then join; that succeeds when the coordinator is back.
  virtual void coordinator_lost(EventNumber event) = 0;
  /// The worker cannot be a member: it has to end, with exit code 1. The last call.
  virtual void failed(EventNumber event, const Error& error) = 0;
};

}  // namespace millrace::group
