#include "herder/rebalancer.h"

#include "herder/distributed_log.h"

#include <algorithm>
#include <utility>

namespace millrace {

namespace {

using std::chrono::milliseconds;

}  // namespace

void Rebalancer::rejoin_wanted(group::EventNumber number, group::RejoinWanted rejoin) {
  take({number, std::move(rejoin)});
}

void Rebalancer::assigned(group::EventNumber number, group::Assigned assigned) {
  take({number, std::move(assigned)});
}

void Rebalancer::coordinator_lost(group::EventNumber number) { take({number, Lost{}}); }

void Rebalancer::take(Event event) {
  // Whatever comes, the place of before is no longer good: nobody may be told of its leader.
  if (!std::holds_alternative<group::Assigned>(event.what)) place_.reset();
  if (!began_) began_ = loop_.clock().now();
  events_.push_back(std::move(event));
  const What& what = events_.back().what;
  if (busy_ && ends_all_work(what)) stop_all(std::holds_alternative<Lost>(what), {});
  next();
}

bool Rebalancer::ends_all_work(const What& what) {
  const auto* rejoin = std::get_if<group::RejoinWanted>(&what);
  return rejoin != nullptr ? rejoin->stop_first : std::holds_alternative<Lost>(what);
}

void Rebalancer::next() {
  if (busy_ || events_.empty()) return;
  busy_ = true;
  Event event = std::move(events_.front());
  events_.pop_front();
  seen_ = event.number;
  std::visit([this](auto& what) { follow(std::move(what)); }, event.what);
}

void Rebalancer::over(std::string join_because) {
  busy_ = false;
  if (!join_because.empty() && wanted_.empty()) wanted_ = std::move(join_because);
  if (!events_.empty()) return next();
  join_if_wanted();
}

void Rebalancer::want_round(std::string reason) {
  if (wanted_.empty()) wanted_ = std::move(reason);
  join_if_wanted();
}

void Rebalancer::let_go() {
  --held_back_;
  join_if_wanted();
}

void Rebalancer::join_if_wanted() {
  if (wanted_.empty() || busy_ || !events_.empty() || held_back_ > 0) return;
  if (!began_) began_ = loop_.clock().now();
  cause_ = wanted_;
  place_.reset();
  membership_->join(seen_, std::exchange(wanted_, {}));
}

void Rebalancer::follow(group::RejoinWanted rejoin) {
  cause_ = rejoin.reason;
  if (!rejoin.stop_first) return over(std::move(rejoin.reason));
  stop_all(false, [this, reason = std::move(rejoin.reason)] { over(reason); });
}

void Rebalancer::follow(Lost /*lost*/) {
  stop_all(true, [this] {
    membership_->forget_work();
    over("the coordinator was lost");
  });
}

void Rebalancer::stop_all(bool lost, std::function<void()> then) {
  if (then) when_stopped_ = std::move(then);
  ++stops_;
  const group::Work all = duties_.running();
  if (lost && !all.empty()) {
    distributed_logger().warn(
        "The group's coordinator cannot be found: stopping {}, which others may get",
        to_string(all));
  }
  duties_.stop_work(all, [this] {
    if (--stops_ == 0 && when_stopped_) std::exchange(when_stopped_, {})();
  });
}

void Rebalancer::follow(group::Assigned assigned) {
  place_ = assigned;
  duties_.entered(assigned);
  if (assigned.error == group::AssignmentError::none) return give_up_revoked(std::move(assigned));
  distributed_logger().info(
      "The leader {} knows an older configuration than the group: catching up",
      assigned.leader_url);
  catch_up([this] { over("the leader had an older configuration"); });
}

void Rebalancer::give_up_revoked(group::Assigned assigned) {
  group::Work too_many = assigned.revoked;
  if (assigned.protocol == group::ProtocolVersion::v0) {
    too_many = without(duties_.running(), assigned.held);
  }
  const auto go_on = [this, assigned = std::move(assigned)] {
    if (config_.snapshot()->offset >= assigned.config_offset) return adopt(assigned);
    catch_up([this, assigned] { adopt(assigned); });
  };
  if (too_many.empty()) return go_on();
  duties_.stop_work(too_many, go_on);
}

void Rebalancer::adopt(const group::Assigned& assigned) {
  const bool outdated = std::any_of(events_.begin(), events_.end(),
                                    [](const Event& later) { return ends_all_work(later.what); });
  if (outdated) return over();  // all work has been stopped, and is not to start again
  const std::int64_t offset = config_.snapshot()->offset;
  if (offset != assigned.config_offset) {
    // What is to run may have been shared out differently meanwhile: starting it now could have
    // two workers do the same.
    return over("the configuration has gone on from offset " +
                std::to_string(assigned.config_offset) + " to " + std::to_string(offset));
  }
  const group::Work before = duties_.running();
  duties_.start_work(assigned.held);
  const milliseconds took =
      std::chrono::duration_cast<milliseconds>(loop_.clock().now() - *std::exchange(began_, {}));
  distributed_logger().info(
      "Rebalance {} took {} ms: {}; leader {}; gave up {}, got {}, runs {}{}", assigned.generation,
      took.count(), cause_.empty() ? "the worker has joined" : cause_, assigned.leader_url,
      to_string(assigned.revoked), to_string(without(assigned.held, before)),
      to_string(assigned.held),
      assigned.delay.count() > 0
          ? ", another one follows in " + std::to_string(assigned.delay.count()) + " ms"
          : "");
  if (!assigned.revoked.empty()) return over("the work that was taken away has stopped");
  duties_.settled(assigned);
  over();
}

void Rebalancer::catch_up(std::function<void()> then) {
  reads_.post([this, then = std::move(then)] {
    const Result<void> read = config_.refresh(settings_.sync_timeout);
    loop_.post([this, then, read] {
      if (!read) {
        distributed_logger().warn("The config topic could not be read to its end: {}",
                                  read.error().message());
        return unsynced(then);
      }
      failed_reads_ = 0;
      then();
    });
  });
}

/// Leaves the group for a while, so that others get the work, and reads again.
void Rebalancer::unsynced(std::function<void()> then) {
  constexpr int attempts = 5;
  place_.reset();
  membership_->leave("the config topic cannot be read");
  milliseconds pause = settings_.unsync_backoff;
  if (!settings_.eager) {
    if (failed_reads_ == attempts) {
      failed_reads_ = 0;
      distributed_logger().error("The config topic could not be read {} times: stopping all work",
                                 attempts + 1);
      return stop_all(false, [this, then = std::move(then)] {
        membership_->forget_work();
        catch_up(then);
      });
    }
    pause = settings_.max_delay / 10 / (attempts - failed_reads_);
    ++failed_reads_;
  }
  distributed_logger().warn("Reading the config topic again in {} ms", pause.count());
  loop_.after(pause, [this, then = std::move(then)] { catch_up(then); });
}

}  // namespace millrace
