#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::security {

/// The keys and certificates that Java's ssl.* settings name, as PEM.
struct TlsMaterial {
  std::string trusted;                      ///< certificates; empty: no store is named
  std::string key;                          ///< our private key, a secret; empty: no store is named
  std::optional<std::string> key_password;  ///< of `key` where that is encrypted; a secret
  std::string chain;                        ///< our certificate and its issuers
  std::vector<std::string> files;           ///< what was read, to watch for changes
};

/// Reads the stores of ssl.truststore.* and ssl.keystore.*: JKS, PKCS12 or PEM, as files or inline.
/// prefix: stands before each key in messages, "listeners.https.".
/// Errors (invalid_config): settings that do not go together, a file that cannot be read, a wrong
/// password. No secret is in the text.
Result<TlsMaterial> read_tls_material(const ConfigMap& settings, std::string_view prefix = {});
/// The trust store alone.
Result<TlsMaterial> read_trusted(const ConfigMap& settings, std::string_view prefix = {});

/// The cipher suites of ssl.cipher.suites in OpenSSL's words, by the function that takes them.
struct CipherSuites {
  std::vector<std::string> tls_1_3;
  std::vector<std::string> older;
  [[nodiscard]] bool empty() const { return tls_1_3.empty() && older.empty(); }
};
/// Errors (invalid_config): a name that OpenSSL does not know.
Result<CipherSuites> read_cipher_suites(const ConfigMap& settings, std::string_view prefix = {});

}  // namespace millrace::security
