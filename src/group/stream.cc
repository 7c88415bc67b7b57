#include "group/stream.h"

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace millrace::group {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class PlainStream final : public Stream {
 public:
  explicit PlainStream(asio::io_context& loop) : socket_(loop) {}
  tcp::socket& socket() override { return socket_; }
  void handshake(std::function<void(Code)> handler) override {
    asio::post(socket_.get_executor(), [handler = std::move(handler)] { handler(Code()); });
  }
  void read(std::span<char> room, std::function<void(Code, std::size_t)> handler) override {
    socket_.async_read_some(asio::buffer(room.data(), room.size()), std::move(handler));
  }
  void write(std::string_view bytes, std::function<void(Code)> handler) override {
    asio::async_write(
        socket_, asio::buffer(bytes.data(), bytes.size()),
        [handler = std::move(handler)](const Code& error, std::size_t) { handler(error); });
  }

 private:
  tcp::socket socket_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(asio::io_context& loop, asio::ssl::context& context, const std::string& host)
      : stream_(loop, context) {
    Code ignored;
    stream_.set_verify_mode(asio::ssl::verify_peer, ignored);
    if (host.empty()) return;
    stream_.set_verify_callback(asio::ssl::host_name_verification(host), ignored);
    Code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (not_an_address) SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());
  }
  tcp::socket& socket() override { return stream_.next_layer(); }
  void handshake(std::function<void(Code)> handler) override {
    stream_.async_handshake(asio::ssl::stream_base::client, std::move(handler));
  }
  void read(std::span<char> room, std::function<void(Code, std::size_t)> handler) override {
    stream_.async_read_some(asio::buffer(room.data(), room.size()), std::move(handler));
  }
  void write(std::string_view bytes, std::function<void(Code)> handler) override {
    asio::async_write(
        stream_, asio::buffer(bytes.data(), bytes.size()),
        [handler = std::move(handler)](const Code& error, std::size_t) { handler(error); });
  }

 private:
  asio::ssl::stream<tcp::socket> stream_;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ":") + word;
  return text;
}

Error refused(std::string_view key, const boost::system::error_code& problem) {
  return Error{ErrorCode::invalid_config,
               fmt::format("setting '{}': OpenSSL refuses it: {}", key, problem.message())};
}

Result<void> use_own_key(asio::ssl::context& context, const security::TlsMaterial& material) {
  if (material.key.empty()) return {};
  Stream::Code problem;
  // OpenSSL would ask on the terminal if nobody answered.
  context.set_password_callback(
      [password = material.key_password.value_or("")](std::size_t, auto) { return password; },
      problem);
  context.use_certificate_chain(asio::buffer(material.chain), problem);
  if (problem) return refused("ssl.keystore.location", problem);
  context.use_private_key(asio::buffer(material.key), asio::ssl::context::pem, problem);
  if (problem) return refused("ssl.key.password", problem);
  return {};
}

}  // namespace

void Stream::close() {
  Code ignored;
  socket().close(ignored);
}

std::unique_ptr<Stream> make_plain_stream(asio::io_context& loop) {
  return std::make_unique<PlainStream>(loop);
}

std::unique_ptr<Stream> make_tls_stream(asio::io_context& loop, asio::ssl::context& context,
                                        const std::string& host) {
  return std::make_unique<TlsStream>(loop, context, host);
}

Result<std::shared_ptr<asio::ssl::context>> make_tls_context(const TlsSettings& settings) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  Stream::Code problem;
  if (settings.material.trusted.empty()) {
    context->set_default_verify_paths(problem);
  } else {
    context->add_certificate_authority(asio::buffer(settings.material.trusted), problem);
    // In a Java store anyone may be trusted, not only those who sign themselves.
    X509_STORE_set_flags(SSL_CTX_get_cert_store(native), X509_V_FLAG_PARTIAL_CHAIN);
  }
  if (problem) return refused("ssl.truststore.location", problem);
  MILLRACE_TRY(use_own_key(*context, settings.material));
  const std::string newest = joined(settings.suites.tls_1_3);
  const std::string older = joined(settings.suites.older);
  if ((!newest.empty() && SSL_CTX_set_ciphersuites(native, newest.c_str()) != 1) ||
      (!older.empty() && SSL_CTX_set_cipher_list(native, older.c_str()) != 1)) {
    return Error{ErrorCode::invalid_config,
                 "setting 'ssl.cipher.suites': OpenSSL has none of these suites"};
  }
  return context;
}

}  // namespace millrace::group
