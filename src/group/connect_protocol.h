#pragma once

#include "group/work.h"
#include "millrace/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What Connect workers write into the group protocol's opaque fields: who they are and what they
/// hold (metadata), what they are to run (assignment). Pure functions.
/// Bytes:  docs/formats/group-protocol.md. Source: ConnectProtocol, IncrementalCooperativeConnect-
/// Protocol. Rules: G2, G6 to G12 of the specification.
namespace millrace::group {

/// V0 (eager) moves everything at each rebalance, V1 (incremental cooperative) only what has to, V2
/// (sessioned) is V1 and says that requests between workers are signed.
enum class ProtocolVersion : std::int16_t { v0 = 0, v1 = 1, v2 = 2 };

/// The setting connect.protocol: the newest version that a worker offers.
enum class ProtocolChoice : std::uint8_t { eager, compatible, sessioned };
/// In any case; none: not one of the three.
std::optional<ProtocolChoice> parse_protocol_choice(std::string_view text);

/// Its name in JoinGroup: "default" (V0), "compatible", "sessioned".
std::string_view to_string(ProtocolVersion version);
/// None: a protocol that is not Connect's.
std::optional<ProtocolVersion> parse_protocol(std::string_view name);
/// What is offered, most preferred first.
std::vector<ProtocolVersion> offered(ProtocolChoice choice);

enum class AssignmentError : std::int16_t { none = 0, config_mismatch = 1 };

/// What the leader tells one member.
struct Assignment {
  ProtocolVersion version = ProtocolVersion::v2;
  AssignmentError error = AssignmentError::none;
  std::string leader;  ///< member id
  std::string leader_url;
  std::int64_t config_offset = -1;  ///< of the configuration that it was made from
  Work assigned;  ///< V0: all that the member is to run; V1, V2: what is new for it
  Work revoked;   ///< never in V0
  std::chrono::milliseconds delay{0};  ///< until all are to rejoin, 0: no such wish; never in V0
  bool operator==(const Assignment&) const = default;
};

/// What a member tells when it joins.
struct WorkerMetadata {
  ProtocolVersion version = ProtocolVersion::v2;
  std::string url;                       ///< advertised
  std::int64_t config_offset = -1;       ///< last applied record's offset + 1
  std::optional<Assignment> allocation;  ///< what it holds; none: nothing yet, and always in V0
  bool operator==(const WorkerMetadata&) const = default;
};

std::string encode(const WorkerMetadata& metadata);
/// Arrays are always there, empty if need be: Java members die of a null one. A connector whose
/// name is longer than 32767 bytes has no form, and is left out.
std::string encode(const Assignment& assignment);

/// Reads any version from 0 on; what is missing at the end, and null arrays, count as nothing.
/// Errors (bad_record): names the field that does not fit.
Result<WorkerMetadata> decode_metadata(std::string_view bytes);
Result<Assignment> decode_assignment(std::string_view bytes);

/// What a member holds after an assignment: (held − revoked) ∪ assigned, in V0 the assigned alone.
Work held_after(const Work& held, const Assignment& assignment);

}  // namespace millrace::group
