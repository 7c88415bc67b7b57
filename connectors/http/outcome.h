#pragma once

#include <cstdint>
#include <string>

namespace millrace::http {

/// What came of one request.
struct Outcome {
  enum class Kind : std::uint8_t {
    not_connected,   ///< no address, no connection, no TLS: nothing was sent
    no_status_line,  ///< connected, but no reply that is HTTP
    replied,
  };
  Kind kind = Kind::not_connected;
  int status = 0;
  std::string body;        ///< what of it came, up to a bound
  bool cut_short = false;  ///< the body ended in a break, or was too long
  std::string location;    ///< of the last header of that name
  std::string retry_after;
  std::string problem;  ///< in words; empty where nothing went wrong
};

}  // namespace millrace::http
