#pragma once

#include "group/settings.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace millrace::group {

/// The bytes of one connection to a broker, plain or encrypted. All on the loop's thread. A handler
/// is called once, never from within the call that took it, and keeps what it needs alive.
class Stream {
 public:
  using Code = boost::system::error_code;

  virtual ~Stream() = default;
  virtual boost::asio::ip::tcp::socket& socket() = 0;
  /// After the connection stands; a plain one has nothing to do.
  virtual void handshake(std::function<void(Code)> handler) = 0;
  virtual void read(std::span<char> room, std::function<void(Code, std::size_t)> handler) = 0;
  /// Writes everything; the bytes must stay until the handler is called.
  virtual void write(std::string_view bytes, std::function<void(Code)> handler) = 0;
  void close();
};

std::unique_ptr<Stream> make_plain_stream(boost::asio::io_context& loop);
/// host: whose certificate is expected; empty: anybody's that is trusted.
std::unique_ptr<Stream> make_tls_stream(boost::asio::io_context& loop,
                                        boost::asio::ssl::context& context,
                                        const std::string& host);

/// Errors (invalid_config): OpenSSL refuses the key, a certificate or the cipher suites.
Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const TlsSettings& settings);

}  // namespace millrace::group
