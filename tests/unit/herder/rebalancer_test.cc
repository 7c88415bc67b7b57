// What a worker does when the group says so: H1 to H6, G15 to G19 of the specification.
#include "herder/rebalancer.h"

#include "hand_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace millrace {
namespace {

using namespace std::chrono_literals;
using group::Work;
using testing::ElementsAre;
using testing::IsEmpty;

/// A config topic that is at an offset, and can be read to its end or not.
class FakeConfig final : public storage::ConfigStore {
 public:
  Result<void> start(storage::ConfigListener& /*listener*/) override { return {}; }
  std::shared_ptr<const storage::ClusterConfig> snapshot() const override {
    auto config = std::make_shared<storage::ClusterConfig>();
    const MutexLock lock(mutex_);
    config->offset = offset_;
    return config;
  }
  Result<void> refresh(std::chrono::milliseconds /*timeout*/) override {
    const MutexLock lock(mutex_);
    ++reads_;
    changed_.notify_all();
    if (!readable_) return Error{ErrorCode::retriable, "Timed out"};
    offset_ = end_;
    return {};
  }
  Result<void> put_connector(const std::string&, const ConfigMap&,
                             std::optional<TargetState>) override {
    return {};
  }
  Result<void> remove_connector(const std::string&) override { return {}; }
  Result<void> put_tasks(const std::string&, const std::vector<ConfigMap>&) override { return {}; }
  Result<void> put_target(const std::string&, TargetState) override { return {}; }
  Result<void> put_session_key(const storage::SessionKey&) override { return {}; }
  Result<void> put_restart(const storage::RestartWish&) override { return {}; }
  Result<void> put_log_level(const std::string&, log::Level) override { return {}; }
  void stop() override {}

  void set(std::int64_t offset, std::int64_t end, bool readable = true) {
    const MutexLock lock(mutex_);
    offset_ = offset;
    end_ = end;
    readable_ = readable;
  }
  bool wait_reads(int count) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    const MutexLock lock(mutex_);
    while (reads_ < count && changed_.wait_until(mutex_, limit)) {
    }
    return reads_ >= count;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::int64_t offset_ GUARDED_BY(mutex_) = 5;
  std::int64_t end_ GUARDED_BY(mutex_) = 5;
  bool readable_ GUARDED_BY(mutex_) = true;
  int reads_ GUARDED_BY(mutex_) = 0;
};

/// Writes down what it is told; stopping work waits until the test lets it.
class RebalancerTest : public testing::Test, private Membership, private Rebalancer::Duties {
 protected:
  RebalancerTest() {
    rebalancer.set_membership(*this);
    loop.start();
  }
  ~RebalancerTest() override { loop.stop(); }

  /// Runs it on the loop, and waits for it and for all that was posted there before.
  void on_loop(const std::function<void()>& work) {
    std::promise<void> done;
    loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  std::vector<std::string> seen() {
    std::vector<std::string> all;
    on_loop([&] { all = std::exchange(calls, {}); });
    return all;
  }
  void tell(group::Assigned assigned) {
    on_loop([&] { rebalancer.assigned(++events, std::move(assigned)); });
  }
  void rejoin(bool stop_first = false) {
    on_loop([&] { rebalancer.rejoin_wanted(++events, {"somebody came", stop_first}); });
  }
  void lose() {
    on_loop([&] { rebalancer.coordinator_lost(++events); });
  }
  /// Of the stops that are under way, the first.
  void finish_stop() {
    on_loop([&] {
      ASSERT_FALSE(stopping.empty());
      const std::function<void()> done = std::move(stopping.front());
      stopping.pop_front();
      done();
    });
  }
  static Work work(std::set<std::string> connectors, std::set<group::Task> tasks = {}) {
    return {std::move(connectors), std::move(tasks)};
  }
  static group::Assigned assignment(Work held, Work revoked = {}) {
    group::Assigned assigned;
    assigned.generation = 3;
    assigned.leader_url = "http://w1:8083/";
    assigned.config_offset = 5;
    assigned.held = std::move(held);
    assigned.revoked = std::move(revoked);
    return assigned;
  }
  bool placed() {
    bool here = false;
    on_loop([&] { here = rebalancer.place() != nullptr; });
    return here;
  }

  HandClock clock;
  EventLoop loop{clock, "herder"};
  FakeConfig config;
  Rebalancer rebalancer{loop, config, *this, {.max_delay = 300s}};
  group::EventNumber events = 0;
  std::vector<std::string> calls;  // on the loop
  Work runs;
  std::deque<std::function<void()>> stopping;

 private:
  void join(group::EventNumber seen_event, std::string reason) override {
    calls.push_back("join " + std::to_string(seen_event) + ": " + reason);
  }
  void leave(std::string reason) override { calls.push_back("leave: " + reason); }
  void forget_work() override { calls.emplace_back("forget"); }
  void close(std::chrono::milliseconds /*limit*/) override {}
  void entered(const group::Assigned& /*assigned*/) override {}
  void stop_work(const Work& some, std::function<void()> done) override {
    calls.push_back("stop " + to_string(some));
    runs.remove(some);
    stopping.push_back(std::move(done));
  }
  void start_work(const Work& held) override {
    calls.push_back("run " + to_string(held));
    runs = held;
  }
  Work running() const override { return runs; }
  void settled(const group::Assigned& /*assigned*/) override { calls.emplace_back("settled"); }
};

TEST_F(RebalancerTest, StartsWhatItIsGiven) {
  on_loop([&] { rebalancer.want_round("the worker has started"); });
  EXPECT_THAT(seen(), ElementsAre("join 0: the worker has started"));
  EXPECT_FALSE(placed());
  tell(assignment(work({"a"}, {{"a", 0}})));
  EXPECT_THAT(seen(), ElementsAre("run 1 connector and 1 task", "settled"));
  EXPECT_TRUE(placed());
}

TEST_F(RebalancerTest, ManyWishesAreOneJoin) {
  tell(assignment({}));
  seen();
  on_loop([&] {
    rebalancer.hold_back();
    rebalancer.want_round("first");
    rebalancer.want_round("second");
  });
  EXPECT_THAT(seen(), IsEmpty()) << "tasks of before are still being stopped";
  EXPECT_FALSE(placed()) << "nobody may act on a place that is about to change";
  on_loop([&] { rebalancer.let_go(); });
  EXPECT_THAT(seen(), ElementsAre("join 1: first"));
}

TEST_F(RebalancerTest, WhatIsTakenAwayStopsFirst) {
  runs = work({"a", "b"});
  tell(assignment(work({"a"}, {{"a", 0}}), work({"b"})));
  EXPECT_THAT(seen(), ElementsAre("stop 1 connector and 0 tasks"));
  finish_stop();
  EXPECT_THAT(seen(), ElementsAre("run 1 connector and 1 task",
                                  "join 1: the work that was taken away has stopped"))
      << "H5: and it is not settled";
}

TEST_F(RebalancerTest, EventsWaitForOneAnother) {
  runs = work({"b"});
  tell(assignment({}, work({"b"})));
  rejoin();
  EXPECT_THAT(seen(), ElementsAre("stop 1 connector and 0 tasks"));
  finish_stop();
  EXPECT_THAT(seen(), ElementsAre("run 0 connectors and 0 tasks",
                                  "join 2: the work that was taken away has stopped"))
      << "the join knows of the newest event";
}

TEST_F(RebalancerTest, ReadsTheConfigurationThatTheAssignmentWasMadeFrom) {
  config.set(3, 5);
  tell(assignment(work({"a"})));
  ASSERT_TRUE(config.wait_reads(1));
  while (!placed() || seen().empty()) {
  }
  EXPECT_TRUE(runs == work({"a"}));
}

TEST_F(RebalancerTest, DoesNotStartFromANewerConfiguration) {
  config.set(6, 6);
  tell(assignment(work({"a"})));
  EXPECT_THAT(seen(), ElementsAre("join 1: the configuration has gone on from offset 5 to 6"));
  EXPECT_TRUE(runs.empty());
}

TEST_F(RebalancerTest, AMismatchIsCuredByReading) {
  group::Assigned assigned = assignment({});
  assigned.error = group::AssignmentError::config_mismatch;
  runs = work({"a"});
  tell(assigned);
  ASSERT_TRUE(config.wait_reads(1));
  std::vector<std::string> all;
  while (all.empty()) all = seen();
  EXPECT_THAT(all, ElementsAre("join 1: the leader had an older configuration"));
  EXPECT_TRUE(runs == work({"a"})) << "H2: what runs goes on";
}

TEST_F(RebalancerTest, StopsAllBeforeAnEagerJoin) {
  runs = work({"a"});
  rejoin(true);
  EXPECT_THAT(seen(), ElementsAre("stop 1 connector and 0 tasks"));
  finish_stop();
  EXPECT_THAT(seen(), ElementsAre("join 1: somebody came"));
}

TEST_F(RebalancerTest, AnEagerAssignmentIsAllThatRuns) {
  runs = work({"a", "b"});
  group::Assigned assigned = assignment(work({"a"}));
  assigned.protocol = group::ProtocolVersion::v0;
  tell(assigned);
  EXPECT_THAT(seen(), ElementsAre("stop 1 connector and 0 tasks"));  // M8
  finish_stop();
  EXPECT_THAT(seen(), ElementsAre("run 1 connector and 0 tasks", "settled"));
}

TEST_F(RebalancerTest, WithoutACoordinatorNothingRuns) {
  runs = work({"a"});
  lose();
  EXPECT_THAT(seen(), ElementsAre("stop 1 connector and 0 tasks"));
  finish_stop();
  EXPECT_THAT(seen(), ElementsAre("forget", "join 1: the coordinator was lost"));
}

TEST_F(RebalancerTest, WithoutACoordinatorNoStepKeepsWorkRunning) {
  runs = work({"a", "b"});
  tell(assignment(work({"a", "c"}), work({"b"})));
  EXPECT_THAT(seen(), ElementsAre("stop 1 connector and 0 tasks"));
  lose();
  EXPECT_THAT(seen(), ElementsAre("stop 1 connector and 0 tasks")) << "the other one, at once";
  finish_stop();
  EXPECT_THAT(seen(), ElementsAre("stop 0 connectors and 0 tasks"))
      << "what the assignment brought is not started any more";
  finish_stop();
  EXPECT_THAT(seen(), IsEmpty()) << "one stop is not over yet";
  finish_stop();
  EXPECT_THAT(seen(), ElementsAre("forget", "join 2: the coordinator was lost"));
}

TEST_F(RebalancerTest, AMemberThatIsOutStopsAllAtOnceToo) {
  runs = work({"a", "b"});
  tell(assignment(work({"a"}), work({"b"})));
  rejoin(true);
  EXPECT_THAT(seen(), ElementsAre("stop 1 connector and 0 tasks", "stop 1 connector and 0 tasks"));
  finish_stop();
  finish_stop();
  finish_stop();
  EXPECT_THAT(seen(), ElementsAre("stop 0 connectors and 0 tasks", "join 2: somebody came"));
}

TEST_F(RebalancerTest, LeavesWhileTheConfigurationCannotBeRead) {
  config.set(3, 5, false);
  runs = work({"a"});
  tell(assignment(work({"a"})));
  // H6: 6, 7.5, 10, 15, 30 s; the sixth failure stops all work.
  int reads = 1;
  for (const auto pause : {6'000ms, 7'500ms, 10'000ms, 15'000ms, 30'000ms}) {
    ASSERT_TRUE(config.wait_reads(reads++));
    std::vector<std::string> all;
    while (all.empty()) all = seen();
    EXPECT_THAT(all, ElementsAre("leave: the config topic cannot be read"));
    clock.advance(pause - 1ms);
    on_loop([] {});
    EXPECT_THAT(seen(), IsEmpty());
    clock.advance(1ms);
    loop.check_time();
  }
  ASSERT_TRUE(config.wait_reads(reads++));
  std::vector<std::string> all;
  while (all.size() < 2) {
    for (std::string& call : seen()) all.push_back(std::move(call));
  }
  EXPECT_THAT(
      all, ElementsAre("leave: the config topic cannot be read", "stop 1 connector and 0 tasks"));
  config.set(3, 5);
  finish_stop();
  all.clear();
  while (all.size() < 2) {
    for (std::string& call : seen()) all.push_back(std::move(call));
  }
  EXPECT_EQ(all.front(), "forget");
}

}  // namespace
}  // namespace millrace
