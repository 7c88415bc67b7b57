#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace millrace::http {

/// An HTTP proxy on a port of this machine that knows CONNECT alone: it opens the way to the place
/// that was asked for, and hands bytes through, unread.
/// Threads: any; each connection has a thread of its own.
class TunnelProxy {
 public:
  /// answer: to each CONNECT; anything but a 200 ends the connection.
  explicit TunnelProxy(std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n");
  ~TunnelProxy();
  TunnelProxy(const TunnelProxy&) = delete;
  TunnelProxy& operator=(const TunnelProxy&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// What came before each tunnel: the head of a CONNECT.
  [[nodiscard]] std::vector<std::string> heads() const;

 private:
  void accept_all();
  void serve(int client);

  const std::string answer_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::vector<int> open_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace millrace::http
