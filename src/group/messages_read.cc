// What comes back; requests are written in messages.cc.
#include "group/messages.h"

#include <fmt/format.h>

namespace millrace::group {

namespace {

constexpr std::int16_t unsupported_version = 35;

/// Reads a body and hands it back, or the first thing in it that did not fit.
template <class T, class Fill>
Result<T> decode(Api api, std::string_view body, std::int16_t version, Fill fill) {
  Reader in(body, form_of(api, version));
  T message;
  fill(in, message);
  MILLRACE_TRY(in.result(fmt::format("{} answer, version {}", support_of(api).name, version)));
  return message;
}

Node read_node(Reader& in) {
  Node node;
  node.id = in.int32("node_id");
  node.host = in.text("host");
  node.port = in.int32("port");
  return node;
}

}  // namespace

Result<std::int32_t> read_correlation(std::string_view bytes) {
  Reader in(bytes);
  const std::int32_t correlation = in.int32("correlation_id");
  MILLRACE_TRY(in.result("header of an answer"));
  return correlation;
}

Result<Answer> read_answer(std::string_view bytes, Api api, std::int16_t version) {
  // The header of an ApiVersions answer stays as it was, so that every client can read it.
  const Form form = api == Api::api_versions ? Form::classic : form_of(api, version);
  Reader in(bytes, form);
  Answer answer;
  answer.correlation = in.int32("correlation_id");
  in.end();
  MILLRACE_TRY(in.result(fmt::format("header of a {} answer", support_of(api).name)));
  answer.body = bytes.substr(bytes.size() - in.left());
  return answer;
}

Result<ApiVersionsResponse> decode_api_versions(std::string_view body, std::int16_t version) {
  if (Reader in(body); in.int16("error_code") == unsupported_version) version = 0;
  return decode<ApiVersionsResponse>(
      Api::api_versions, body, version, [](Reader& in, ApiVersionsResponse& out) {
        out.error = in.int16("error_code");
        for (std::size_t left = in.array("api_keys"); left > 0 && !in.failed(); --left) {
          ApiVersionsResponse::Range range{};
          range.api = in.int16("api_key");
          range.oldest = in.int16("min_version");
          range.newest = in.int16("max_version");
          in.end();
          out.ranges.push_back(range);
        }
        // What follows (throttle time, features) is of no use here.
      });
}

Result<MetadataResponse> decode_metadata_response(std::string_view body, std::int16_t version) {
  return decode<MetadataResponse>(
      Api::metadata, body, version, [](Reader& in, MetadataResponse& out) {
        in.int32("throttle_time_ms");
        for (std::size_t left = in.array("brokers"); left > 0 && !in.failed(); --left) {
          out.brokers.push_back(read_node(in));
          in.nullable_text("rack");
          in.end();
        }
        out.cluster_id = in.nullable_text("cluster_id");
        // No topics were asked for: the rest says nothing.
      });
}

Result<FindCoordinatorResponse> decode_find_coordinator(std::string_view body,
                                                        std::int16_t version) {
  return decode<FindCoordinatorResponse>(
      Api::find_coordinator, body, version, [version](Reader& in, FindCoordinatorResponse& out) {
        in.int32("throttle_time_ms");
        if (version <= 3) {
          out.error = in.int16("error_code");
          out.message = in.nullable_text("error_message");
          out.node = read_node(in);
        } else {
          const std::size_t count = in.array("coordinators");
          if (count != 1 && !in.failed()) {
            in.fail(fmt::format("field 'coordinators' has {} elements for one group", count));
          }
          in.text("key");
          out.node = read_node(in);
          out.error = in.int16("error_code");
          out.message = in.nullable_text("error_message");
          in.end();
        }
        in.end();
      });
}

Result<JoinGroupResponse> decode_join_group(std::string_view body, std::int16_t version) {
  return decode<JoinGroupResponse>(
      Api::join_group, body, version, [version](Reader& in, JoinGroupResponse& out) {
        in.int32("throttle_time_ms");
        out.error = in.int16("error_code");
        out.generation = in.int32("generation_id");
        if (version >= 7) out.protocol_type = in.nullable_text("protocol_type");
        out.protocol = version >= 7 ? in.nullable_text("protocol_name").value_or(std::string())
                                    : in.text("protocol_name");
        out.leader = in.text("leader");
        if (version >= 9) out.skip_assignment = in.boolean("skip_assignment");
        out.member = in.text("member_id");
        for (std::size_t left = in.array("members"); left > 0 && !in.failed(); --left) {
          JoinGroupResponse::Member member;
          member.id = in.text("member_id");
          if (version >= 5) in.nullable_text("group_instance_id");
          member.metadata = in.bytes("metadata");
          in.end();
          out.members.push_back(std::move(member));
        }
        in.end();
      });
}

Result<SyncGroupResponse> decode_sync_group(std::string_view body, std::int16_t version) {
  return decode<SyncGroupResponse>(Api::sync_group, body, version,
                                   [version](Reader& in, SyncGroupResponse& out) {
                                     in.int32("throttle_time_ms");
                                     out.error = in.int16("error_code");
                                     if (version >= 5) {
                                       in.nullable_text("protocol_type");
                                       in.nullable_text("protocol_name");
                                     }
                                     out.assignment = in.bytes("assignment");
                                     in.end();
                                   });
}

Result<ErrorResponse> decode_heartbeat(std::string_view body, std::int16_t version) {
  return decode<ErrorResponse>(Api::heartbeat, body, version, [](Reader& in, ErrorResponse& out) {
    in.int32("throttle_time_ms");
    out.error = in.int16("error_code");
    in.end();
  });
}

Result<ErrorResponse> decode_leave_group(std::string_view body, std::int16_t version) {
  return decode<ErrorResponse>(
      Api::leave_group, body, version, [version](Reader& in, ErrorResponse& out) {
        in.int32("throttle_time_ms");
        out.error = in.int16("error_code");
        const std::size_t members = version >= 3 ? in.array("members") : 0;
        for (std::size_t left = members; left > 0 && !in.failed(); --left) {
          in.text("member_id");
          in.nullable_text("group_instance_id");
          if (const std::int16_t error = in.int16("error_code"); out.error == 0) out.error = error;
          in.end();
        }
        in.end();
      });
}

Result<SaslHandshakeResponse> decode_sasl_handshake(std::string_view body) {
  return decode<SaslHandshakeResponse>(
      Api::sasl_handshake, body, 1, [](Reader& in, SaslHandshakeResponse& out) {
        out.error = in.int16("error_code");
        for (std::size_t left = in.array("mechanisms"); left > 0 && !in.failed(); --left) {
          out.mechanisms.push_back(in.text("mechanism"));
        }
      });
}

Result<SaslAuthenticateResponse> decode_sasl_authenticate(std::string_view body,
                                                          std::int16_t version) {
  return decode<SaslAuthenticateResponse>(
      Api::sasl_authenticate, body, version, [version](Reader& in, SaslAuthenticateResponse& out) {
        out.error = in.int16("error_code");
        out.message = in.nullable_text("error_message");
        out.bytes = in.bytes("auth_bytes");
        if (version >= 1) {
          out.session_lifetime_ms = in.int64("session_lifetime_ms");
        }
        in.end();
      });
}

}  // namespace millrace::group
