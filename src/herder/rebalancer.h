#pragma once

#include "base/lane.h"
#include "group/host.h"
#include "herder/event_loop.h"
#include "herder/membership.h"
#include "storage/config_store.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace millrace {

/// Follows what the group tells: stops what is taken away, starts what is given, joins again. One
/// event after the other, each to its end; no step blocks the loop. But when all work is to be
/// stopped it is stopped at once, however long the step takes that is under way: others may get it.
/// Threads: the loop's.
/// Rules:   H1 to H6, G15 to G19 of the specification.
/// Source:  DistributedHerder.tick, handleRebalanceCompleted.
class Rebalancer {
 public:
  struct Settings {
    std::chrono::milliseconds sync_timeout{3'000};      ///< worker.sync.timeout.ms
    std::chrono::milliseconds unsync_backoff{300'000};  ///< worker.unsync.backoff.ms: eager only
    std::chrono::milliseconds max_delay{300'000};       ///< scheduled.rebalance.max.delay.ms
    bool eager = false;                                 ///< only the eager protocol is offered
  };
  /// What it asks of the herder.
  class Duties {
   public:
    virtual ~Duties() = default;
    /// A round is over; what it brings is still to be done.
    virtual void entered(const group::Assigned& assigned) = 0;
    virtual void stop_work(const group::Work& work, std::function<void()> done) = 0;
    /// All that is to run here now; what runs already goes on.
    virtual void start_work(const group::Work& held) = 0;
    [[nodiscard]] virtual group::Work running() const = 0;
    /// The round is over and nothing more is to be given up.
    virtual void settled(const group::Assigned& assigned) = 0;
  };

  Rebalancer(EventLoop& loop, storage::ConfigStore& config, Duties& duties, Settings settings)
      : loop_(loop), config_(config), duties_(duties), settings_(settings) {}
  /// Once, before everything else.
  void set_membership(Membership& membership) { membership_ = &membership; }

  void rejoin_wanted(group::EventNumber number, group::RejoinWanted rejoin);
  void assigned(group::EventNumber number, group::Assigned assigned);
  void coordinator_lost(group::EventNumber number);

  /// The configuration has changed so that work has to be shared out anew. Many wishes are one
  /// join; it waits until nothing is held back.
  void want_round(std::string reason);
  /// Something that must be over before the next join is being done.
  void hold_back() { ++held_back_; }
  void let_go();
  /// When the loop has ended. Threads: any.
  void wait_for_reads(std::chrono::milliseconds limit) { wait_for(reads_, limit); }

  /// The place in the present generation; null while there is none, or another round is wanted.
  [[nodiscard]] const group::Assigned* place() const {
    return place_ && wanted_.empty() ? &*place_ : nullptr;
  }

 private:
  struct Lost {};
  using What = std::variant<group::RejoinWanted, group::Assigned, Lost>;
  struct Event {
    group::EventNumber number;
    What what;
  };

  static bool ends_all_work(const What& what);
  void take(Event event);
  void next();
  void follow(group::RejoinWanted rejoin);
  void follow(group::Assigned assigned);
  void follow(Lost lost);
  /// All that runs. lost: because the coordinator was; then: called when that has stopped, and what
  /// an earlier call stops.
  void stop_all(bool lost, std::function<void()> then);
  void give_up_revoked(group::Assigned assigned);
  /// Starts what is new, if the configuration is the one that the assignment was made from.
  void adopt(const group::Assigned& assigned);
  /// The event is dealt with, and a join is to follow if there is a reason.
  void over(std::string join_because = {});
  void join_if_wanted();
  void catch_up(std::function<void()> then);
  void unsynced(std::function<void()> then);

  EventLoop& loop_;
  storage::ConfigStore& config_;
  Duties& duties_;
  const Settings settings_;
  Membership* membership_ = nullptr;
  Lane reads_{"config-reads", ""};

  std::deque<Event> events_;
  bool busy_ = false;
  int stops_ = 0;  // of all work, under way
  std::function<void()> when_stopped_;
  group::EventNumber seen_ = 0;
  std::optional<group::Assigned> place_;
  std::string wanted_;  // why a join is wanted; empty: it is not
  int held_back_ = 0;
  int failed_reads_ = 0;
  std::string cause_;  // of the round that is under way, for the log
  std::optional<Clock::Time> began_;
};

}  // namespace millrace
