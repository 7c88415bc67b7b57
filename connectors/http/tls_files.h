#pragma once

#include "millrace/config.h"
#include "millrace/result.h"

#include <string>

namespace millrace::http {

/// What TLS needs, as PEM. Everything but `trusted` and `chain` is a secret.
struct TlsFiles {
  std::string trusted;  ///< empty: the system's
  std::string chain;    ///< our certificate, then its issuers; empty: we show none
  std::string key;
  std::string key_password;
  bool check_host = true;
};

/// From the settings https.ssl.*: PEM, JKS and PKCS12 stores.
/// Errors (invalid_config): the setting that is at fault, in quotes, and why; no secret.
Result<TlsFiles> read_tls_files(const Config& config);

}  // namespace millrace::http
