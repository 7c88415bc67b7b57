#include "http/address_guard.h"

#include "http/header_list.h"

#include <curl/curl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cstring>

namespace millrace::http {

namespace {

struct Range {
  std::uint32_t first;
  int bits;
};

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

bool is_private_v4(std::uint32_t address) {
  constexpr Range ranges[] = {
      {ip(0, 0, 0, 0), 8},    {ip(10, 0, 0, 0), 8},     {ip(100, 64, 0, 0), 10},
      {ip(127, 0, 0, 0), 8},  {ip(169, 254, 0, 0), 16}, {ip(172, 16, 0, 0), 12},
      {ip(192, 0, 0, 0), 24}, {ip(192, 168, 0, 0), 16}, {ip(198, 18, 0, 0), 15},
      {ip(224, 0, 0, 0), 4},  {ip(240, 0, 0, 0), 4}};
  return std::ranges::any_of(ranges, [address](const Range& range) {
    return (address >> (32 - range.bits)) == (range.first >> (32 - range.bits));
  });
}

std::uint32_t v4_at(const std::uint8_t* bytes) {
  return ip(bytes[0], bytes[1], bytes[2], bytes[3]);
}

bool is_private_v6(const in6_addr& address) {
  const std::uint8_t* bytes = address.s6_addr;
  if (IN6_IS_ADDR_UNSPECIFIED(&address) || IN6_IS_ADDR_LOOPBACK(&address)) return true;
  if (IN6_IS_ADDR_V4MAPPED(&address) || IN6_IS_ADDR_V4COMPAT(&address)) {
    return is_private_v4(v4_at(bytes + 12));
  }
  constexpr std::uint8_t nat64[12] = {0, 0x64, 0xFF, 0x9B};
  if (std::memcmp(bytes, nat64, sizeof nat64) == 0) return is_private_v4(v4_at(bytes + 12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return is_private_v4(v4_at(bytes + 2));  // 6to4
  return (bytes[0] & 0xFE) == 0xFC ||                                                // unique local
         (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80) ||                          // link-local
         (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0xC0) ||  // site-local, of old
         bytes[0] == 0xFF;                                   // multicast
}

std::string text_of(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(),
              text.size());
  } else if (address.sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text.data(),
              text.size());
  }
  return text.data();
}

/// `*.example.com` is all hosts below it, and not itself.
bool host_matches(std::string_view host, std::string_view pattern) {
  if (!pattern.starts_with("*.")) return same_name(host, pattern);
  pattern.remove_prefix(1);
  return host.size() > pattern.size() &&
         same_name(host.substr(host.size() - pattern.size()), pattern);
}

/// The beginning of a URL, up to a border: `https://h/a` covers `https://h/a/b`, not
/// `https://h/ab`.
bool url_matches(const Target& target, std::string_view beginning) {
  const Result<Target> wanted = read_target(beginning);
  if (!wanted || !wanted->same_host(target) || !target.path.starts_with(wanted->path)) return false;
  if (target.path.find("/../") != std::string::npos || target.path.ends_with("/..")) return false;
  return wanted->path.ends_with('/') || target.path.size() == wanted->path.size() ||
         target.path[wanted->path.size()] == '/' || target.path[wanted->path.size()] == '?';
}

}  // namespace

bool is_private(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return is_private_v4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    return is_private_v6(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
  }
  return true;  // nothing else leads to the outside
}

Result<void> check_allowed(const Target& target, const std::vector<std::string>& allowed) {
  const bool fits = allowed.empty() || std::ranges::any_of(allowed, [&](const std::string& one) {
                      return one.find("://") == std::string::npos ? host_matches(target.host, one)
                                                                  : url_matches(target, one);
                    });
  if (fits) return {};
  return Error{ErrorCode::invalid_config, "'" + target.origin + "' is not in url.allow.list"};
}

int open_guarded_socket(void* guard, int /*purpose*/, ::curl_sockaddr* address) {
  auto& self = *static_cast<AddressGuard*>(guard);
  if (self.deny_private && is_private(address->addr)) {
    self.refused = text_of(address->addr);
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace millrace::http
