#include "rest/listener.h"

#include <algorithm>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

namespace millrace::rest {

namespace {

/// The address that this machine's own name stands for.
std::string own_address() {
  char name[256] = {};
  char text[INET_ADDRSTRLEN] = "127.0.0.1";
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (gethostname(name, sizeof name - 1) == 0 && getaddrinfo(name, nullptr, &hints, &found) == 0) {
    const auto* address = reinterpret_cast<const sockaddr_in*>(found->ai_addr);
    inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
    freeaddrinfo(found);
  }
  return text;
}

}  // namespace

std::string host_and_port(const std::string& host, int port) {
  const bool brackets = host.find(':') != std::string::npos && !host.starts_with('[');
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Listener::to_string() const { return protocol + "://" + host_and_port(host, port); }

Advertised advertise(std::span<const Listener> bound, const AdvertisedSettings& settings) {
  std::string protocol = "http";
  if (settings.listener) {
    protocol = *settings.listener;
    std::ranges::transform(protocol, protocol.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
  } else if (!bound.empty() && std::ranges::none_of(bound, [](const Listener& one) {
               return one.protocol == "http";
             })) {
    protocol = "https";
  }
  const auto it = std::ranges::find(bound, protocol, &Listener::protocol);
  const Listener* listener = it != bound.end() ? &*it : bound.empty() ? nullptr : &bound.front();
  std::string host = listener != nullptr ? listener->host : "";
  if (settings.host_name && !settings.host_name->empty()) host = *settings.host_name;
  if (host.empty()) host = own_address();
  const int port = settings.port ? *settings.port : listener != nullptr ? listener->port : 0;
  const std::string id = host_and_port(host, port);
  return {protocol + "://" + id + "/", id};
}

}  // namespace millrace::rest
