#pragma once

#include "kafka/tls_material.h"
#include "millrace/config_map.h"
#include "millrace/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::kafka {

enum class ClientKind : std::uint8_t { producer = 1, consumer = 2, admin = 4 };
std::string_view to_string(ClientKind kind);  ///< "producer"

/// Where a consumer starts in a partition that its group has committed nothing for.
enum class ResetPolicy : std::uint8_t { earliest, latest, none, by_duration };

/// Where bearer tokens for SASL/OAUTHBEARER come from: made here, unsigned, from the claims; or
/// fetched with a client's credentials from an endpoint.
struct OauthSettings {
  std::string token_endpoint;  ///< empty: unsigned tokens
  std::string client_id;
  std::string client_secret;
  std::string scope;
  std::string ca_pem;  ///< trusted by the endpoint's TLS; empty: the system's
  std::vector<std::pair<std::string, std::string>> extensions;
  /// unsecuredLogin… options of the JAAS entry, without that prefix.
  std::vector<std::pair<std::string, std::string>> unsecured;
};

/// Java's settings of one client in librdkafka's words, and those that our own code follows.
struct NativeSettings {
  std::vector<std::pair<std::string, std::string>> properties;
  bool embedded = false;  ///< bootstrap.servers=embedded:
  std::string bootstrap;
  std::string client_id;

  std::chrono::milliseconds max_block{60'000};            ///< producer
  std::chrono::milliseconds default_api_timeout{60'000};  ///< consumer, admin
  std::size_t max_poll_records = 500;
  std::size_t max_request_bytes = 1'048'576;
  bool round_robin = false;  ///< partitioner.class=RoundRobinPartitioner
  bool cooperative = false;
  ResetPolicy reset = ResetPolicy::latest;
  std::chrono::milliseconds reset_duration{0};
  bool has_buffer_memory = false;
  bool has_fetch_sizes = false;
  std::optional<OauthSettings> oauth;
  TlsMaterial tls;

  /// Replaces, or appends.
  void set(std::string_view name, std::string value);
  [[nodiscard]] const std::string* find(std::string_view name) const;
};

/// Errors (invalid_config): a setting that librdkafka has no counterpart for, or whose value does
/// not fit; named with its value unless that is a secret.
Result<NativeSettings> translate(ClientKind kind, const ConfigMap& settings);

/// Whether the value of a client setting must not be shown.
bool is_secret(std::string_view key);

}  // namespace millrace::kafka
