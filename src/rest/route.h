#pragma once

#include "herder/herder.h"
#include "rest/http.h"
#include "rest/limits.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace millrace::rest {

/// Takes the answer to one request: once, on any thread, at any time. An answer that comes after
/// the time limit of its route, or after the server is gone, is dropped.
using Respond = std::function<void(Response)>;

/// "Request timed out", and where the work on the request stands if somebody has told.
std::string timeout_message(const Progress& progress);
/// "The worker is currently <stage>, which began at <instant>."; empty: nobody has told.
std::string stage_sentence(const Progress& progress);
/// 500 with that message.
Response request_timed_out(Herder& herder, const Progress& progress);

/// Which Content-Type a request may carry.
enum class Takes : std::uint8_t { json, anything };

/// One row of the route table. Handlers run on the server's thread and must not block: the first
/// kind answers at once, the second hands `respond` on.
struct Route {
  using AtOnce = Response (*)(Herder&, const Request&);
  using Later = void (*)(Herder&, const Request&, Respond);
  using WhenLate = Response (*)(Herder&, const Progress&);

  constexpr Route(std::string_view m, std::string_view p, AtOnce handler, Takes t = Takes::json)
      : method(m), pattern(p), at_once(handler), takes(t) {}
  constexpr Route(std::string_view m, std::string_view p, Later handler, Takes t = Takes::json,
                  std::chrono::milliseconds ReplyLimits::*within = &ReplyLimits::change,
                  WhenLate late = request_timed_out)
      : method(m), pattern(p), later(handler), takes(t), limit(within), when_late(late) {}

  /// About connectors: a worker that has not read what there is cannot answer it yet. What other
  /// workers ask is refused by the herder instead, for want of a session key.
  [[nodiscard]] constexpr bool needs_state() const {
    const bool between_workers =
        pattern.ends_with("/fence") || (method == "POST" && pattern.ends_with("/tasks"));
    return (pattern == "/connectors" || pattern.starts_with("/connectors/")) && !between_workers;
  }

  std::string_view method;
  std::string_view pattern;  ///< "/connectors/{name}/status"
  AtOnce at_once = nullptr;
  Later later = nullptr;
  Takes takes;
  std::chrono::milliseconds ReplyLimits::*limit = &ReplyLimits::change;
  WhenLate when_late = request_timed_out;
};

/// Every endpoint of the worker.
std::span<const Route> routes();

/// Which routes there are on a listener; those of /admin may have listeners of their own.
enum class Scope : std::uint8_t { everything, all_but_admin, admin_alone };

/// What becomes of a request before any handler sees it.
struct Match {
  const Route* route = nullptr;  ///< null: `answer` is the answer
  Response answer;
  bool found = false;  ///< the path exists and allows the method: not a routing error
};
/// Finds the route, fills in the request's parameters, and sees to methods, media types and
/// OPTIONS.
Match match(std::span<const Route> table, Request& request, Scope scope = Scope::everything);

}  // namespace millrace::rest
