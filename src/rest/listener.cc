#include "rest/listener.h"

#include "rest/http.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

namespace millrace::rest {

namespace {

Error bad_listener(const std::string& entry, const std::string& why) {
  return Error{ErrorCode::invalid_config,
               "Invalid value '" + entry + "' for configuration listeners: " + why};
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '%' || c == '.' || c == '_' || c == ':';
}

Result<Listener> parse_listener(const std::string& entry) {
  static const std::string form =
      "Listener doesn't have the right format (protocol://hostname:port).";
  if (entry.find_first_not_of(" \t\r\n") == std::string::npos) {
    return bad_listener(entry, "Empty URL, a listener is protocol://hostname:port.");
  }
  const std::size_t separator = entry.rfind("://");
  const std::size_t colon = entry.rfind(':');
  if (separator == std::string::npos || colon < separator + 3) return bad_listener(entry, form);

  Listener listener;
  listener.host = entry.substr(separator + 3, colon - separator - 3);
  if (listener.host.starts_with('[')) listener.host.erase(0, 1);
  if (listener.host.ends_with(']')) listener.host.pop_back();
  int port = 0;
  const char* const end = entry.data() + entry.size();
  const auto [stop, problem] = std::from_chars(entry.data() + colon + 1, end, port);
  if (!std::ranges::all_of(listener.host, is_host_character) ||
      problem == std::errc::invalid_argument || stop != end) {
    return bad_listener(entry, form);
  }
  if (problem != std::errc() || port < 0 || port > 65535) {
    return bad_listener(entry, "The port must be between 0 and 65535.");
  }
  listener.port = static_cast<std::uint16_t>(port);
  const std::string protocol = entry.substr(0, separator);
  for (const std::string_view known : {"http", "https"}) {
    if (equal_ignoring_case(protocol, known)) listener.protocol = known;
  }
  if (listener.protocol.empty()) {
    return bad_listener(entry, "Listener protocol must be either \"http\" or \"https\".");
  }
  return listener;
}

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

Result<std::vector<Listener>> parse_listeners(std::span<const std::string> entries) {
  if (entries.empty()) return bad_listener("", "At least one listener is needed.");
  std::vector<Listener> listeners;
  for (const std::string& entry : entries) {
    Result<Listener> listener = parse_listener(entry);
    if (!listener) return std::move(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

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
