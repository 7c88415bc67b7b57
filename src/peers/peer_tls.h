#pragma once

#include "base/mutex.h"
#include "config/rest_settings.h"
#include "millrace/result.h"
#include "security/file_identity.h"
#include "security/tls_material.h"
#include "security/tls_options.h"

#include <memory>
#include <string>
#include <vector>

namespace millrace::peers {

/// What a client needs for https.
struct PeerTls {
  security::TlsMaterial material;
  security::TlsOptions options;
  bool check_host = true;
};

/// Reads it from the worker's settings, and again when their files have changed.
/// Threads: any.
class PeerTlsSource {
 public:
  explicit PeerTlsSource(config::HttpsKeys keys);
  /// A new file that is of no use is told in the log once, and the old one goes on.
  /// Errors (invalid_config): settings that cannot be used, and never could.
  Result<std::shared_ptr<const PeerTls>> get();

 private:
  [[nodiscard]] Result<std::shared_ptr<const PeerTls>> read() const;

  const config::HttpsKeys keys_;
  std::vector<std::string> files_;  // constant after construction
  Mutex mutex_;
  std::shared_ptr<const PeerTls> last_ GUARDED_BY(mutex_);             // null: none was of use yet
  std::vector<security::FileIdentity> identities_ GUARDED_BY(mutex_);  // of files_, at that time
};

}  // namespace millrace::peers
