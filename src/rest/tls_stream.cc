#include "rest/tls_stream.h"

#include "rest/rest_log.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace millrace::rest {

namespace {

/// How much of an answer is encrypted at a time: four records.
constexpr std::size_t piece = 64 * 1024;

/// Kept alive by what it waits for, as the stream itself may be given up at any time.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::io_context& loop, std::unique_ptr<Stream> below, TlsSession session)
      : loop_(loop), below_(std::move(below)), ssl_(std::move(session)) {
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in_, -1);  // empty means that more may come
    SSL_set_bio(ssl_.get(), in_, out_);
  }

  void open(std::function<void(bool)> handler) {
    opened_ = std::move(handler);
    advance();
  }
  void read(std::span<char> room, std::function<void(bool, std::size_t)> handler) {
    room_ = room;
    received_ = std::move(handler);
    advance();
  }
  void write(std::string_view bytes, std::function<void(bool)> handler) {
    unsent_ = bytes;
    sent_ = std::move(handler);
    advance();
  }
  void end_writing() {
    ended_ = true;
    if (SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    advance();
  }
  void close() {
    broken_ = true;
    below_->close();
    advance();
  }

  [[nodiscard]] const Stream& below() const { return *below_; }

 private:
  /// Does what can be done, and asks the stream below for what is missing.
  void advance() {
    if (opened_ && !broken_) shake_hands();
    if (sent_ && !broken_ && !sending_) encrypt();
    if (received_ && !broken_ && !ended_) decrypt();
    if (!broken_) send();
    if (broken_) {
      finish(opened_, false);
      finish(sent_, false);
      finish(received_, false, std::size_t{0});
      return;
    }
    if (opened_ || received_) receive();
  }

  void shake_hands() {
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return finish(opened_, true);
    if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ) return;
    give_up("refused");
  }

  void decrypt() {
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), room_.data(), room_.size(), &size);
    if (result == 1) return finish(received_, true, size);
    const int problem = SSL_get_error(ssl_.get(), result);
    if (problem == SSL_ERROR_WANT_READ) return;
    if (problem == SSL_ERROR_ZERO_RETURN) return finish(received_, false, std::size_t{0});
    give_up("broken");
  }

  void encrypt() {
    if (unsent_.empty()) return finish(sent_, true);
    const std::size_t size = std::min(unsent_.size(), piece);
    std::size_t taken = 0;
    const int result = SSL_write_ex(ssl_.get(), unsent_.data(), size, &taken);
    if (result != 1) return give_up("broken");
    unsent_.remove_prefix(taken);
  }

  /// Hands what OpenSSL has to say to the stream below.
  void send() {
    if (sending_) return;
    output_.resize(BIO_ctrl_pending(out_));
    if (output_.empty()) {
      if (ended_ && !std::exchange(end_sent_, true)) below_->end_writing();
      return;
    }
    BIO_read(out_, output_.data(), static_cast<int>(output_.size()));
    sending_ = true;
    below_->write(output_, [self = shared_from_this()](bool ok) {
      self->sending_ = false;
      if (!ok) self->broken_ = true;
      self->advance();
    });
  }

  void receive() {
    if (std::exchange(receiving_, true)) return;
    below_->read(input_, [self = shared_from_this()](bool ok, std::size_t size) {
      self->receiving_ = false;
      self->arrived(ok, size);
    });
  }

  void arrived(bool ok, std::size_t size) {
    if (!ok) {
      broken_ = true;
    } else if (ended_) {
      // Nobody wants to know any more what it says, only that it says something.
      finish(received_, true, size);
    } else {
      BIO_write(in_, input_.data(), static_cast<int>(size));
    }
    advance();
  }

  void give_up(std::string_view what) {
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
    rest_logger().debug("TLS with {} is {}: {}", below_->peer(), what, reason.data());
    ERR_clear_error();
    send();  // the alert
    broken_ = true;
  }

  /// Calls a handler, once and from the loop.
  template <class Handler, class... Arguments>
  void finish(Handler& handler, Arguments... arguments) {
    if (!handler) return;
    boost::asio::post(loop_, [handler = std::exchange(handler, nullptr), arguments...] {
      handler(arguments...);
    });
  }

  boost::asio::io_context& loop_;
  std::unique_ptr<Stream> below_;
  TlsSession ssl_;
  BIO* in_ = nullptr;   // owned by ssl_
  BIO* out_ = nullptr;  // owned by ssl_
  std::function<void(bool)> opened_;
  std::function<void(bool, std::size_t)> received_;
  std::span<char> room_;
  std::function<void(bool)> sent_;
  std::string_view unsent_;
  std::array<char, 16 * 1024> input_;
  std::string output_;
  bool receiving_ = false;
  bool sending_ = false;
  bool ended_ = false;
  bool end_sent_ = false;
  bool broken_ = false;
};

class TlsStream final : public Stream {
 public:
  explicit TlsStream(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  void open(std::function<void(bool)> handler) override { session_->open(std::move(handler)); }
  void read(std::span<char> room, std::function<void(bool, std::size_t)> handler) override {
    session_->read(room, std::move(handler));
  }
  void write(std::string_view bytes, std::function<void(bool)> handler) override {
    session_->write(bytes, std::move(handler));
  }
  void end_writing() override { session_->end_writing(); }
  void close() override { session_->close(); }
  [[nodiscard]] const std::string& peer() const override { return session_->below().peer(); }
  [[nodiscard]] const std::string& local() const override { return session_->below().local(); }
  [[nodiscard]] std::string_view scheme() const override { return "https"; }

 private:
  std::shared_ptr<Session> session_;
};

}  // namespace

std::unique_ptr<Stream> make_tls_stream(boost::asio::io_context& loop,
                                        std::unique_ptr<Stream> below, TlsSession session) {
  return std::make_unique<TlsStream>(
      std::make_shared<Session>(loop, std::move(below), std::move(session)));
}

}  // namespace millrace::rest
