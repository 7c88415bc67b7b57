#pragma once

#include "group/wire.h"
#include "millrace/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The messages of Kafka's protocol that a group member needs, in the versions that brokers from
/// 2.4 to 4.x have between them. Pure functions: a body is what stands behind the header.
/// Source: clients/src/main/resources/common/message of Kafka 4.3.
namespace millrace::group {

enum class Api : std::int16_t {
  metadata = 3,
  find_coordinator = 10,
  join_group = 11,
  heartbeat = 12,
  leave_group = 13,
  sync_group = 14,
  sasl_handshake = 17,
  api_versions = 18,
  sasl_authenticate = 36,
};

/// The versions of a request that we can write, and from which on it is compact.
struct ApiSupport {
  Api api;
  std::string_view name;
  std::int16_t oldest;
  std::int16_t newest;
  std::int16_t first_compact;
};
const ApiSupport& support_of(Api api);
Form form_of(Api api, std::int16_t version);

/// A broker's answer to ApiVersions, and what of it is ours.
struct ApiVersionsResponse {
  struct Range {
    std::int16_t api, oldest, newest;
  };
  std::int16_t error = 0;
  std::vector<Range> ranges;
  /// The newest version that both sides know.
  /// Errors (fatal): there is none; names request and ranges.
  [[nodiscard]] Result<std::int16_t> common(Api api) const;
};

struct Node {
  std::int32_t id = -1;
  std::string host;
  std::int32_t port = 0;
  bool operator==(const Node&) const = default;
};

struct MetadataResponse {
  std::vector<Node> brokers;
  std::optional<std::string> cluster_id;
};

struct FindCoordinatorResponse {
  std::int16_t error = 0;
  std::optional<std::string> message;
  Node node;
};

struct JoinGroupRequest {
  struct Protocol {
    std::string name;
    std::string metadata;
  };
  std::string group;
  std::int32_t session_timeout_ms = 0;
  std::int32_t rebalance_timeout_ms = 0;
  std::string member;  ///< empty: a new one
  std::string protocol_type;
  std::vector<Protocol> protocols;  ///< most preferred first
  std::string reason;               ///< for the broker's log
};

struct JoinGroupResponse {
  struct Member {
    std::string id;
    std::string metadata;
  };
  std::int16_t error = 0;
  std::int32_t generation = -1;
  std::optional<std::string> protocol_type;
  std::string protocol;
  std::string leader;
  bool skip_assignment = false;
  std::string member;
  std::vector<Member> members;  ///< the leader alone gets them
};

struct SyncGroupRequest {
  struct Assignment {
    std::string member;
    std::string bytes;
  };
  std::string group;
  std::int32_t generation = 0;
  std::string member;
  std::string protocol_type;
  std::string protocol;
  std::vector<Assignment> assignments;
};

struct SyncGroupResponse {
  std::int16_t error = 0;
  std::string assignment;
};

struct HeartbeatRequest {
  std::string group;
  std::int32_t generation = 0;
  std::string member;
};

struct LeaveGroupRequest {
  std::string group;
  std::string member;
  std::string reason;
};

/// Of Heartbeat and LeaveGroup.
struct ErrorResponse {
  std::int16_t error = 0;
};

struct SaslHandshakeResponse {
  std::int16_t error = 0;
  std::vector<std::string> mechanisms;  ///< that the broker has
};

struct SaslAuthenticateResponse {
  std::int16_t error = 0;
  std::optional<std::string> message;
  std::string bytes;
  std::int64_t session_lifetime_ms = 0;  ///< 0: without end
};

/// A request as it goes over the wire: size, header, body.
std::string frame(Api api, std::int16_t version, std::int32_t correlation,
                  std::string_view client_id, std::string_view body);
/// The correlation id that an answer starts with, and its body. The size is not part of it.
struct Answer {
  std::int32_t correlation = 0;
  std::string_view body;
};
Result<Answer> read_answer(std::string_view bytes, Api api, std::int16_t version);
/// The correlation id alone, for which the version is no matter.
Result<std::int32_t> read_correlation(std::string_view bytes);

std::string encode_api_versions(std::int16_t version);
std::string encode_metadata(std::int16_t version);
std::string encode_find_coordinator(std::string_view group, std::int16_t version);
std::string encode(const JoinGroupRequest& request, std::int16_t version);
std::string encode(const SyncGroupRequest& request, std::int16_t version);
std::string encode(const HeartbeatRequest& request, std::int16_t version);
std::string encode(const LeaveGroupRequest& request, std::int16_t version);
std::string encode_sasl_handshake(std::string_view mechanism);
std::string encode_sasl_authenticate(std::string_view bytes, std::int16_t version);

// Errors (bad_record): name the message and the field that does not fit.
/// An answer with error 35 is always of version 0, whatever was asked for.
Result<ApiVersionsResponse> decode_api_versions(std::string_view body, std::int16_t version);
Result<MetadataResponse> decode_metadata_response(std::string_view body, std::int16_t version);
Result<FindCoordinatorResponse> decode_find_coordinator(std::string_view body,
                                                        std::int16_t version);
Result<JoinGroupResponse> decode_join_group(std::string_view body, std::int16_t version);
Result<SyncGroupResponse> decode_sync_group(std::string_view body, std::int16_t version);
Result<ErrorResponse> decode_heartbeat(std::string_view body, std::int16_t version);
Result<ErrorResponse> decode_leave_group(std::string_view body, std::int16_t version);
Result<SaslHandshakeResponse> decode_sasl_handshake(std::string_view body);
Result<SaslAuthenticateResponse> decode_sasl_authenticate(std::string_view body,
                                                          std::int16_t version);

}  // namespace millrace::group
