#pragma once

#include "base/mutex.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "unit/rest/tls_client.h"

namespace millrace::rest {

struct Reply {
  int status = 0;
  std::string head;  // status line and headers, each with its line end
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return head.find("\r\n" + name + ": ") != std::string::npos;
  }
};

/// A plain socket to the server, or TLS over one, so that tests can send whatever they like.
class Client {
 public:
  /// How Client(port) connects: set by tests that are run both ways.
  static inline const TlsClientContext* tls_by_default = nullptr;

  explicit Client(std::uint16_t port, const TlsClientContext* tls = tls_by_default)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (tls == nullptr || !connected_) return;
    tls_ = tls->connect(socket_);
    connected_ = tls_ != nullptr;
    at_end_ = !connected_;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] SSL* tls() const { return tls_.get(); }

  /// False: the server has hung up.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = tls_ != nullptr
                               ? send_encrypted(bytes)
                               : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() {
    if (tls_ != nullptr) SSL_shutdown(tls_.get());
    ::shutdown(socket_, SHUT_WR);
  }

  /// The next answer. Status 0: the server hung up, or said nothing for 60 s, which is much for a
  /// sanitizer on a busy machine.
  Reply read(bool to_head = false) {
    while (input_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) return {};
    }
    Reply reply;
    const std::size_t end = input_.find("\r\n\r\n") + 2;
    reply.head = input_.substr(0, end);
    input_.erase(0, end + 2);
    reply.status = std::atoi(reply.head.substr(9, 3).c_str());
    const std::string length = reply.header("Content-Length");
    const std::size_t size = to_head || length.empty() ? 0 : std::stoul(length);
    while (input_.size() < size) {
      if (!receive()) return {};
    }
    reply.body = input_.substr(0, size);
    input_.erase(0, size);
    return reply;
  }
  Reply call(std::string_view bytes, bool to_head = false) {
    send(bytes);
    return read(to_head);
  }

  /// Waits for the end of the connection; true: nothing came before it.
  bool hung_up() {
    while (receive()) {
    }
    return at_end_ && input_.empty();
  }

 private:
  // A test may send on one thread and read on another, which OpenSSL does not bear.
  ssize_t send_encrypted(std::string_view bytes) {
    const MutexLock lock(tls_mutex_);
    return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
  /// Waits without the lock, so that the other thread can send meanwhile. What arrives need not be
  /// anything for us (a session's ticket): then it waits again.
  static constexpr ssize_t silence = -2;
  ssize_t receive_encrypted(std::span<char> room) {
    while (true) {
      {
        const MutexLock lock(tls_mutex_);
        if (SSL_pending(tls_.get()) > 0 || is_readable(0)) {
          ERR_clear_error();
          const int size = SSL_read(tls_.get(), room.data(), static_cast<int>(room.size()));
          if (size > 0 || SSL_get_error(tls_.get(), size) != SSL_ERROR_WANT_READ) return size;
        }
      }
      if (!is_readable(60'000)) return silence;
    }
  }
  [[nodiscard]] bool is_readable(int milliseconds) const {
    pollfd wait{socket_, POLLIN, 0};
    return ::poll(&wait, 1, milliseconds) > 0;
  }

  bool receive() {
    if (at_end_ || (tls_ == nullptr && !is_readable(60'000))) return false;
    char room[16384];
    const ssize_t size =
        tls_ != nullptr ? receive_encrypted(room) : ::recv(socket_, room, sizeof room, 0);
    if (size == silence) return false;
    if (size <= 0) {
      at_end_ = true;
      return false;
    }
    input_.append(room, static_cast<std::size_t>(size));
    return true;
  }

  int socket_;
  Mutex tls_mutex_;
  TlsHandle tls_;  // null: plain
  bool connected_ = false;
  bool at_end_ = false;
  std::string input_;
};

}  // namespace millrace::rest
