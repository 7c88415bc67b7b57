#pragma once

#include "millrace/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::config {

/// An address to listen on.
struct Listener {
  bool https = false;
  std::string host;        ///< empty: all interfaces; IPv6 addresses without brackets
  std::uint16_t port = 0;  ///< 0: the system chooses
  bool operator==(const Listener&) const = default;
};

/// Errors (invalid_config): the text is no http://host:port or https://host:port. The message
/// does not hold the text; callers know more about its place.
Result<Listener> parse_listener(std::string_view text);

}  // namespace millrace::config
