// The traces of the specification (T1 to T12) and the eager assignor (A0). golden.assignor replays
// three hundred recorded lives of a leader.
#include "group/eager_assignor.h"
#include "group/incremental_assignor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::group {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A leader and the members that it assigns to; members do as they are told.
class AssignorTest : public ::testing::Test {
 protected:
  /// Everybody joins, and gets an assignment.
  RoundResult rebalance(std::int64_t at) {
    Round round = prepare(at);
    RoundResult result = assign_incrementally(memory, round);
    for (const auto& [member, change] : result.members) held[member] = change.keeps;
    completed = generation;
    return result;
  }
  /// The assignment is made, but SyncGroup fails: nobody gets it.
  RoundResult lost_rebalance(std::int64_t at) { return assign_incrementally(memory, prepare(at)); }

  Round prepare(std::int64_t at) {
    Round round{.now = milliseconds(at),
                .max_delay = max_delay,
                .last_completed_generation = completed,
                .generation = ++generation,
                .configured = configured};
    for (const auto& [member, work] : held) round.claims.emplace_back(member, work);
    return round;
  }
  [[nodiscard]] std::pair<std::size_t, std::size_t> load(const std::string& member) const {
    return {held.at(member).connectors.size(), held.at(member).tasks.size()};
  }
  using Load = std::pair<std::size_t, std::size_t>;

  LeaderMemory memory;
  TaskCounts configured{{"c1", 4}, {"c2", 4}};
  milliseconds max_delay{300'000};
  std::map<std::string, Work> held;
  std::int32_t completed = -1;
  std::int32_t generation = 0;
};

const Work c1_whole{{"c1"}, {{"c1", 0}, {"c1", 1}, {"c1", 2}, {"c1", 3}}};

TEST_F(AssignorTest, T1ANewMemberGetsItsShareInTwoRounds) {
  held["W1"];
  rebalance(1000);
  EXPECT_EQ(load("W1"), Load(2, 8));
  held["W2"];
  const RoundResult revoking = rebalance(1001);
  EXPECT_EQ(revoking.members.at("W1").revoked, c1_whole);
  EXPECT_TRUE(revoking.members.at("W2").assigned.empty());
  EXPECT_EQ(revoking.delay, milliseconds(0));
  EXPECT_TRUE(memory.revoked_for_balance);
  const RoundResult assigning = rebalance(1002);
  EXPECT_EQ(assigning.members.at("W2").assigned, c1_whole);
  EXPECT_FALSE(memory.revoked_for_balance);

  held["W3"];
  const RoundResult third = rebalance(1003);
  EXPECT_EQ(third.members.at("W1").revoked, (Work{{}, {{"c2", 0}}}));
  EXPECT_EQ(third.members.at("W2").revoked, (Work{{}, {{"c1", 0}}}));
  EXPECT_EQ(rebalance(1004).members.at("W3").assigned, (Work{{}, {{"c1", 0}, {"c2", 0}}}));
}

TEST_F(AssignorTest, T2AMemberThatComesBackInTimeGetsWhatWasLost) {
  held["W1"];
  held["W2"];
  rebalance(1000);
  const Work share = held["W2"];
  EXPECT_EQ(share, (Work{{"c2"}, {{"c1", 1}, {"c1", 3}, {"c2", 1}, {"c2", 3}}}));
  held.erase("W2");
  EXPECT_EQ(rebalance(1010).delay, milliseconds(300'000));
  EXPECT_EQ(memory.delay_end, milliseconds(301'010));
  held["W2b"];
  EXPECT_EQ(rebalance(101'010).delay, milliseconds(200'000));
  EXPECT_TRUE(held["W2b"].empty());
  EXPECT_THAT(memory.candidates, ElementsAre("W2b"));
  EXPECT_EQ(rebalance(301'010).members.at("W2b").assigned, share);
}

TEST_F(AssignorTest, T3AMemberThatStaysAwayLosesItsWorkAtTheEndOfTheDelay) {
  held["W1"];
  held["W2"];
  rebalance(1000);
  held.erase("W2");
  rebalance(1010);
  EXPECT_EQ(load("W1"), Load(1, 4));
  EXPECT_EQ(rebalance(301'010).delay, milliseconds(0));
  EXPECT_EQ(load("W1"), Load(2, 8));
}

TEST_F(AssignorTest, T4RevocationsOneAfterTheOtherArePaused) {
  configured = {{"c1", 12}, {"c2", 12}};
  held["W1"];
  rebalance(1000);
  held["W2"];
  EXPECT_EQ(rebalance(1001).members.at("W1").revoked.size(), 13U);
  held["W3"];
  const RoundResult paused = rebalance(1005);
  EXPECT_EQ(paused.delay, milliseconds(40));
  EXPECT_EQ(load("W2").second, 6U);
  EXPECT_EQ(load("W3").second, 6U);
  EXPECT_TRUE(paused.members.at("W1").revoked.empty());
  held["W4"];
  const RoundResult second = rebalance(1045);
  EXPECT_EQ(second.delay, milliseconds(0));
  EXPECT_EQ(second.members.at("W1").revoked.tasks.size(), 6U);
  held["W5"];
  EXPECT_EQ(rebalance(1050).delay, milliseconds(1600));
  const RoundResult third = rebalance(2650);
  for (const char* member : {"W1", "W2", "W3"}) {
    EXPECT_EQ(third.members.at(member).revoked.tasks.size(), 1U) << member;
  }
  rebalance(2651);
  EXPECT_EQ(memory.revoking_rounds, 0);
  for (const auto& [member, work] : held) EXPECT_GE(work.tasks.size(), 4U) << member;
}

TEST_F(AssignorTest, T4bAMemberThatComesDuringThePauseWaitsForItsEnd) {
  configured = {{"c1", 12}, {"c2", 12}};
  held["W1"];
  rebalance(1000);
  held["W2"];
  rebalance(1001);
  held["W3"];
  rebalance(1005);
  held["W4"];
  EXPECT_EQ(rebalance(1015).delay, milliseconds(30));
  EXPECT_THAT(memory.candidates, ElementsAre("W4"));
  EXPECT_FALSE(memory.revoked_for_balance);
  EXPECT_EQ(rebalance(1045).members.at("W1").revoked.tasks.size(), 6U);
}

TEST_F(AssignorTest, T5WithoutDelayWorkMovesAtOnce) {
  max_delay = milliseconds(0);
  held["W1"];
  held["W2"];
  rebalance(1000);
  held.erase("W2");
  EXPECT_EQ(rebalance(1010).delay, milliseconds(0));
  EXPECT_EQ(load("W1"), Load(2, 8));
}

TEST_F(AssignorTest, T6ADeletedConnectorIsRevokedFromItsHolders) {
  held["W1"];
  held["W2"];
  rebalance(1000);
  configured.erase("c1");
  const RoundResult result = rebalance(1001);
  EXPECT_EQ(result.members.at("W1").revoked, (Work{{"c1"}, {{"c1", 0}, {"c1", 2}}}));
  EXPECT_EQ(result.members.at("W2").revoked, (Work{{}, {{"c1", 1}, {"c1", 3}}}));
  const RoundResult next = rebalance(1002);
  for (const auto& [member, change] : next.members) {
    EXPECT_TRUE(change.assigned.empty() && change.revoked.empty()) << member;
  }
}

TEST_F(AssignorTest, T7RevocationsThatWereNotDeliveredAreRepeatedAfterAPause) {
  held["W1"];
  rebalance(1000);
  held["W2"];
  EXPECT_FALSE(lost_rebalance(1001).members.at("W1").revoked.empty());
  const RoundResult again = rebalance(1002);
  EXPECT_EQ(again.delay, milliseconds(40));
  EXPECT_TRUE(again.members.at("W1").revoked.empty());
}

TEST_F(AssignorTest, T8WorkThatTwoClaimIsTakenFromBoth) {
  held["W1"];
  held["W2"];
  rebalance(1000);
  const Work twice{{"c1"}, {{"c1", 0}}};
  held["W2"].add(twice);
  const RoundResult result = rebalance(1001);
  EXPECT_EQ(result.members.at("W1").revoked, twice);
  EXPECT_EQ(result.members.at("W2").revoked, twice);
  EXPECT_EQ(rebalance(1002).members.at("W1").assigned, twice);
}

TEST_F(AssignorTest, T9MoreAndFewerTasks) {
  held["W1"];
  held["W2"];
  rebalance(1000);
  configured["c1"] = 6;
  const RoundResult more = rebalance(1001);
  EXPECT_EQ(more.members.at("W1").assigned, (Work{{}, {{"c1", 4}}}));
  EXPECT_EQ(more.members.at("W2").assigned, (Work{{}, {{"c1", 5}}}));
  configured["c1"] = 2;
  Work revoked;
  for (const auto& [member, change] : rebalance(1002).members) revoked.add(change.revoked);
  EXPECT_EQ(revoked, (Work{{}, {{"c1", 2}, {"c1", 3}, {"c1", 4}, {"c1", 5}}}));
}

TEST_F(AssignorTest, T10ANewLeaderPlacesWhatItsPredecessorHeldAtOnce) {
  held["W1"];
  held["W2"];
  held["W3"];
  rebalance(1000);
  held.erase("W1");
  memory = {};  // of the process that leads from now on
  EXPECT_EQ(rebalance(1010).delay, milliseconds(0));
  EXPECT_EQ(load("W2").second + load("W3").second, 8U);
  EXPECT_EQ(load("W2").first + load("W3").first, 2U);
}

TEST_F(AssignorTest, T12AMemberThatTakesAnothersPlaceGetsItsWorkAfterTheDelay) {
  held["W1"];
  held["W2"];
  rebalance(1000);
  const Work share = held["W2"];
  held.erase("W2");
  held["W2b"];
  EXPECT_EQ(rebalance(1010).delay, milliseconds(300'000));
  EXPECT_THAT(memory.candidates, ElementsAre("W2b"));
  EXPECT_EQ(rebalance(301'010).members.at("W2b").assigned, share);
}

TEST_F(AssignorTest, A2AnAssignmentOfAnotherLeaderEmptiesTheMemory) {
  held["W1"];
  rebalance(1000);
  completed = ++generation;  // somebody else led that one
  held["W1"] = {};
  EXPECT_EQ(rebalance(1001).members.at("W1").assigned.size(), 10U);
}

TEST(EagerAssignor, A0DealsConnectorsThenTasksInTurn) {
  const auto plans = assign_eagerly({"m3", "m1", "m2"}, {{"x", 2}, {"y", 1}});
  EXPECT_EQ(plans.at("m1"), (Work{{"x"}, {{"x", 1}}}));
  EXPECT_EQ(plans.at("m2"), (Work{{"y"}, {{"y", 0}}}));
  EXPECT_EQ(plans.at("m3"), (Work{{}, {{"x", 0}}}));
  EXPECT_THAT(assign_eagerly({}, {{"x", 2}}), IsEmpty());
}

}  // namespace
}  // namespace millrace::group
