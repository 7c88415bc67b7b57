#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>

namespace millrace::rest {

struct TlsHandleDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using TlsHandle = std::unique_ptr<SSL, TlsHandleDeleter>;

/// How clients of a test speak TLS: any certificate of the server will do, unless `context` is told
/// otherwise.
class TlsClientContext {
 public:
  explicit TlsClientContext(const std::function<void(SSL_CTX*)>& prepare = [](SSL_CTX*) {})
      : context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets without MSG_NOSIGNAL
    // SSL_read returns after whatever arrives, and does not go on waiting for bytes of the answer.
    SSL_CTX_clear_mode(context_.get(), SSL_MODE_AUTO_RETRY);
    prepare(context_.get());
  }

  /// Null: the two could not agree.
  [[nodiscard]] TlsHandle connect(int socket) const {
    TlsHandle ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), socket);
    const bool agreed = SSL_connect(ssl.get()) == 1;
    ERR_clear_error();
    return agreed ? std::move(ssl) : nullptr;
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
};

/// Files of tests/data/security/stores.
inline std::string store(const std::string& name) {
  return MILLRACE_TEST_DATA "/security/stores/" + name;
}

}  // namespace millrace::rest
