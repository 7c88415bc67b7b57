// A member of a stable generation, over real sockets: heartbeats and every row of 1.3 about them,
// what the host is told, and what becomes of a host that does not answer.
#include "unit/group/group_world.h"

namespace millrace::group {
namespace {

using ::testing::HasSubstr;

class HeartbeatTest : public GroupTest {
 protected:
  /// Until the broker has answered that many heartbeats, and the member has heard it.
  void expect_alive() {
    beat();
    beat();
    EXPECT_EQ(host.last(), last_);
  }
  EventNumber last_ = 1;
};

TEST_F(HeartbeatTest, TheyComeAtTheirInterval) {
  start_and_join();
  advance(2999ms);
  EXPECT_EQ(broker.count(Api::heartbeat), 0U);
  advance(1ms);
  EXPECT_EQ(FakeBroker::read_heartbeat(broker.wait_for(Api::heartbeat)), Beat("m1", 1));
  expect_alive();
}

// G13: from the JoinGroup answer on, also while SyncGroup waits for the leader.
TEST_F(HeartbeatTest, TheyBeginWithTheAnswerToJoinGroup) {
  broker.next_silence(Api::sync_group);
  start();
  broker.wait_for(Api::sync_group);
  advance(3000ms);
  broker.wait_for(Api::heartbeat);
}

TEST_F(HeartbeatTest, Error27AsksTheHostOnceAndGoesOn) {
  start_and_join();
  broker.next_error(Api::heartbeat, 27);
  broker.next_error(Api::heartbeat, 27);
  beat();
  const FakeHost::Event event = host.wait(2, Kind::rejoin_wanted);
  EXPECT_EQ(event.rejoin.reason, "the group rebalances");
  EXPECT_FALSE(event.rejoin.stop_first);
  last_ = 2;
  beat();
  expect_alive();
  member->join(2, "as the group wants");
  EXPECT_EQ(nth_join(2).member, "m1");
  host.wait(3, Kind::assigned);
}

TEST_F(HeartbeatTest, Error22KeepsTheMemberId) {
  start_and_join();
  broker.next_error(Api::heartbeat, 22);
  beat();
  host.wait(2, Kind::rejoin_wanted);
  member->join(2, "again");
  EXPECT_EQ(nth_join(2).member, "m1");
}

// G18: the next join has no id, but claims what the member still runs.
TEST_F(HeartbeatTest, Error25ForgetsTheMemberIdAndKeepsTheWork) {
  start_and_join();
  broker.next_error(Api::heartbeat, 25);
  beat();
  EXPECT_THAT(host.wait(2, Kind::rejoin_wanted).rejoin.reason, HasSubstr("taken this worker out"));
  member->join(2, "again");
  EXPECT_EQ(nth_join(2).member, "");
  EXPECT_EQ(claimed(nth_join(2)), all);
}

// G13: an answer to a heartbeat of an older generation means nothing any more.
TEST_F(HeartbeatTest, Error25OfAnOlderGenerationIsIgnored) {
  start_and_join();
  std::promise<void> release;
  broker.next_error_when(Api::heartbeat, 25, release.get_future().share());
  advance(3000ms);  // it is sent, and not answered
  member->join(1, "meanwhile");
  advance(0ms);
  release.set_value();
  EXPECT_EQ(nth_join(2).member, "m1");
  host.wait(2, Kind::assigned);
}

TEST_F(HeartbeatTest, Errors15And16FindTheCoordinatorAgain) {
  start_and_join();
  for (const std::int16_t error : {15, 16}) {
    broker.next_error(Api::heartbeat, error);
    const std::size_t finds = broker.count(Api::find_coordinator);
    const std::size_t beats = broker.count(Api::heartbeat);
    beat();
    wait_log(error == 15 ? "COORDINATOR_NOT_AVAILABLE" : "NOT_COORDINATOR");
    advance(100ms);
    broker.wait_for(Api::find_coordinator, finds + 1);
    broker.wait_for(Api::heartbeat, beats + 2);  // at once
  }
  EXPECT_EQ(host.last(), 1U);
}

TEST_F(HeartbeatTest, ALostConnectionIsMadeAnewAndNothingStops) {  // C17, the short one
  start_and_join();
  broker.cut_connections();
  broker.wait_for(Api::find_coordinator, 2);
  broker.wait_for(Api::heartbeat, 1);  // at once, so that the group knows
  EXPECT_EQ(host.last(), 1U);
  EXPECT_EQ(broker.count(Api::join_group), 1U);
}

TEST_F(HeartbeatTest, OtherErrorsAreTriedAgainAfterAGrowingPause) {
  start_and_join();
  for (const std::int16_t error : {14, 30, 42}) broker.next_error(Api::heartbeat, error);
  beat();
  wait_log("a heartbeat failed, another one follows");
  for (const auto pause : {100ms, 200ms, 400ms}) {
    const std::size_t before = broker.count(Api::heartbeat);
    advance_until([&] { return broker.count(Api::heartbeat) > before; }, pause / 10);
  }
  EXPECT_EQ(host.last(), 1U);
}

TEST_F(HeartbeatTest, WithoutAGoodOneForTheSessionTimeoutTheCoordinatorIsSoughtAnew) {
  start_and_join();
  const Clock::Time began = clock.now();
  broker.next_silence(Api::heartbeat);
  advance(3000ms);
  broker.wait_for(Api::heartbeat, 1);
  advance_until([&] { return broker.count(Api::find_coordinator) > 1; }, 100ms);
  EXPECT_GE(clock.now() - began, 10s);
  broker.wait_for(Api::heartbeat, 2);
  EXPECT_EQ(host.last(), 1U);
}

// G17
TEST_F(HeartbeatTest, ACoordinatorThatIsNotFoundCostsTheWork) {
  start_and_join();
  broker.refuse_connections(true);
  broker.cut_connections();
  wait_log("no coordinator yet");
  advance(2900ms);
  EXPECT_EQ(host.last(), 1U);
  advance(100ms);
  host.wait(2, Kind::coordinator_lost);
  member->join(2, "all has stopped");
  broker.refuse_connections(false);
  advance_until([&] { return broker.count(Api::join_group) > 1; }, 100ms);
  EXPECT_EQ(claimed(nth_join(2)), std::nullopt);
  host.wait(3, Kind::assigned);
}

// G18 lets the work go on; but the round that would end it may wait for one dead worker after the
// other.
TEST_F(HeartbeatTest, AWorkerThatWasTakenOutDoesNotWorkOnForEver) {
  start_and_join();
  broker.next_error(Api::heartbeat, 25);
  beat();
  host.wait(2, Kind::rejoin_wanted);
  broker.next_silence(Api::join_group);
  member->join(2, "again");
  EXPECT_NE(claimed(nth_join(2)), std::nullopt);
  advance(4900ms);
  EXPECT_EQ(host.last(), 2U);
  advance(100ms);
  host.wait(3, Kind::coordinator_lost);
  wait_log("the group has taken this worker out, and not back within 5000 ms");
  member->join(3, "all has stopped");
  EXPECT_EQ(claimed(nth_join(3)), std::nullopt);
  host.wait(4, Kind::assigned);
  advance(6000ms);
  EXPECT_EQ(host.last(), 4U);
}

// A round may wait for other members for a minute, and has no heartbeats: work must not go on for
// so long where others may have it by now. The system's own clock, for it is the system that
// notices.
TEST_F(HeartbeatTest, ACoordinatorThatVanishesDuringARoundCostsTheWork) {
  settings.network.silence = 1000ms;
  start_and_join();
  broker.next_silence(Api::join_group);
  member->join(1, "the group rebalances");
  broker.wait_for(Api::join_group, 2);
  broker.refuse_connections(true);
  broker.vanish();
  wait_log("the coordinator is lost");
  wait_log("no coordinator yet");
  advance(3000ms);
  host.wait(2, Kind::coordinator_lost);
}

TEST_F(HeartbeatTest, ACoordinatorThatIsFoundInTimeCostsNothing) {
  start_and_join();
  broker.refuse_connections(true);
  broker.cut_connections();
  wait_log("no coordinator yet");
  advance(2000ms);
  broker.refuse_connections(false);
  advance_until([&] { return broker.count(Api::heartbeat) > 0; }, 10ms);
  EXPECT_EQ(host.last(), 1U);
  EXPECT_EQ(broker.count(Api::join_group), 1U);
}

// A11
TEST_F(HeartbeatTest, AScheduledRebalanceComesWhenItIsDue) {
  broker.next_join({.leader = "l"});
  broker.next_sync(encode(assignment(all, {}, 5000ms)));
  EXPECT_EQ(start_and_join().delay, 5000ms);
  beat();
  advance(1999ms);
  EXPECT_EQ(host.last(), 1U);
  advance(1ms);
  EXPECT_EQ(host.wait(2, Kind::rejoin_wanted).rejoin.reason, "the scheduled delay is over");
}

TEST_F(HeartbeatTest, TheNextAssignmentReplacesTheScheduledRebalance) {
  broker.next_join({.leader = "l"});
  broker.next_sync(encode(assignment(all, {}, 5000ms)));
  start_and_join();
  member->join(1, "earlier");
  host.wait(2, Kind::assigned);
  beat();
  beat();
  EXPECT_EQ(host.last(), 2U);
}

// The poll timeout: the group need not wait for a herder that hangs. Its work goes on.
TEST_F(HeartbeatTest, AHostThatDoesNotAnswerIsTakenOutOfTheGroup) {
  settings.rebalance_timeout = 5000ms;
  start_and_join();
  broker.next_error(Api::heartbeat, 27);
  beat();
  host.wait(2, Kind::rejoin_wanted);
  beat();
  advance(2000ms);
  EXPECT_EQ(FakeBroker::read_leave(broker.wait_for(Api::leave_group)), "m1");
  member->join(2, "late, but here");
  EXPECT_EQ(nth_join(2).member, "");
  EXPECT_EQ(claimed(nth_join(2)), all);
  host.wait(3, Kind::assigned);
}

TEST_F(HeartbeatTest, RevocationsThatAreNotDoneInTimeCountAsNoAnswer) {
  settings.rebalance_timeout = 5000ms;
  broker.next_join({.leader = "l"});
  broker.next_sync(encode(assignment({}, {{"x"}, {}})));
  start_and_join();
  beat();
  advance(2000ms);
  broker.wait_for(Api::leave_group);
}

// G15
TEST_F(HeartbeatTest, TheEagerProtocolStopsEverythingFirst) {
  settings.protocol = ProtocolChoice::eager;
  start_and_join();
  broker.next_error(Api::heartbeat, 27);
  beat();
  EXPECT_TRUE(host.wait(2, Kind::rejoin_wanted).rejoin.stop_first);
  Assignment mismatch = assignment({});
  mismatch.version = ProtocolVersion::v0;
  mismatch.error = AssignmentError::config_mismatch;
  broker.next_sync(encode(mismatch));
  member->join(2, "again");
  host.wait(3, Kind::assigned);
  broker.next_error(Api::heartbeat, 27);
  beat();
  EXPECT_FALSE(host.wait(4, Kind::rejoin_wanted).rejoin.stop_first);
}

TEST_F(HeartbeatTest, LeavingAndComingBack) {
  start_and_join();
  member->leave("it cannot keep up");
  EXPECT_EQ(FakeBroker::read_leave(broker.wait_for(Api::leave_group)), "m1");
  member->join(1, "it has caught up");
  EXPECT_EQ(nth_join(2).member, "");
  EXPECT_EQ(claimed(nth_join(2)), all);
  host.wait(2, Kind::assigned);
  member->leave("again");
  member->forget_work();
  member->join(2, "with nothing");
  EXPECT_EQ(claimed(nth_join(3)).value_or(Work()), Work());
}

// A coordinator answers in order: LeaveGroup must not wait behind a JoinGroup.
TEST_F(HeartbeatTest, LeavingWhileJoinGroupWaits) {
  broker.next_join({.error = 79, .generation = -1, .protocol = "", .leader = "", .member = "m7"});
  std::promise<void> release;
  broker.next_error_when(Api::join_group, 27, release.get_future().share());
  start();
  broker.wait_for(Api::join_group, 2);
  member->close(60s);
  EXPECT_EQ(FakeBroker::read_leave(broker.wait_for(Api::leave_group)), "m7");
  release.set_value();
}

// A broker waits for a member that it has given an id: the id is given back.
TEST_F(HeartbeatTest, LeavingBeforeTheMemberHasItsId) {
  const FakeBroker::JoinAnswer id{
      .error = 79, .generation = -1, .protocol = "", .leader = "", .member = "m7"};
  std::promise<void> first;
  broker.next_join_when(id, first.get_future().share());
  start();
  broker.wait_for(Api::join_group);
  member->leave("it cannot keep up");
  member->join(0, "it has caught up");
  first.set_value();
  EXPECT_EQ(FakeBroker::read_leave(broker.wait_for(Api::leave_group)), "m7");
  EXPECT_EQ(nth_join(2).member, "");
  EXPECT_EQ(host.wait(1, Kind::assigned).assigned.member, "m1");

  member.reset();
  std::promise<void> second;
  broker.next_join_when(id, second.get_future().share());
  start();
  broker.wait_for(Api::join_group, 3);
  std::thread closing([this] { member->close(60s); });
  second.set_value();
  closing.join();
  EXPECT_EQ(broker.count(Api::leave_group), 2U);
}

TEST_F(HeartbeatTest, ClosingLeavesAndADestroyedMemberDoesNot) {
  start_and_join();
  member->close(60s);
  broker.wait_for(Api::leave_group);
  member.reset();
  start();
  broker.wait_for(Api::sync_group, 2);
  member.reset();
  EXPECT_EQ(broker.count(Api::leave_group), 1U);
}

}  // namespace
}  // namespace millrace::group
