#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"
#include "security/file_identity.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

// OpenSSL's types, so that its headers stay out of ours.
struct ssl_st;
struct ssl_ctx_st;

namespace millrace::rest {

/// What https listeners are told about TLS.
struct HttpsSettings {
  ConfigMap ssl;       ///< Java's ssl.* settings
  std::string prefix;  ///< stands before them in messages: "listeners.https."
};

struct TlsSessionDeleter {
  void operator()(ssl_st* session) const;
};
using TlsSession = std::unique_ptr<ssl_st, TlsSessionDeleter>;

/// The server's side of TLS: keys, protocols, cipher suites, which clients it takes. Follows its
/// files: when one has changed, new connections get what it holds now, without a thread or a timer.
/// Threads: one at a time.
class TlsContext {
 public:
  /// look_every: how long a look at the files holds.
  /// Errors (invalid_config): there is no key, a store that cannot be read, a value that OpenSSL
  /// does not have.
  static Result<std::unique_ptr<TlsContext>> open(HttpsSettings settings,
                                                  std::chrono::milliseconds look_every);
  ~TlsContext();

  /// For a connection that was just accepted. A new file that is of no use is told in the log once,
  /// and the old one goes on.
  TlsSession accept();

 private:
  struct ContextDeleter {
    void operator()(ssl_ctx_st* context) const;
  };
  using Context = std::unique_ptr<ssl_ctx_st, ContextDeleter>;

  TlsContext(HttpsSettings settings, std::chrono::milliseconds look_every);
  Result<void> load();
  void follow_files();

  const HttpsSettings settings_;
  const std::chrono::milliseconds look_every_;
  Context context_;
  std::vector<std::string> files_;
  std::vector<security::FileIdentity> identities_;  // of files_, when they were last read
  std::chrono::steady_clock::time_point looked_;
};

}  // namespace millrace::rest
