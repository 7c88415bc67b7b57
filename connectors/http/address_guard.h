#pragma once

#include "http/settings.h"

#include <string>
#include <string_view>

struct sockaddr;
struct curl_sockaddr;

namespace millrace::http {

/// An address of this machine or of a private network: loopback, link-local (where clouds keep
/// their secrets), private and shared ranges, multicast, "any", and IPv6 forms of those.
bool is_private(const sockaddr& address);

/// Whether a place may be called, by its name. Errors (invalid_config): it may not.
Result<void> check_allowed(const Target& target, const std::vector<std::string>& allowed);

/// Looks at each address that a connection is about to go to, after names were looked up.
struct AddressGuard {
  bool deny_private = false;
  std::string refused;  ///< the address that was refused last; empty: none
};

/// For CURLOPT_OPENSOCKETFUNCTION; `guard` is an AddressGuard.
int open_guarded_socket(void* guard, int purpose, ::curl_sockaddr* address);

}  // namespace millrace::http
