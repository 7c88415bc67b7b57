#pragma once

#include "herder/progress.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::rest {

class Forwarder;

using NameValues = std::vector<std::pair<std::string, std::string>>;

/// What the worker tells about itself; the same for every request.
struct About {
  std::string version = "4.3.0";  ///< the release of Kafka Connect that we are compatible with
  std::string commit = "unknown";
};

/// A request as a handler sees it: read in full, its path matched to a route, escapes decoded.
struct Request {
  std::string method;        ///< "GET"; a HEAD request reaches the handler of GET
  std::string target;        ///< as it was sent: path and query
  std::string path;          ///< as it was sent, without the query
  std::string_view pattern;  ///< of the route: "/connectors/{name}/status"
  NameValues parameters;     ///< of the path, by the names in the route: {"name", "a b"}
  NameValues query;          ///< in order; decoded; "" where there was no "="
  NameValues headers;        ///< in order
  std::string body;
  std::string base_url;          ///< how the client reached us: "http://localhost:8083"
  const About* about = nullptr;  ///< never null in a handler
  /// How far the herder has come with it; goes into the reply that a handler hands over.
  std::shared_ptr<Progress> progress = std::make_shared<Progress>();
  std::chrono::steady_clock::time_point deadline;  ///< for those who answer later
  std::shared_ptr<Forwarder> forwarder;  ///< sends it on to other workers; null: there are none

  /// A parameter of the path; the name must stand in the route.
  [[nodiscard]] const std::string& parameter(std::string_view name) const;
  /// The first header of that name in any case, or null.
  [[nodiscard]] const std::string* header(std::string_view name) const;
  /// A query parameter that is "true", in any case.
  [[nodiscard]] bool flag(std::string_view name) const;
};

inline constexpr std::string_view json_type = "application/json";

struct Response {
  int status = 200;
  std::string body;
  std::string content_type;  ///< empty: no such header
  NameValues headers;        ///< beyond Date, Server, Content-Type, Content-Length, Connection
};

inline Response json(int status, std::string body) {
  return {status, std::move(body), std::string(json_type), {}};
}
inline Response no_body(int status) { return {status, {}, {}, {}}; }

/// Takes the place of all headers of that name, in any case, or is added.
void set_header(NameValues& headers, std::string_view name, std::string value);

/// The reason phrase that goes with a status code.
std::string_view reason_of(int status);

}  // namespace millrace::rest
