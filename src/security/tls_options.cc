#include "security/tls_options.h"

#include "base/ascii.h"
#include "base/java_number.h"
#include "security/tls_material.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <vector>

namespace millrace::security {

namespace {

struct Protocol {
  std::string_view name;
  std::uint64_t off;
};
constexpr std::array<Protocol, 4> protocols = {{{"TLSv1", SSL_OP_NO_TLSv1},
                                                {"TLSv1.1", SSL_OP_NO_TLSv1_1},
                                                {"TLSv1.2", SSL_OP_NO_TLSv1_2},
                                                {"TLSv1.3", SSL_OP_NO_TLSv1_3}}};
constexpr std::uint64_t all_off =
    SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3;

std::string text(const ConfigMap& settings, std::string_view key, std::string_view unset) {
  return std::string(java_trim(settings.get_or(key, unset)));
}

Error wrong(std::string_view prefix, std::string_view key, const std::string& value,
            std::string_view why) {
  return {ErrorCode::invalid_config,
          fmt::format("Invalid value {} for configuration {}{}: {}", value, prefix, key, why)};
}

std::vector<std::string> words(const std::string& list) {
  std::vector<std::string> result;
  for (std::string_view rest = list; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    result.emplace_back(java_trim(rest.substr(0, comma)));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return result;
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ":") + name;
  return list;
}

Result<ClientAuth> read_client_auth(const ConfigMap& settings, std::string_view prefix) {
  const std::string value = text(settings, "ssl.client.auth", "none");
  if (value == "none") return ClientAuth::none;
  if (value == "requested") return ClientAuth::requested;
  if (value == "required") return ClientAuth::required;
  return wrong(prefix, "ssl.client.auth", value,
               "String must be one of: required, requested, none");
}

Result<std::uint64_t> read_protocols(const ConfigMap& settings, std::string_view prefix) {
  constexpr std::string_view known = "TLSv1, TLSv1.1, TLSv1.2, TLSv1.3";
  const std::string enabled = text(settings, "ssl.enabled.protocols", "TLSv1.2,TLSv1.3");
  std::uint64_t off = enabled.empty() ? SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 : all_off;
  for (const std::string& name : words(enabled)) {
    const auto it = std::ranges::find(protocols, name, &Protocol::name);
    if (it == protocols.end()) {
      return wrong(prefix, "ssl.enabled.protocols", enabled,
                   fmt::format("'{}' is none of {}", name, known));
    }
    off &= ~it->off;
  }
  // Java makes its context for one protocol, which then is the newest that it speaks.
  const std::string newest = text(settings, "ssl.protocol", "TLSv1.3");
  if (newest != "TLS") {
    const auto it = std::ranges::find(protocols, newest, &Protocol::name);
    if (it == protocols.end()) {
      return wrong(prefix, "ssl.protocol", newest, fmt::format("is none of TLS, {}", known));
    }
    for (auto newer = it + 1; newer != protocols.end(); ++newer) off |= newer->off;
  }
  return off;
}

}  // namespace

Result<TlsOptions> read_tls_options(const ConfigMap& settings, std::string_view prefix) {
  TlsOptions options;
  const Result<ClientAuth> auth = read_client_auth(settings, prefix);
  if (!auth) return auth.error();
  options.client_auth = *auth;
  const Result<std::uint64_t> off = read_protocols(settings, prefix);
  if (!off) return off.error();
  options.refused_protocols = *off;
  const Result<CipherSuites> suites = read_cipher_suites(settings, prefix);
  if (!suites) return suites.error();
  if (!suites->empty()) {  // a protocol for which none is listed has none
    options.tls_1_3_suites = joined(suites->tls_1_3);
    options.older_suites = joined(suites->older);
    if (suites->tls_1_3.empty()) options.refused_protocols |= SSL_OP_NO_TLSv1_3;
    if (suites->older.empty()) options.refused_protocols |= all_off & ~SSL_OP_NO_TLSv1_3;
  }
  if ((options.refused_protocols & all_off) == all_off) {
    return Error{ErrorCode::invalid_config,
                 fmt::format("settings '{0}ssl.enabled.protocols', '{0}ssl.protocol' and "
                             "'{0}ssl.cipher.suites' leave nothing that https could speak",
                             prefix)};
  }
  return options;
}

Result<void> apply(const TlsOptions& options, ssl_ctx_st* context) {
  SSL_CTX_set_min_proto_version(context, 0);
  SSL_CTX_set_max_proto_version(context, 0);
  SSL_CTX_set_options(context, options.refused_protocols | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_dh_auto(context, 1);
  // Needed as soon as clients show certificates, or they could not resume a session.
  constexpr std::string_view name = "millrace";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(name.data()),
                                 static_cast<unsigned>(name.size()));
  const bool taken = (options.tls_1_3_suites.empty() ||
                      SSL_CTX_set_ciphersuites(context, options.tls_1_3_suites.c_str()) == 1) &&
                     (options.older_suites.empty() ||
                      SSL_CTX_set_cipher_list(context, options.older_suites.c_str()) == 1);
  ERR_clear_error();
  if (taken) return {};
  return Error{ErrorCode::invalid_config,
               fmt::format("OpenSSL refuses the cipher suites {} {}", options.tls_1_3_suites,
                           options.older_suites)};
}

}  // namespace millrace::security
