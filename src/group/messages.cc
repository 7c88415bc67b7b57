// What requests are made of; responses are read in messages_read.cc.
#include "group/messages.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::group {

namespace {

constexpr std::int16_t never = 32767;

// Up to here with brokers of 4.3; the oldest ones do without fields that we have no use for.
constexpr ApiSupport supported[] = {
    {Api::metadata, "Metadata", 5, 12, 9},
    {Api::find_coordinator, "FindCoordinator", 1, 4, 3},
    {Api::join_group, "JoinGroup", 2, 9, 6},
    {Api::heartbeat, "Heartbeat", 1, 4, 4},
    {Api::leave_group, "LeaveGroup", 1, 5, 4},
    {Api::sync_group, "SyncGroup", 1, 5, 4},
    {Api::sasl_handshake, "SaslHandshake", 1, 1, never},
    {Api::api_versions, "ApiVersions", 0, 3, 3},
    {Api::sasl_authenticate, "SaslAuthenticate", 0, 2, 2},
};

}  // namespace

const ApiSupport& support_of(Api api) {
  return *std::ranges::find(supported, api, &ApiSupport::api);
}

Form form_of(Api api, std::int16_t version) {
  return version >= support_of(api).first_compact ? Form::compact : Form::classic;
}

Result<std::int16_t> ApiVersionsResponse::common(Api api) const {
  const ApiSupport& ours = support_of(api);
  const auto theirs =
      std::ranges::find(ranges, static_cast<std::int16_t>(api), &ApiVersionsResponse::Range::api);
  const std::string_view unsupported = "org.apache.kafka.common.errors.UnsupportedVersionException";
  if (theirs == ranges.end()) {
    return Error{ErrorCode::fatal, unsupported,
                 fmt::format("the broker has no request {}", ours.name)};
  }
  const std::int16_t newest = std::min(ours.newest, theirs->newest);
  if (newest < ours.oldest || newest < theirs->oldest) {
    return Error{ErrorCode::fatal, unsupported,
                 fmt::format("the broker has versions {} to {} of {}, we have {} to {}",
                             theirs->oldest, theirs->newest, ours.name, ours.oldest, ours.newest)};
  }
  return newest;
}

std::string frame(Api api, std::int16_t version, std::int32_t correlation,
                  std::string_view client_id, std::string_view body) {
  Writer header;
  header.int16(static_cast<std::int16_t>(api));
  header.int16(version);
  header.int32(correlation);
  header.text(client_id);  // in its classic form always
  if (form_of(api, version) == Form::compact) header.unsigned_varint(0);
  Writer out;
  out.int32(static_cast<std::int32_t>(header.written().size() + body.size()));
  out.raw(header.written());
  out.raw(body);
  return out.take();
}

std::string encode_api_versions(std::int16_t version) {
  Writer out(form_of(Api::api_versions, version));
  if (version >= 3) {
    out.text("millrace");
    out.text("0.1");
    out.end();
  }
  return out.take();
}

std::string encode_metadata(std::int16_t version) {
  Writer out(form_of(Api::metadata, version));
  out.array(0);        // no topics
  out.boolean(false);  // do not create any
  if (version >= 8 && version <= 10) out.boolean(false);
  if (version >= 8) out.boolean(false);
  out.end();
  return out.take();
}

std::string encode_find_coordinator(std::string_view group, std::int16_t version) {
  constexpr std::int8_t of_a_group = 0;
  Writer out(form_of(Api::find_coordinator, version));
  if (version <= 3) out.text(group);
  out.int8(of_a_group);
  if (version >= 4) {
    out.array(1);
    out.text(group);
  }
  out.end();
  return out.take();
}

std::string encode(const JoinGroupRequest& request, std::int16_t version) {
  Writer out(form_of(Api::join_group, version));
  out.text(request.group);
  out.int32(request.session_timeout_ms);
  out.int32(request.rebalance_timeout_ms);
  out.text(request.member);
  if (version >= 5) out.nullable_text(std::nullopt);  // no static membership
  out.text(request.protocol_type);
  out.array(request.protocols.size());
  for (const JoinGroupRequest::Protocol& protocol : request.protocols) {
    out.text(protocol.name);
    out.bytes(protocol.metadata);
    out.end();
  }
  if (version >= 8) out.nullable_text(request.reason);
  out.end();
  return out.take();
}

std::string encode(const SyncGroupRequest& request, std::int16_t version) {
  Writer out(form_of(Api::sync_group, version));
  out.text(request.group);
  out.int32(request.generation);
  out.text(request.member);
  if (version >= 3) out.nullable_text(std::nullopt);
  if (version >= 5) {
    out.nullable_text(request.protocol_type);
    out.nullable_text(request.protocol);
  }
  out.array(request.assignments.size());
  for (const SyncGroupRequest::Assignment& assignment : request.assignments) {
    out.text(assignment.member);
    out.bytes(assignment.bytes);
    out.end();
  }
  out.end();
  return out.take();
}

std::string encode(const HeartbeatRequest& request, std::int16_t version) {
  Writer out(form_of(Api::heartbeat, version));
  out.text(request.group);
  out.int32(request.generation);
  out.text(request.member);
  if (version >= 3) out.nullable_text(std::nullopt);
  out.end();
  return out.take();
}

std::string encode(const LeaveGroupRequest& request, std::int16_t version) {
  Writer out(form_of(Api::leave_group, version));
  out.text(request.group);
  if (version <= 2) {
    out.text(request.member);
  } else {
    out.array(1);
    out.text(request.member);
    out.nullable_text(std::nullopt);
    if (version >= 5) out.nullable_text(request.reason);
    out.end();
  }
  out.end();
  return out.take();
}

std::string encode_sasl_handshake(std::string_view mechanism) {
  Writer out;
  out.text(mechanism);
  return out.take();
}

std::string encode_sasl_authenticate(std::string_view bytes, std::int16_t version) {
  Writer out(form_of(Api::sasl_authenticate, version));
  out.bytes(bytes);
  out.end();
  return out.take();
}

}  // namespace millrace::group
