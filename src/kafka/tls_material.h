#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

#include <string>
#include <utility>
#include <vector>

namespace millrace::kafka {

/// A file that only we can read, removed at the end.
class PrivateFile {
 public:
  PrivateFile() = default;
  PrivateFile(PrivateFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PrivateFile& operator=(PrivateFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~PrivateFile();
  /// Errors (fatal): it cannot be written.
  static Result<PrivateFile> make(const std::string& content);
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// What a client needs for TLS, in librdkafka's words. The values of ssl.key.pem and
/// ssl.key.password are secrets.
struct TlsMaterial {
  std::vector<std::pair<std::string, std::string>> properties;
  std::string ca_pem;      ///< the trusted certificates; empty: the system's
  PrivateFile chain_file;  ///< our certificate and its issuers; needed until the client is made
};

/// From Java's ssl.* settings: PEM, JKS and PKCS12 stores, as files or inline.
/// Errors (invalid_config): settings that do not go together, a file that cannot be read, a wrong
/// password. No secret is in the text.
Result<TlsMaterial> read_tls(const ConfigMap& settings);

}  // namespace millrace::kafka
