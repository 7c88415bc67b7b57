#pragma once

#include "group/connect_protocol.h"
#include "kafka/oauth.h"
#include "millrace/config.h"
#include "millrace/result.h"
#include "security/tls_material.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millrace::group {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};
std::string to_string(const Endpoint& endpoint);  ///< "host:9092", "[::1]:9092"

struct TlsSettings {
  security::TlsMaterial material;
  security::CipherSuites suites;
  bool check_host = true;  ///< ssl.endpoint.identification.algorithm
};

struct SaslSettings {
  std::string mechanism;
  std::string username;
  std::string password;
  std::optional<kafka::OauthSettings> oauth;
};

/// How brokers are reached.
struct NetworkSettings {
  std::vector<Endpoint> bootstrap;
  std::string client_id;
  std::chrono::milliseconds request_timeout{40'000};
  std::chrono::milliseconds connection_setup{10'000};
  /// A broker whose system has not so much as acknowledged anything for so long is gone. Counted in
  /// steps of a second, by the system.
  std::chrono::milliseconds silence{10'000};
  int send_buffer = 131'072;  ///< bytes; -1: the system's
  int receive_buffer = 32'768;
  std::optional<TlsSettings> tls;
  std::optional<SaslSettings> sasl;
};

/// How a worker takes part in its group. Times are what the keys of the same name say.
struct GroupSettings {
  std::string group_id;
  ProtocolChoice protocol = ProtocolChoice::sessioned;
  std::chrono::milliseconds session_timeout{10'000};
  std::chrono::milliseconds rebalance_timeout{60'000};
  std::chrono::milliseconds heartbeat_interval{3'000};
  /// How often the coordinator is asked: an answer to a heartbeat is how a member learns of a
  /// rebalance that others have begun.
  std::chrono::milliseconds beat_interval{3'000};
  std::chrono::milliseconds retry_backoff{100};
  std::chrono::milliseconds retry_backoff_max{1'000};
  std::chrono::milliseconds max_delay{300'000};  ///< scheduled.rebalance.max.delay.ms
  NetworkSettings network;
};

/// From a distributed worker's keys; the client settings are those without a prefix.
/// worker_id: "host:port"; makes the client id where none is set (G5).
/// Errors (invalid_config): values that do not go together, key stores that cannot be read, a SASL
/// mechanism that we do not have. No secret is in the text.
Result<GroupSettings> read_group_settings(const Config& worker, const std::string& worker_id);

}  // namespace millrace::group
