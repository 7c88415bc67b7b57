#pragma once

#include "herder/herder.h"
#include "millrace/result.h"
#include "peers/peer_client.h"
#include "rest/access.h"
#include "rest/http.h"
#include "rest/limits.h"
#include "rest/listener.h"
#include "rest/tls_context.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace millrace::rest {

struct ServerOptions {
  std::vector<Listener> listeners;
  /// Where /admin is served and nothing else; none: on the listeners above; empty: nowhere.
  std::optional<std::vector<Listener>> admin_listeners;
  HttpsSettings https;        ///< of https ones among `listeners`
  HttpsSettings admin_https;  ///< of https ones among `admin_listeners`
  Access access;              ///< who may use `listeners`, and how pages of other origins may
  About about;
  SizeLimits sizes;
  TimeLimits times;
  ReplyLimits replies;
  /// Asks other workers when a request is theirs; ends with the server. Null: nobody does.
  std::shared_ptr<peers::PeerClient> peers;
  std::size_t max_connections = 1024;  ///< one more hangs up on the one that is idle the longest
};

/// The worker's HTTP server. All its work is done on one thread of its own, "rest", which never
/// waits for a client, a connector or Kafka.
/// Order:   open, perhaps serve_at_start, serve, stop. Until one of them is called every request is
///          answered with 404.
/// Threads: any, but not the answering of a request; one call at a time.
class Server {
 public:
  /// Binds all listeners and begins to listen.
  /// Errors: invalid_config for settings of https that cannot be used; fatal for an address that
  ///         cannot be had: "cannot listen on localhost:8083: Address already in use".
  static Result<std::unique_ptr<Server>> open(ServerOptions options);
  ~Server();  ///< stops without grace
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The listeners in the order of the options, with the ports that they got.
  [[nodiscard]] const std::vector<Listener>& listeners() const;
  [[nodiscard]] const std::vector<Listener>& admin_listeners() const;  ///< likewise
  /// From now on requests reach the herder, which must live until `stop` has returned; but those
  /// about connectors wait, within their time limits, until `serve` says that it knows them.
  void serve_at_start(Herder& herder);
  /// From now on all requests reach the herder; as above.
  void serve(Herder& herder);
  /// Takes no more connections, hangs up on those that wait for nothing, lets the requests that are
  /// being answered finish within the grace time. Returns when the threads have ended.
  void stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::rest
