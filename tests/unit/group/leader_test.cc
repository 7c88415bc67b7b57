// What a leader makes of the members' metadata: A1, G4, G10, and members that cannot be understood.
#include "group/leader.h"

#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::group {
namespace {

using std::chrono::milliseconds;

class LeaderTest : public ::testing::Test {
 protected:
  static std::string metadata(std::int64_t offset, const std::string& url,
                              ProtocolVersion version = ProtocolVersion::v2) {
    return encode(WorkerMetadata{.version = version, .url = url, .config_offset = offset});
  }
  static Leader::Config config(std::int64_t offset) {
    return std::make_shared<const ConfigSnapshot>(
        ConfigSnapshot{.offset = offset, .connectors = {{"c", 2}}});
  }
  Leader::Input input(std::vector<JoinGroupResponse::Member> members) {
    return {.version = ProtocolVersion::v2,
            .leader = "m1",
            .leader_url = "http://w1/",
            .members = std::move(members),
            .generation = 1,
            .now = milliseconds(1000),
            .config = config(5),
            .fresh = [this] {
              ++asked;
              return config(newest);
            }};
  }
  /// Decides, and reads what each member is told.
  std::map<std::string, Assignment> decide(const Leader::Input& input) {
    Leader::Decision decision = leader.decide(input);
    owners = decision.owners;
    std::map<std::string, Assignment> told;
    for (const auto& [member, bytes] : decision.assignments) {
      const Result<Assignment> read = decode_assignment(bytes);
      EXPECT_TRUE(read) << read.error().message();
      told[member] = *read;
    }
    return told;
  }

  Leader leader{milliseconds(300'000)};
  std::int64_t newest = 5;
  int asked = 0;
  std::shared_ptr<const Owners> owners;
  log::Capture log;
};

TEST_F(LeaderTest, EveryMemberIsTold) {
  const auto told =
      decide(input({{"m1", metadata(5, "http://w1/")}, {"m2", metadata(4, "http://w2/")}}));
  ASSERT_EQ(told.size(), 2U);
  for (const auto& [member, assignment] : told) {
    EXPECT_EQ(assignment.version, ProtocolVersion::v2);
    EXPECT_EQ(assignment.leader, "m1");
    EXPECT_EQ(assignment.leader_url, "http://w1/");
    EXPECT_EQ(assignment.config_offset, 5);
  }
  EXPECT_EQ(told.at("m1").assigned, (Work{{"c"}, {{"c", 0}}}));
  EXPECT_EQ(told.at("m2").assigned, (Work{{}, {{"c", 1}}}));
  EXPECT_EQ(owners->connectors.at("c"), "http://w1/");
  EXPECT_EQ(owners->tasks.at({"c", 1}), "http://w2/");
  EXPECT_EQ(asked, 0);
}

// A1
TEST_F(LeaderTest, ALeaderThatIsBehindLooksAgain) {
  newest = 7;
  const auto told =
      decide(input({{"m1", metadata(5, "http://w1/")}, {"m2", metadata(7, "http://w2/")}}));
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(told.at("m1").error, AssignmentError::none);
  EXPECT_EQ(told.at("m1").config_offset, 7);
}

TEST_F(LeaderTest, ALeaderThatIsStillBehindSaysSo) {
  for (const ProtocolVersion version : {ProtocolVersion::v2, ProtocolVersion::v0}) {
    auto in = input(
        {{"m1", metadata(5, "http://w1/", version)}, {"m2", metadata(9, "http://w2/", version)}});
    in.version = version;
    for (const auto& [member, assignment] : decide(in)) {
      EXPECT_EQ(assignment.error, AssignmentError::config_mismatch);
      EXPECT_EQ(assignment.config_offset, 9);
      EXPECT_TRUE(assignment.assigned.empty() && assignment.revoked.empty());
      EXPECT_EQ(assignment.delay, milliseconds(0));
      EXPECT_EQ(assignment.version, version);
    }
    EXPECT_TRUE(owners->connectors.empty());
  }
}

TEST_F(LeaderTest, TheEagerProtocolIsDealtInTurn) {
  auto in = input({{"m1", metadata(5, "http://w1/", ProtocolVersion::v0)},
                   {"m2", metadata(5, "http://w2/", ProtocolVersion::v0)}});
  in.version = ProtocolVersion::v0;
  const auto told = decide(in);
  EXPECT_EQ(told.at("m1").assigned, (Work{{"c"}, {{"c", 1}}}));
  EXPECT_EQ(told.at("m2").assigned, (Work{{}, {{"c", 0}}}));
}

TEST_F(LeaderTest, AMemberThatCannotBeUnderstoodGetsNothing) {
  const auto told = decide(input({{"m1", metadata(5, "http://w1/")}, {"m2", "\x01"}}));
  EXPECT_EQ(told.at("m1").assigned.size(), 3U);
  EXPECT_TRUE(told.at("m2").assigned.empty());
  EXPECT_EQ(told.at("m2").error, AssignmentError::none);
  EXPECT_TRUE(
      log.contains("member m2 gets no work: worker metadata: field 'version' needs 2 bytes"));
}

TEST_F(LeaderTest, WhatIsRevokedHasNoOwner) {
  decide(input({{"m1", metadata(5, "http://w1/")}}));
  WorkerMetadata holder{.url = "http://w1/", .config_offset = 5};
  holder.allocation = Assignment{.assigned = {{"c"}, {{"c", 0}, {"c", 1}}}};
  auto in = input({{"m1", encode(holder)}, {"m2", metadata(5, "http://w2/")}});
  in.generation = 2;
  in.last_completed_generation = 1;
  const auto told = decide(in);
  EXPECT_EQ(told.at("m1").revoked, (Work{{}, {{"c", 0}}}));
  EXPECT_FALSE(owners->tasks.contains({"c", 0}));
  EXPECT_EQ(owners->tasks.at({"c", 1}), "http://w1/");
}

}  // namespace
}  // namespace millrace::group
