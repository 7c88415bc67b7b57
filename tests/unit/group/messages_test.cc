// Requests byte by byte (the whole frames of 1.1), answers in every version, and broken ones.
#include "group/messages.h"

#include "group/connect_protocol.h"
#include "unit/group/hex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::group {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string framed(Api api, std::int16_t version, const std::string& body) {
  return to_hex(frame(api, version, 7, "c", body));
}

JoinGroupRequest join() {
  JoinGroupRequest request{.group = "g",
                           .session_timeout_ms = 10'000,
                           .rebalance_timeout_ms = 60'000,
                           .protocol_type = "connect",
                           .reason = "why"};
  for (const ProtocolVersion version : offered(ProtocolChoice::sessioned)) {
    request.protocols.push_back(
        {std::string(to_string(version)),
         encode(WorkerMetadata{.version = version, .url = "http://w1:8083/", .config_offset = 5})});
  }
  return request;
}

TEST(Messages, JoinGroupV5) {
  EXPECT_EQ(
      framed(Api::join_group, 5, encode(join(), 5)),
      to_hex(from_hex(
          "000000ac 000b0005 00000007 000163 | 000167 00002710 0000ea60 0000 ffff "
          "0007636f6e6e656374 00000003"
          "000973657373696f6e6564 0000001f "
          "0002000f687474703a2f2f77313a383038332f0000000000000005ffffffff"
          "000a636f6d70617469626c65 0000001f "
          "0001000f687474703a2f2f77313a383038332f0000000000000005ffffffff"
          "000764656661756c74 0000001b 0000000f687474703a2f2f77313a383038332f0000000000000005")));
}

TEST(Messages, TheShortRequests) {
  EXPECT_EQ(framed(Api::sync_group, 3,
                   encode(SyncGroupRequest{.group = "g", .generation = 3, .member = "m1"}, 3)),
            to_hex(from_hex("0000001c 000e0003 00000007 000163 | 000167 00000003 00026d31 ffff "
                            "00000000")));
  EXPECT_EQ(framed(Api::heartbeat, 3, encode(HeartbeatRequest{"g", 3, "m1"}, 3)),
            to_hex(from_hex("00000018 000c0003 00000007 000163 | 000167 00000003 00026d31 ffff")));
  EXPECT_EQ(framed(Api::leave_group, 3, encode(LeaveGroupRequest{"g", "m1", "why"}, 3)),
            to_hex(from_hex("00000018 000d0003 00000007 000163 | 000167 00000001 00026d31 ffff")));
  EXPECT_EQ(framed(Api::find_coordinator, 2, encode_find_coordinator("g", 2)),
            to_hex(from_hex("0000000f 000a0002 00000007 000163 | 000167 00")));
}

TEST(Messages, CompactRequests) {
  EXPECT_EQ(framed(Api::heartbeat, 4, encode(HeartbeatRequest{"g", 3, "m1"}, 4)),
            to_hex(from_hex("00000017 000c0004 00000007 000163 00 | 0267 00000003 036d31 00 00")));
  EXPECT_EQ(
      framed(Api::leave_group, 5, encode(LeaveGroupRequest{"g", "m1", "why"}, 5)),
      to_hex(from_hex("00000019 000d0005 00000007 000163 00 | 0267 02 036d31 00 04776879 00 00")));
  EXPECT_EQ(framed(Api::find_coordinator, 4, encode_find_coordinator("g", 4)),
            to_hex(from_hex("00000011 000a0004 00000007 000163 00 | 00 02 0267 00")));
  EXPECT_EQ(to_hex(encode(SyncGroupRequest{.group = "g",
                                           .generation = 3,
                                           .member = "m1",
                                           .protocol_type = "connect",
                                           .protocol = "p",
                                           .assignments = {{"m1", "x"}}},
                          5)),
            to_hex(from_hex("0267 00000003 036d31 00 08636f6e6e656374 0270 02 036d31 0278 00 00")));
  EXPECT_EQ(to_hex(encode_metadata(12)),
            "010000"
            "00");
  EXPECT_EQ(to_hex(encode_metadata(8)),
            "00000000"
            "000000");
}

std::string answer(const std::string& hex) { return from_hex(hex); }

TEST(Messages, AHeaderIsStrippedOff) {
  const std::string classic = answer("00000007 0001");
  EXPECT_EQ(read_answer(classic, Api::heartbeat, 3)->body, from_hex("0001"));
  const std::string compact = answer("00000007 01 05 02 6161 0001");  // with one tagged field
  EXPECT_EQ(read_answer(compact, Api::heartbeat, 4)->body, from_hex("0001"));
  const std::string versions = answer("00000007 0001");  // stays as it was
  EXPECT_EQ(read_answer(versions, Api::api_versions, 3)->body, from_hex("0001"));
  EXPECT_EQ(*read_correlation(classic), 7);
  EXPECT_FALSE(read_correlation("abc"));
}

TEST(Messages, ApiVersionsIsUnderstoodInBothFormsAndWhenRefused) {
  const auto classic = decode_api_versions(answer("0000 00000001 000b 0002 0009"), 2);
  ASSERT_TRUE(classic) << classic.error().message();
  EXPECT_EQ(*classic->common(Api::join_group), 9);
  const auto compact = decode_api_versions(answer("0000 02 000b 0000 0005 00 00000000 00"), 3);
  ASSERT_TRUE(compact) << compact.error().message();
  EXPECT_EQ(*compact->common(Api::join_group), 5);
  const auto refused = decode_api_versions(answer("0023 00000001 0012 0000 0002"), 3);
  ASSERT_TRUE(refused) << refused.error().message();
  EXPECT_EQ(refused->error, 35);
  EXPECT_EQ(*refused->common(Api::api_versions), 2);
}

TEST(Messages, VersionsThatDoNotOverlapAreNamed) {
  const ApiVersionsResponse versions{.ranges = {{11, 0, 1}, {14, 8, 9}}};
  EXPECT_EQ(versions.common(Api::join_group).error().message(),
            "the broker has versions 0 to 1 of JoinGroup, we have 2 to 9");
  EXPECT_EQ(versions.common(Api::sync_group).error().message(),
            "the broker has versions 8 to 9 of SyncGroup, we have 1 to 5");
  EXPECT_EQ(versions.common(Api::heartbeat).error().message(),
            "the broker has no request Heartbeat");
}

TEST(Messages, CoordinatorsOfEveryVersion) {
  const Node node{1, "b", 9092};
  EXPECT_EQ(decode_find_coordinator(answer("00000000 0000 ffff 00000001 000162 00002384"), 2)->node,
            node);
  EXPECT_EQ(decode_find_coordinator(answer("00000000 0000 00 00000001 0262 00002384 00"), 3)->node,
            node);
  const auto listed = decode_find_coordinator(
      answer("00000000 02 0267 00000001 0262 00002384 000f 0378 78 00 00"), 4);
  ASSERT_TRUE(listed) << listed.error().message();
  EXPECT_EQ(listed->node, node);
  EXPECT_EQ(listed->error, 15);
  EXPECT_EQ(listed->message, "xx");
  EXPECT_THAT(decode_find_coordinator(answer("00000000 01 00"), 4).error().message(),
              HasSubstr("field 'coordinators' has 0 elements for one group"));
}

TEST(Messages, JoinGroupAnswersOfEveryVersion) {
  const auto check = [](const std::string& hex, std::int16_t version) {
    const auto joined = decode_join_group(answer(hex), version);
    ASSERT_TRUE(joined) << version << ": " << joined.error().message();
    EXPECT_EQ(joined->generation, 3);
    EXPECT_EQ(joined->protocol, "p");
    EXPECT_EQ(joined->leader, "l");
    EXPECT_EQ(joined->member, "m");
    ASSERT_EQ(joined->members.size(), 1U);
    EXPECT_EQ(joined->members[0].id, "m");
    EXPECT_EQ(joined->members[0].metadata, "x");
  };
  check("00000000 0000 00000003 000170 00016c 00016d 00000001 00016d 00000001 78", 2);
  check("00000000 0000 00000003 000170 00016c 00016d 00000001 00016d ffff 00000001 78", 5);
  check("00000000 0000 00000003 0270 026c 026d 02 026d 00 0278 00 00", 6);
  check("00000000 0000 00000003 0263 0270 026c 026d 02 026d 00 0278 00 00", 8);
  check("00000000 0000 00000003 0263 0270 026c 00 026d 02 026d 00 0278 00 00", 9);
  const auto refused =
      decode_join_group(answer("00000000 004f ffffffff 00 00 01 00 024d 01 00"), 9);
  ASSERT_TRUE(refused) << refused.error().message();
  EXPECT_EQ(refused->error, 79);
  EXPECT_EQ(refused->member, "M");
}

TEST(Messages, TheOtherAnswersOfEveryVersion) {
  EXPECT_EQ(decode_sync_group(answer("00000000 0000 00000001 78"), 3)->assignment, "x");
  EXPECT_EQ(decode_sync_group(answer("00000000 0000 0278 00"), 4)->assignment, "x");
  EXPECT_EQ(decode_sync_group(answer("00000000 0000 0263 0270 0278 00"), 5)->assignment, "x");
  EXPECT_EQ(decode_heartbeat(answer("00000000 001b"), 3)->error, 27);
  EXPECT_EQ(decode_heartbeat(answer("00000000 001b 00"), 4)->error, 27);
  EXPECT_EQ(decode_leave_group(answer("00000000 0019"), 2)->error, 25);
  EXPECT_EQ(decode_leave_group(answer("00000000 0000 00000001 00016d ffff 0019"), 3)->error, 25);
  EXPECT_EQ(decode_leave_group(answer("00000000 0000 02 026d 00 0019 00 00"), 5)->error, 25);
  EXPECT_THAT(decode_sasl_handshake(answer("0021 00000001 0005504c41494e"))->mechanisms,
              ElementsAre("PLAIN"));
  const auto classic =
      decode_sasl_authenticate(answer("003a 000178 00000001 79 0000000000000009"), 1);
  ASSERT_TRUE(classic);
  EXPECT_EQ(classic->message, "x");
  EXPECT_EQ(classic->bytes, "y");
  EXPECT_EQ(classic->session_lifetime_ms, 9);
  EXPECT_EQ(decode_sasl_authenticate(answer("003a 0278 0279 0000000000000009 00"), 2)
                ->session_lifetime_ms,
            9);
  const auto brokers = decode_metadata_response(
      answer("00000000 02 00000001 0262 00002384 00 00 0263 00000001 01 00"), 12);
  ASSERT_TRUE(brokers) << brokers.error().message();
  EXPECT_THAT(brokers->brokers, ElementsAre(Node{1, "b", 9092}));
  EXPECT_EQ(brokers->cluster_id, "c");
  EXPECT_EQ(decode_metadata_response(
                answer("00000000 00000001 00000001 000162 00002384 ffff ffff 00000001 00000000"), 5)
                ->brokers.size(),
            1U);
}

TEST(Messages, BrokenAnswersAreNamed) {
  EXPECT_EQ(decode_heartbeat("", 3).error().message(),
            "Heartbeat answer, version 3: field 'throttle_time_ms' needs 4 bytes, 0 are left");
  EXPECT_EQ(decode_join_group(answer("00000000 0000 00000003 ffff"), 5).error().message(),
            "JoinGroup answer, version 5: field 'protocol_name' is null");
  EXPECT_EQ(decode_sync_group(answer("00000000 0000 ffffffff7f"), 4).error().message(),
            "SyncGroup answer, version 4: field 'assignment' is no number of up to 32 bits");
  EXPECT_EQ(
      decode_metadata_response(answer("00000000 7fffffff"), 5).error().message(),
      "Metadata answer, version 5: field 'brokers' announces 2147483647 elements, 0 bytes are "
      "left");
}

}  // namespace
}  // namespace millrace::group
