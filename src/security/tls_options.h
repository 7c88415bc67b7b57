#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

#include <cstdint>
#include <string>
#include <string_view>

struct ssl_ctx_st;

namespace millrace::security {

/// Whether https clients show a certificate: ssl.client.auth.
enum class ClientAuth : std::uint8_t { none, requested, required };

/// Protocols and cipher suites of https, listeners and clients alike, in OpenSSL's words.
struct TlsOptions {
  ClientAuth client_auth = ClientAuth::none;
  std::uint64_t refused_protocols = 0;  ///< SSL_OP_NO_…
  std::string tls_1_3_suites;           ///< empty: OpenSSL's own choice
  std::string older_suites;
};

/// From ssl.client.auth, ssl.enabled.protocols, ssl.protocol and ssl.cipher.suites.
/// Errors (invalid_config): a name that OpenSSL does not have; nothing is left that could be used.
Result<TlsOptions> read_tls_options(const ConfigMap& settings, std::string_view prefix);

/// Errors (invalid_config): OpenSSL refuses the suites.
Result<void> apply(const TlsOptions& options, ssl_ctx_st* context);

}  // namespace millrace::security
