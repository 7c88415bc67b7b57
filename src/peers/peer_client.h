#pragma once

#include "config/rest_settings.h"
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
  /// Accept and Content-Type are application/json unless they stand here.
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
/// Errors:  retriable: no connection, or no answer in time; invalid_config: TLS settings that
///          cannot be used. The message names the URL without user and query.
class PeerClient {
 public:
  virtual ~PeerClient() = default;
  virtual Result<PeerAnswer> send(const PeerRequest& request,
                                  std::chrono::milliseconds timeout) = 0;
  /// Ends what is being sent, and whatever comes later, with an error.
  virtual void stop() {}
};

/// Over libcurl, without proxies. https: the same settings as the worker's own https listeners,
/// that is ssl.truststore.* for whom we believe, ssl.keystore.* for what we show to those who ask,
/// and ssl.endpoint.identification.algorithm (https unless set; empty: names are not compared).
/// They are read with the first https request, and anew when one of their files has changed.
/// The client outlives its requests.
std::unique_ptr<PeerClient> make_peer_client(config::HttpsKeys https);

}  // namespace millrace::peers
