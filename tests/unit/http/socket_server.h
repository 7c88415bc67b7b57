#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::http {

/// What a SocketServer does with a request.
struct Step {
  enum class Then { keep, close, reset, hang, drip };
  std::string bytes;  ///< sent as they are
  Then then = Then::keep;
};

/// A whole reply. Lines of headers end in \r\n each.
Step reply(int status, std::string_view body, std::string_view headers = "");
inline Step delivered() { return reply(200, R"({"retry":false})"); }
inline Step again() { return reply(200, R"({"retry":true})"); }
inline Step raw(std::string bytes, Step::Then then = Step::Then::keep) {
  return {std::move(bytes), then};
}
inline Step closes() { return {"", Step::Then::close}; }
inline Step resets() { return {"", Step::Then::reset}; }
inline Step hangs() { return {"", Step::Then::hang}; }

/// A server on a port of this machine that does what it is told, byte for byte.
/// Threads: any; each connection has a thread of its own.
class SocketServer {
 public:
  /// tls: what it shows; null: it speaks plain HTTP.
  explicit SocketServer(std::shared_ptr<SSL_CTX> tls = nullptr);
  ~SocketServer();
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }

  [[nodiscard]] std::string tls_url(std::string_view path = "/") const {
    return "https://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }

  /// The next requests are answered so, one after the other; then as `otherwise` says.
  void script(std::vector<Step> steps);
  void otherwise(Step step);
  /// Asked for each request, where there is no script; `otherwise` where it is empty.
  void answer_with(std::function<Step(const std::string& request)> answer);

  /// Every request so far, as it came: head, empty line, body.
  [[nodiscard]] std::vector<std::string> requests() const;
  [[nodiscard]] std::vector<std::string> bodies() const;
  [[nodiscard]] std::size_t connections() const;
  /// The most requests that were being answered at the same time.
  [[nodiscard]] std::size_t most_at_once() const;
  /// Returns when so many requests have come; false: not within ten seconds.
  bool wait_for(std::size_t requests);
  /// Ends every connection that is open, and hangs no more.
  void drop_connections();

 private:
  void accept_all();
  void serve(int socket);
  Step next_step(const std::string& request);

  const std::shared_ptr<SSL_CTX> tls_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Step> steps_;
  Step otherwise_ = delivered();
  std::function<Step(const std::string&)> answer_;
  std::vector<std::string> requests_;
  std::vector<int> open_;
  std::size_t connections_ = 0;
  std::size_t at_once_ = 0;
  std::size_t most_at_once_ = 0;
  std::atomic<bool> ending_ = false;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace millrace::http
