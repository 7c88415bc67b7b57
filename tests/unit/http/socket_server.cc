#include "socket_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>

namespace millrace::http {

namespace {

/// The whole request at the beginning of the text, or nothing yet.
std::size_t request_size(const std::string& text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  std::string lower = text.substr(0, head + 2);
  std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
  const std::size_t at = lower.find("\r\ncontent-length:");
  const std::size_t body = at == std::string::npos ? 0 : std::stoul(lower.substr(at + 17));
  return text.size() >= head + 4 + body ? head + 4 + body : 0;
}

/// A connection, with TLS or without.
class Channel {
 public:
  Channel(int socket, SSL_CTX* tls)
      : socket_(socket), tls_(tls != nullptr ? SSL_new(tls) : nullptr) {
    if (tls_ != nullptr) SSL_set_fd(tls_, socket);
  }
  ~Channel() { SSL_free(tls_); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool accept() { return tls_ == nullptr || SSL_accept(tls_) == 1; }
  ssize_t receive(char* data, std::size_t size) {
    if (tls_ != nullptr) return SSL_read(tls_, data, static_cast<int>(size));
    return ::recv(socket_, data, size, 0);
  }
  bool send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = tls_ != nullptr
                               ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                               : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

 private:
  int socket_;
  SSL* tls_;
};

}  // namespace

Step reply(int status, std::string_view body, std::string_view headers) {
  return {"HTTP/1.1 " + std::to_string(status) + " x\r\n" + std::string(headers) +
          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body)};
}

SocketServer::SocketServer(std::shared_ptr<SSL_CTX> tls)
    : tls_(std::move(tls)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener_, 128);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

SocketServer::~SocketServer() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  drop_connections();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

void SocketServer::script(std::vector<Step> steps) {
  const std::lock_guard lock(mutex_);
  steps_.insert(steps_.end(), std::make_move_iterator(steps.begin()),
                std::make_move_iterator(steps.end()));
}

void SocketServer::otherwise(Step step) {
  const std::lock_guard lock(mutex_);
  otherwise_ = std::move(step);
}

void SocketServer::answer_with(std::function<Step(const std::string&)> answer) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(answer);
}

std::vector<std::string> SocketServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<std::string> SocketServer::bodies() const {
  std::vector<std::string> bodies;
  for (const std::string& request : requests()) {
    bodies.push_back(request.substr(request.find("\r\n\r\n") + 4));
  }
  return bodies;
}

std::size_t SocketServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::size_t SocketServer::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_at_once_;
}

bool SocketServer::wait_for(std::size_t requests) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10),
                           [&] { return requests_.size() >= requests; });
}

void SocketServer::drop_connections() {
  const std::lock_guard lock(mutex_);
  for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
}

void SocketServer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (ending_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    if (socket < 0) continue;
    const std::lock_guard lock(mutex_);
    open_.push_back(socket);
    ++connections_;
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

Step SocketServer::next_step(const std::string& request) {
  std::function<Step(const std::string&)> answer;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    most_at_once_ = std::max(most_at_once_, ++at_once_);
    changed_.notify_all();
    if (!steps_.empty()) {
      Step step = std::move(steps_.front());
      steps_.pop_front();
      return step;
    }
    if (!answer_) return otherwise_;
    answer = answer_;
  }
  return answer(request);
}

void SocketServer::serve(int socket) {
  std::string text;
  std::array<char, 65536> buffer{};
  Channel channel(socket, tls_.get());
  bool open = channel.accept();
  while (open) {
    const ssize_t size = channel.receive(buffer.data(), buffer.size());
    if (size <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(size));
    while (const std::size_t whole = request_size(text)) {
      const Step step = next_step(text.substr(0, whole));
      text.erase(0, whole);
      if (!channel.send_all(step.bytes)) open = false;
      {
        const std::lock_guard lock(mutex_);
        --at_once_;
      }
      if (step.then == Step::Then::close) open = false;
      if (step.then == Step::Then::reset) {
        const linger at_once{1, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        open = false;
      }
      // Without an end, until the client has had enough of it.
      while (step.then == Step::Then::drip && channel.send_all(step.bytes)) {
      }
      if (step.then == Step::Then::drip) open = false;
      if (!open) break;
    }
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, socket);
  ::close(socket);
}

}  // namespace millrace::http
