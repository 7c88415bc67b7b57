#pragma once

#include "millrace/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::security {

/// What a Java key store holds, JKS or PKCS12. Certificates and keys are DER.
struct KeyStore {
  struct Key {
    std::string pkcs8;               ///< unencrypted; a secret
    std::vector<std::string> chain;  ///< its certificate first, then the issuers
  };
  std::vector<std::string> trusted;
  std::vector<Key> keys;
};

/// Reads a JKS file. password: none skips the check of its integrity. key_password: none leaves the
/// keys out.
/// Errors (invalid_config): no such file, a wrong password. No secret is in the text.
Result<KeyStore> read_jks(std::string_view content, const std::optional<std::string>& password,
                          const std::optional<std::string>& key_password);

/// The same for PKCS12 (RFC 7292); key and store have one password. Old algorithms (RC2, 3DES) are
/// understood, too.
Result<KeyStore> read_pkcs12(std::string_view content, const std::optional<std::string>& password);

/// Either one, told apart by its first bytes, as Java's own "JKS" type does.
Result<KeyStore> read_key_store(std::string_view content,
                                const std::optional<std::string>& password,
                                const std::optional<std::string>& key_password);

/// PEM of a DER certificate ("CERTIFICATE") or key ("PRIVATE KEY").
std::string to_pem(std::string_view label, std::string_view der);

}  // namespace millrace::security
