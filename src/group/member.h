#pragma once

#include "base/clock.h"
#include "group/host.h"
#include "group/settings.h"
#include "millrace/result.h"

#include <chrono>
#include <memory>
#include <string>

namespace millrace::group {

/// This worker as a member of its cluster's group. All its work is done on one thread of its own,
/// "group", so that heartbeats go on whatever the herder does.
/// Threads: any may call; calls return at once, but for close.
/// Order:   make, then join when the config topic has been read; what happens comes through
///          GroupHost.
/// Source:  WorkerGroupMember and WorkerCoordinator of Kafka Connect 4.3.
class GroupMember {
 public:
  /// url:  advertised, with a slash at its end. host and clock outlive the member.
  /// Errors (invalid_config): keys or certificates that OpenSSL refuses.
  static Result<std::unique_ptr<GroupMember>> make(GroupSettings settings, std::string url,
                                                   GroupHost& host, const Clock& clock);
  /// Without a word to the group, as a crash would.
  ~GroupMember();
  GroupMember(const GroupMember&) = delete;
  GroupMember& operator=(const GroupMember&) = delete;

  /// Joins, or joins again. Nothing happens while a join is under way; `assigned` will come.
  /// seen:   the last event that the host has followed, 0 before the first.
  /// reason: for logs, ours and the broker's: "the configuration has changed".
  void join(EventNumber seen, std::string reason);
  /// Leaves until the next join. What is held stays claimed; see forget_work.
  void leave(std::string reason);
  /// The worker has stopped all it held: the next join claims nothing.
  void forget_work();
  /// Leaves, waits for the broker's answer up to the limit, and ends. No event comes after it.
  void close(std::chrono::milliseconds limit);

  /// Runs what is due by the clock. A ManualClock that was moved needs this.
  void check_time();

 private:
  class Impl;
  explicit GroupMember(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::group
