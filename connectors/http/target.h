#pragma once

#include "millrace/result.h"

#include <string>
#include <string_view>

namespace millrace::http {

/// Where a request goes.
struct Target {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< IPv6 in brackets
  int port = 80;
  std::string origin;       ///< "http://host:port"
  std::string host_header;  ///< the port only where it is not the scheme's own
  std::string path;         ///< path and query as they were written, from '/' on

  [[nodiscard]] bool same_host(const Target& other) const { return origin == other.origin; }
  [[nodiscard]] std::string url() const { return scheme + "://" + host_header + path; }
};

/// Path and query stay as written, nothing is encoded; a fragment, a user and a password go.
/// Errors (invalid_config): not an absolute http or https URL with a host, with the reason.
Result<Target> read_target(std::string_view url);

/// What a `Location` header means, seen from the target that it came from.
Result<Target> read_location(const Target& from, std::string_view location);

}  // namespace millrace::http
