#include "tunnel_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <utility>

namespace millrace::http {

namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// What is there, from one side to the other. False: one of them is through.
bool hand_over(int from, int to) {
  std::array<char, 16384> buffer{};
  const ssize_t size = ::recv(from, buffer.data(), buffer.size(), 0);
  for (ssize_t done = 0; done < size;) {
    const ssize_t sent =
        ::send(to, buffer.data() + done, static_cast<std::size_t>(size - done), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    done += sent;
  }
  return size > 0;
}

/// "CONNECT host:port HTTP/1.1": the port; every name leads to this machine.
int wanted_port(const std::string& head) {
  if (!head.starts_with("CONNECT ")) return 0;
  const std::size_t colon = head.find(':');
  return colon == std::string::npos ? 0 : std::atoi(head.c_str() + colon + 1);
}

}  // namespace

TunnelProxy::TunnelProxy(std::string answer)
    : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener_, 16);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

TunnelProxy::~TunnelProxy() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

std::vector<std::string> TunnelProxy::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

void TunnelProxy::accept_all() {
  while (true) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (client < 0 || ending_) {
      if (client >= 0) ::close(client);
      return;
    }
    open_.push_back(client);
    threads_.emplace_back([this, client] { serve(client); });
  }
}

void TunnelProxy::serve(int client) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && ::recv(client, &byte, 1, 0) == 1) head += byte;
  {
    const std::lock_guard lock(mutex_);
    heads_.push_back(head);
  }
  ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(wanted_port(head));
  bool open = answer_.find(" 200 ") != std::string::npos &&
              ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  while (open) {
    std::array<pollfd, 2> both{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    open = ::poll(both.data(), both.size(), -1) > 0;
    if (open && both[0].revents != 0) open = hand_over(client, server);
    if (open && both[1].revents != 0) open = hand_over(server, client);
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, client);
  ::close(client);
  ::close(server);
}

}  // namespace millrace::http
