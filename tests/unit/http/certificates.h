#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace millrace::http {

/// A certificate and its key, made for a test.
struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;

  /// alternative_name: "IP:127.0.0.1", "DNS:localhost"; empty: none. issuer: null signs itself, and
  /// may sign others. days: how long it is valid, from a day ago; negative: it no longer is.
  static Identity make(const std::string& name, const std::string& alternative_name, int days,
                       const Identity* issuer);
  [[nodiscard]] std::string pem() const;
};

/// For a server. client_issuer: clients must show a certificate of this one.
std::shared_ptr<SSL_CTX> server_context(const Identity& identity, const Identity* client_issuer);
/// The same with the identity of a PKCS12 file, and trust in the certificates of a PEM file.
std::shared_ptr<SSL_CTX> server_context(const std::string& p12, const std::string& password,
                                        const std::string& client_trust);

}  // namespace millrace::http
