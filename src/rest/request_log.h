#pragma once

#include "rest/http.h"

#include <chrono>
#include <cstddef>
#include <string>

namespace millrace::rest {

/// One line of the request log.
struct LogEntry {
  std::string peer;
  std::string request_line;  ///< "GET /connectors HTTP/1.1"; "-": unreadable
  int status = 0;
  std::size_t body_bytes = 0;
  std::string referer;
  std::string user_agent;
  std::chrono::system_clock::time_point at;
  std::chrono::milliseconds latency{0};
};

/// `127.0.0.1 - - [21/Nov/2026:01:06:11 +0000] "GET / HTTP/1.1" 200 87 "" "curl/7.88.1" 2`
std::string to_string(const LogEntry& entry);
/// Writes it to the logger of org.apache.kafka.connect.runtime.rest.RestServer, at INFO.
void log_request(const LogEntry& entry);

/// "Sat, 21 Nov 2026 01:06:11 GMT", for the Date header.
std::string http_date(std::chrono::system_clock::time_point at);

}  // namespace millrace::rest
