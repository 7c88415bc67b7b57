// The bytes of 1.2 as Kafka Connect 4.3.0 writes them, both ways (C5), and what others may send.
#include "group/connect_protocol.h"

#include "unit/group/hex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::group {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using enum ProtocolVersion;

const std::string url_and_offset = "000f687474703a2f2f77313a383038332f 0000000000000005";
const std::string entries = "00000002 000161 00000002 ffffffff 00000000  000162 00000001 00000001";

Work held() { return {{"a"}, {{"a", 0}, {"b", 1}}}; }

Assignment assignment(ProtocolVersion version) {
  return {.version = version,
          .leader = "m1",
          .leader_url = "http://w1:8083/",
          .config_offset = 5,
          .assigned = held()};
}

WorkerMetadata metadata(ProtocolVersion version) {
  return {.version = version, .url = "http://w1:8083/", .config_offset = 5, .allocation = {}};
}

void expect_both_ways(const WorkerMetadata& value, const std::string& hex) {
  EXPECT_EQ(to_hex(encode(value)), to_hex(from_hex(hex)));
  const Result<WorkerMetadata> read = decode_metadata(from_hex(hex));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, value);
}

void expect_both_ways(const Assignment& value, const std::string& hex) {
  EXPECT_EQ(to_hex(encode(value)), to_hex(from_hex(hex)));
  const Result<Assignment> read = decode_assignment(from_hex(hex));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, value);
}

TEST(ConnectProtocol, MetadataV0) { expect_both_ways(metadata(v0), "0000" + url_and_offset); }

TEST(ConnectProtocol, MetadataOfAMemberThatHoldsNothing) {
  expect_both_ways(metadata(v1), "0001" + url_and_offset + "ffffffff");
  expect_both_ways(metadata(v2), "0002" + url_and_offset + "ffffffff");
}

TEST(ConnectProtocol, MetadataOfAMemberThatHoldsWork) {
  WorkerMetadata value = metadata(v2);
  value.allocation = assignment(v2);
  const std::string tail = "0000 00026d31" + url_and_offset + entries + "00000000 00000000";
  expect_both_ways(value, "0002" + url_and_offset + "00000047 0002" + tail);
  value.version = value.allocation->version = v1;  // G9: the embedded version follows
  expect_both_ways(value, "0001" + url_and_offset + "00000047 0001" + tail);
}

TEST(ConnectProtocol, TheEmbeddedVersionIsThatOfTheMetadata) {
  WorkerMetadata value = metadata(v1);
  value.allocation = assignment(v2);
  EXPECT_THAT(decode_metadata(encode(value))->allocation->version, v1);
}

TEST(ConnectProtocol, AssignmentV0) {
  expect_both_ways(assignment(v0), "0000 0000 00026d31" + url_and_offset + entries);
}

TEST(ConnectProtocol, AssignmentV0WithConfigMismatch) {
  Assignment value = assignment(v0);
  value.error = AssignmentError::config_mismatch;
  value.assigned = {};
  expect_both_ways(value, "0000 0001 00026d31" + url_and_offset + "00000000");
}

TEST(ConnectProtocol, AssignmentWithRevocationsAndDelay) {
  Assignment value = assignment(v2);
  value.revoked = {{}, {{"c", 2}}};
  value.delay = milliseconds(300'000);
  const std::string tail =
      "0000 00026d31" + url_and_offset + entries + "00000001 000163 00000001 00000002 000493e0";
  expect_both_ways(value, "0002" + tail);
  value.version = v1;
  expect_both_ways(value, "0001" + tail);
}

// G10: both arrays stand there with the count 0; a Java member dies of -1.
TEST(ConnectProtocol, EmptyArraysAreNeverNull) {
  Assignment value = assignment(v2);
  value.assigned = {};
  expect_both_ways(value, "0002 0000 00026d31" + url_and_offset + "00000000 00000000 00000000");
}

// G10: what is missing at the end counts as nothing, so V0 bytes pass the reader of V1.
TEST(ConnectProtocol, MissingAndNullPartsCountAsNothing) {
  const std::string start = "0001 0000 00026d31" + url_and_offset;
  for (const std::string tail : {"00000000", "ffffffff", "00000000 00000000", "ffffffff ffffffff",
                                 "ffffffff ffffffff 00000000"}) {
    const Result<Assignment> read = decode_assignment(from_hex(start + tail));
    ASSERT_TRUE(read) << tail << ": " << read.error().message();
    EXPECT_TRUE(read->assigned.empty() && read->revoked.empty());
    EXPECT_EQ(read->delay, milliseconds(0));
  }
  EXPECT_EQ(decode_metadata(from_hex("0001" + url_and_offset))->allocation, std::nullopt);
  EXPECT_EQ(decode_metadata(from_hex("0001" + url_and_offset + "00000000"))->allocation,
            std::nullopt);
}

TEST(ConnectProtocol, NewerVersionsAreReadLikeOurNewest) {
  const Result<WorkerMetadata> read =
      decode_metadata(from_hex("0007" + url_and_offset + "ffffffff"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->version, v2);
  EXPECT_EQ(read->url, "http://w1:8083/");
}

// G8: an error that nobody knows is taken for a mismatch.
TEST(ConnectProtocol, UnknownErrorsCountAsConfigMismatch) {
  const Result<Assignment> read =
      decode_assignment(from_hex("0002 0009 00026d31" + url_and_offset + "00000000"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->error, AssignmentError::config_mismatch);
}

TEST(ConnectProtocol, MalformedBytesAreNamed) {
  const auto metadata_error = [](const std::string& hex) {
    const Result<WorkerMetadata> read = decode_metadata(from_hex(hex));
    return read ? std::string("no error") : read.error().message();
  };
  const auto assignment_error = [](const std::string& hex) {
    const Result<Assignment> read = decode_assignment(from_hex(hex));
    return read ? std::string("no error") : read.error().message();
  };
  EXPECT_EQ(metadata_error(""), "worker metadata: field 'version' needs 2 bytes, 0 are left");
  EXPECT_EQ(metadata_error("ffff"), "worker metadata: field 'version' is -1");
  EXPECT_EQ(metadata_error("0001 ffff"), "worker metadata: field 'url' is null");
  EXPECT_EQ(metadata_error("0001 fffe"), "worker metadata: field 'url' has the length -2");
  EXPECT_EQ(metadata_error("0001 0009 6161"),
            "worker metadata: field 'url' needs 9 bytes, 2 are left");
  EXPECT_EQ(metadata_error("0001" + url_and_offset + "00000002 0001"),
            "worker metadata: field 'allocation': assignment: field 'error' needs 2 bytes, 0 are "
            "left");
  EXPECT_EQ(assignment_error("0001 0000 00026d31" + url_and_offset + "7fffffff"),
            "assignment: field 'assigned' announces 2147483647 elements, 0 bytes are left");
  EXPECT_EQ(
      assignment_error("0001 0000 00026d31" + url_and_offset + "00000001 000161 00000001 fffffffe"),
      "assignment: field 'task' of connector 'a' is -2");
  EXPECT_EQ(assignment_error("0001 0000 00026d31" + url_and_offset + "00000000 00000000 ffffffff"),
            "assignment: field 'delay' is -1");
}

TEST(ConnectProtocol, AConnectorWhoseNameHasNoFormIsLeftOut) {
  Assignment value = assignment(v2);
  value.assigned.connectors.insert(std::string(40'000, 'x'));
  const Result<Assignment> read = decode_assignment(encode(value));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->assigned, held());
}

TEST(ConnectProtocol, OfferedProtocols) {  // G2
  EXPECT_THAT(offered(ProtocolChoice::eager), ElementsAre(v0));
  EXPECT_THAT(offered(ProtocolChoice::compatible), ElementsAre(v1, v0));
  EXPECT_THAT(offered(ProtocolChoice::sessioned), ElementsAre(v2, v1, v0));
  EXPECT_EQ(to_string(v0), "default");
  EXPECT_EQ(to_string(v1), "compatible");
  EXPECT_EQ(to_string(v2), "sessioned");
  EXPECT_EQ(parse_protocol("default"), v0);
  EXPECT_EQ(parse_protocol("eager"), std::nullopt);
  EXPECT_EQ(parse_protocol_choice("Eager"), ProtocolChoice::eager);
  EXPECT_EQ(parse_protocol_choice("default"), std::nullopt);
}

TEST(ConnectProtocol, WhatAMemberHoldsAfterwards) {  // G11
  Assignment value = assignment(v2);
  value.assigned = {{"c"}, {}};
  value.revoked = {{}, {{"b", 1}}};
  EXPECT_EQ(held_after(held(), value), (Work{{"a", "c"}, {{"a", 0}}}));
  value.version = v0;
  EXPECT_EQ(held_after(held(), value), (Work{{"c"}, {}}));
}

}  // namespace
}  // namespace millrace::group
