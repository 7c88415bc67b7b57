#pragma once

#include "herder/reply.h"
#include "rest/http.h"
#include "rest/route.h"

#include <functional>
#include <string>

namespace millrace::rest {

/// What another worker is asked for in place of this one.
struct Forward {
  std::string body = {};   ///< JSON; empty: none
  std::string query = {};  ///< behind `forward`: "&onlyFailed=true"
  /// Makes our answer of one that it was glad to give (2xx), whose body is JSON.
  std::function<Response(int status, std::string body)> answer = {};
  /// Makes it without: what the body says does not matter.
  int bare_status = 0;
};

/// Sends the request on to the worker whose URL it is called with, and answers with what that one
/// says. A request goes from worker to worker twice at the most: its query says how often it did.
/// Empty where this worker is on its own.
/// Source: org.apache.kafka.connect.runtime.rest.HerderRequestHandler.
Elsewhere elsewhere(const Request& request, Forward forward, Respond respond);

/// For Forward::answer: the body as it came, with this status.
std::function<Response(int, std::string)> json_with(int status);

}  // namespace millrace::rest
