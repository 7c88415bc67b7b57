#pragma once

#include "millrace/result.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::peers {

/// A request to another worker's REST API.
struct PeerRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

struct PeerAnswer {
  int status = 0;
  std::string body;
};

/// Asks other workers of the cluster.
/// Threads: any; blocks until the answer, at most the timeout. A new connection for each request,
///          redirects are not followed.
/// Errors:  retriable: no connection, or no answer in time; the message names the URL without
///          user and query.
class PeerClient {
 public:
  virtual ~PeerClient() = default;
  virtual Result<PeerAnswer> send(const PeerRequest& request,
                                  std::chrono::milliseconds timeout) = 0;
};

}  // namespace millrace::peers
