// JoinGroup and SyncGroup over real sockets: every row of 1.3, against a broker that does as it is
// told.
#include "unit/group/group_world.h"

namespace millrace::group {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class JoinTest : public GroupTest {};

std::vector<std::string> names(const FakeBroker::Join& join) {
  std::vector<std::string> result;
  for (const auto& [name, metadata] : join.protocols) result.push_back(name);
  return result;
}

TEST_F(JoinTest, TheOnlyMemberLeadsAndGetsEverything) {
  const Assigned assigned = start_and_join();
  EXPECT_TRUE(assigned.leading);
  EXPECT_EQ(assigned.protocol, ProtocolVersion::v2);
  EXPECT_EQ(assigned.generation, 1);
  EXPECT_EQ(assigned.member, "m1");
  EXPECT_EQ(assigned.leader, "m1");
  EXPECT_EQ(assigned.leader_url, "http://w1:8083/");
  EXPECT_EQ(assigned.config_offset, 5);
  EXPECT_EQ(assigned.held, all);
  ASSERT_TRUE(assigned.owners);
  EXPECT_EQ(assigned.owners->connectors.at("c"), "http://w1:8083/");
  EXPECT_EQ(assigned.owners->tasks.at({"c", 1}), "http://w1:8083/");

  const FakeBroker::Request request = broker.wait_for(Api::join_group);
  EXPECT_EQ(request.client_id, "connect-w1:8083");  // G5
  EXPECT_EQ(request.version, 9);
  const FakeBroker::Join join = FakeBroker::read_join(request);
  EXPECT_EQ(join.group, "g");
  EXPECT_EQ(join.member, "");
  EXPECT_EQ(join.protocol_type, "connect");  // G1
  EXPECT_EQ(join.session_ms, 10'000);
  EXPECT_EQ(join.rebalance_ms, 60'000);
  EXPECT_EQ(join.reason, "the worker starts");
  EXPECT_THAT(names(join), ElementsAre("sessioned", "compatible", "default"));  // G2
  EXPECT_EQ(claimed(join), std::nullopt);
}

TEST_F(JoinTest, TheNextJoinClaimsWhatIsHeld) {
  start_and_join();
  member->join(1, "the configuration has changed");
  const FakeBroker::Join join = nth_join(2);
  EXPECT_EQ(claimed(join), all);
  EXPECT_EQ(join.member, "m1");
  EXPECT_EQ(join.reason, "the configuration has changed");
  EXPECT_EQ(host.wait(2, Kind::assigned).assigned.held, all);
  EXPECT_TRUE(log.contains("because the configuration has changed: generation 2"));
}

TEST_F(JoinTest, AJoinThatDoesNotKnowTheLastEventIsDropped) {
  start_and_join();
  member->join(0, "stale");
  member->join(1, "fresh");
  EXPECT_EQ(nth_join(2).reason, "fresh");
  host.wait(2, Kind::assigned);
  EXPECT_EQ(broker.count(Api::join_group), 2U);
}

TEST_F(JoinTest, EveryProtocolChoiceOffersItsNames) {
  settings.protocol = ProtocolChoice::eager;
  const Assigned assigned = start_and_join();
  EXPECT_THAT(names(nth_join(1)), ElementsAre("default"));
  EXPECT_EQ(assigned.protocol, ProtocolVersion::v0);
  EXPECT_EQ(assigned.held, all);
}

TEST_F(JoinTest, AFollowerSendsNoAssignments) {
  broker.next_join({.leader = "l", .member = "m2"});
  broker.next_sync(encode(assignment({{}, {{"c", 1}}})));
  const Assigned assigned = start_and_join();
  EXPECT_FALSE(assigned.leading);
  EXPECT_EQ(assigned.owners, nullptr);
  EXPECT_EQ(assigned.leader_url, "http://l:8083/");
  EXPECT_EQ(assigned.held, (Work{{}, {{"c", 1}}}));
  EXPECT_THAT(FakeBroker::read_sync(broker.wait_for(Api::sync_group)), IsEmpty());
}

TEST_F(JoinTest, RevokedWorkIsNotClaimedAgain) {
  broker.next_join({.leader = "l"});
  broker.next_sync(encode(assignment(all)));
  start_and_join();
  broker.next_join({.leader = "l"});
  broker.next_sync(encode(assignment({}, {{}, {{"c", 1}}})));
  member->join(1, "again");
  const Assigned assigned = host.wait(2, Kind::assigned).assigned;
  EXPECT_EQ(assigned.revoked, (Work{{}, {{"c", 1}}}));
  EXPECT_EQ(assigned.held, (Work{{"c"}, {{"c", 0}}}));
  member->join(2, "what was revoked has stopped");
  EXPECT_EQ(claimed(nth_join(3)), (Work{{"c"}, {{"c", 0}}}));
}

TEST_F(JoinTest, AMismatchChangesNothingThatIsHeld) {
  start_and_join();
  Assignment mismatch = assignment({});
  mismatch.error = AssignmentError::config_mismatch;
  mismatch.config_offset = 9;
  broker.next_sync(encode(mismatch));
  member->join(1, "again");
  const Assigned assigned = host.wait(2, Kind::assigned).assigned;
  EXPECT_EQ(assigned.error, AssignmentError::config_mismatch);
  EXPECT_EQ(assigned.config_offset, 9);
  EXPECT_EQ(assigned.held, all);
}

// --- JoinGroup

TEST_F(JoinTest, Error79GivesTheMemberItsId) {
  broker.next_join({.error = 79, .generation = -1, .protocol = "", .leader = "", .member = "m7"});
  EXPECT_EQ(start_and_join().member, "m7");
  EXPECT_EQ(nth_join(2).member, "m7");
}

TEST_F(JoinTest, Error14IsTriedAgainAfterAGrowingPause) {
  for (int i = 0; i < 5; ++i) broker.next_error(Api::join_group, 14);
  start();
  std::size_t joins = 1;
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1000ms}) {
    broker.wait_for(Api::join_group, joins);
    wait_log("in " + std::to_string(pause.count()) + " ms");
    advance(pause - 1ms);
    EXPECT_EQ(broker.count(Api::join_group), joins);
    advance(1ms);
    broker.wait_for(Api::join_group, ++joins);
  }
  host.wait(1, Kind::assigned);
}

TEST_F(JoinTest, AnotherCoordinatorIsLookedFor) {
  for (const std::int16_t error : {15, 16}) {
    broker.next_error(Api::join_group, error);
    if (error == 15)
      start();
    else
      member->join(host.last(), "again");
    wait_log(error == 15 ? "COORDINATOR_NOT_AVAILABLE" : "NOT_COORDINATOR");
    advance(100ms);
    host.wait(error == 15 ? 1 : 2, Kind::assigned);
    EXPECT_EQ(broker.count(Api::find_coordinator), error == 15 ? 2U : 3U);
  }
}

TEST_F(JoinTest, ALostConnectionIsMadeAnew) {
  broker.next_cut(Api::join_group);
  start_and_join();
  EXPECT_EQ(broker.count(Api::find_coordinator), 2U);
  EXPECT_EQ(broker.count(Api::join_group), 2U);
}

TEST_F(JoinTest, Error25ForgetsTheMemberId) {
  start_and_join();
  broker.next_error(Api::join_group, 25);
  member->join(1, "again");
  EXPECT_EQ(nth_join(2).member, "m1");
  EXPECT_EQ(nth_join(3).member, "");
  EXPECT_EQ(claimed(nth_join(3)), all);  // G18
  host.wait(2, Kind::assigned);
}

TEST_F(JoinTest, Error27JoinsAgainAtOnceAndKeepsTheMemberId) {
  start_and_join();
  broker.next_error(Api::join_group, 27);
  member->join(1, "again");
  EXPECT_EQ(nth_join(3).member, "m1");
  host.wait(2, Kind::assigned);
}

TEST_F(JoinTest, AtOnceDoesNotMeanForEver) {
  for (int i = 0; i < 6; ++i) broker.next_error(Api::join_group, 27);
  start();
  broker.wait_for(Api::join_group, 6);
  wait_log("joining again in 100 ms");
  EXPECT_EQ(broker.count(Api::join_group), 6U);
  advance(100ms);
  host.wait(1, Kind::assigned);
}

TEST_F(JoinTest, OtherErrorsEndTheWorker) {
  EventNumber number = 0;
  for (const std::int16_t error : {23, 24, 26, 30, 81, 22, 42}) {
    FakeHost other;
    broker.next_error(Api::join_group, error);
    auto made = GroupMember::make(settings, "http://w1:8083/", other, clock);
    ASSERT_TRUE(made);
    (*made)->join(0, "start");
    const FakeHost::Event event = other.wait(1, Kind::failed);
    ASSERT_TRUE(event.error);
    EXPECT_EQ(event.error->code(), ErrorCode::fatal) << error;
    EXPECT_THAT(event.error->message(), HasSubstr("group 'g': the coordinator refuses JoinGroup"));
    (*made)->join(1, "it is over");
    (*made)->close(10s);
    EXPECT_EQ(broker.count(Api::join_group), ++number);
  }
}

TEST_F(JoinTest, AGroupOfAnotherKindEndsTheWorker) {
  broker.next_join({.protocol = "range"});
  start();
  EXPECT_THAT(host.wait(1, Kind::failed).error->message(), HasSubstr("protocol 'range'"));
}

// --- SyncGroup

TEST_F(JoinTest, SyncErrors22And27JoinAgainWithTheMemberId) {
  for (const std::int16_t error : {22, 27}) broker.next_error(Api::sync_group, error);
  start_and_join();
  EXPECT_EQ(nth_join(2).member, "m1");
  EXPECT_EQ(nth_join(3).member, "m1");
}

TEST_F(JoinTest, SyncError25ForgetsTheMemberId) {
  broker.next_error(Api::sync_group, 25);
  start_and_join();
  EXPECT_EQ(nth_join(2).member, "");
}

TEST_F(JoinTest, SyncErrors15And16LookForTheCoordinator) {
  for (const std::int16_t error : {15, 16}) {
    broker.next_error(Api::sync_group, error);
    if (error == 15)
      start();
    else
      member->join(host.last(), "again");
    broker.wait_for(Api::sync_group, error == 15 ? 1 : 3);
    wait_log(error == 15 ? "COORDINATOR_NOT_AVAILABLE" : "NOT_COORDINATOR");
    advance(100ms);
    host.wait(error == 15 ? 1 : 2, Kind::assigned);
  }
}

TEST_F(JoinTest, AConnectionLostDuringSyncGroupJoinsAgain) {
  broker.next_cut(Api::sync_group);
  start_and_join();
  EXPECT_EQ(nth_join(2).member, "m1");
}

TEST_F(JoinTest, OtherSyncErrorsEndTheWorker) {
  for (const std::int16_t error : {14, 30, 42}) {
    FakeHost other;
    broker.next_error(Api::sync_group, error);
    auto made = GroupMember::make(settings, "http://w1:8083/", other, clock);
    ASSERT_TRUE(made);
    (*made)->join(0, "start");
    EXPECT_THAT(other.wait(1, Kind::failed).error->message(), HasSubstr("refuses SyncGroup"));
  }
}

TEST_F(JoinTest, AnAssignmentThatCannotBeReadEndsTheWorker) {
  broker.next_sync("\x01");
  start();
  EXPECT_THAT(host.wait(1, Kind::failed).error->message(),
              HasSubstr("leader m1 sent what cannot be read: assignment: field 'version'"));
}

TEST_F(JoinTest, AMemberThatTheLeaderForgotComesBack) {
  broker.next_sync("");
  start();
  wait_log("the leader gave this worker no assignment");
  advance(100ms);
  host.wait(1, Kind::assigned);
}

// --- A2: what the leader remembers is worth nothing once its SyncGroup has failed.
TEST_F(JoinTest, ALeaderWhoseSyncGroupFailedDealsAnew) {
  broker.next_cut(Api::sync_group);
  EXPECT_EQ(start_and_join().held, all);
}

// --- every broker has its versions (1.1)
struct Broker {
  const char* name;
  std::int16_t api_versions, metadata, find, join, sync, heartbeat, leave;
};
void PrintTo(const Broker& broker, std::ostream* out) { *out << broker.name; }

class BrokerVersionTest : public JoinTest, public ::testing::WithParamInterface<Broker> {};

TEST_P(BrokerVersionTest, JoinsBeatsAndLeaves) {
  const Broker& old = GetParam();
  broker.limit_versions(Api::api_versions, 0, old.api_versions);
  broker.limit_versions(Api::metadata, 0, old.metadata);
  broker.limit_versions(Api::find_coordinator, 0, old.find);
  broker.limit_versions(Api::join_group, 0, old.join);
  broker.limit_versions(Api::sync_group, 0, old.sync);
  broker.limit_versions(Api::heartbeat, 0, old.heartbeat);
  broker.limit_versions(Api::leave_group, 0, old.leave);
  EXPECT_EQ(start_and_join().held, all);
  EXPECT_EQ(broker.wait_for(Api::join_group).version, std::min<std::int16_t>(old.join, 9));
  beat();
  EXPECT_EQ(FakeBroker::read_heartbeat(broker.wait_for(Api::heartbeat)), Beat("m1", 1));
  member->close(10s);
  EXPECT_EQ(FakeBroker::read_leave(broker.wait_for(Api::leave_group)), "m1");
}

INSTANTIATE_TEST_SUITE_P(All, BrokerVersionTest,
                         ::testing::Values(Broker{"kafka_2_0", 2, 6, 2, 3, 2, 2, 2},
                                           Broker{"kafka_2_3", 2, 8, 2, 5, 3, 3, 2},
                                           Broker{"kafka_2_4", 3, 9, 3, 6, 4, 4, 4},
                                           Broker{"kafka_2_5", 3, 9, 3, 7, 5, 4, 4},
                                           Broker{"kafka_3_2", 3, 12, 4, 9, 5, 4, 5},
                                           Broker{"kafka_4_0", 4, 13, 6, 9, 5, 4, 5}),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace millrace::group
