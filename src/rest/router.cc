#include "rest/media.h"
#include "rest/route.h"
#include "rest/status.h"
#include "rest/uri.h"

#include <algorithm>
#include <optional>

namespace millrace::rest {

namespace {

/// The parameters of a path that has the route's form; none: it has another.
std::optional<NameValues> parameters_of(std::string_view pattern,
                                        const std::vector<std::string>& segments) {
  NameValues parameters;
  pattern.remove_prefix(1);
  for (const std::string& segment : segments) {
    if (pattern.empty()) return std::nullopt;
    const std::size_t slash = pattern.find('/');
    const std::string_view part = pattern.substr(0, slash);
    pattern = slash == std::string_view::npos ? std::string_view() : pattern.substr(slash + 1);
    if (part.starts_with('{')) {
      parameters.emplace_back(part.substr(1, part.size() - 2), segment);
    } else if (part != segment) {
      return std::nullopt;
    }
  }
  if (!pattern.empty()) return std::nullopt;
  return parameters;
}

Response options_response(const std::vector<std::string_view>& methods, const Request& request) {
  std::string allow;
  for (const std::string_view method : methods) {
    allow += method;
    allow += method == "GET" ? ", HEAD, " : ", ";
  }
  allow += "OPTIONS";
  const std::string* accept = request.header("Accept");
  Response response;
  if (accepts(accept, "text/plain")) {
    response = {200, allow, "text/plain", {}};
  } else if (accepts(accept, json_type)) {
    response = json(200, "");
  } else {
    return routing_error(406);
  }
  response.headers.emplace_back("Allow", allow);
  return response;
}

/// The answer to a request whose media types do not suit the route; none: they do.
std::optional<Response> refused_media(const Route& route, const Request& request) {
  if (route.takes == Takes::json) {
    const std::string* type = request.header("Content-Type");
    if (type != nullptr) {
      switch (content_kind(*type)) {
        case ContentKind::json: break;
        case ContentKind::other: return routing_error(415);
        case ContentKind::unreadable:
          return error_response(400, "Content-Type '" + *type + "' is no media type");
      }
    } else if (!request.body.empty()) {
      return routing_error(415);
    }
  }
  if (!accepts(request.header("Accept"), json_type)) return routing_error(406);
  return std::nullopt;
}

bool is_in(Scope scope, const Route& route) {
  if (scope == Scope::everything) return true;
  return route.pattern.starts_with("/admin/") == (scope == Scope::admin_alone);
}

}  // namespace

Match match(std::span<const Route> table, Request& request, Scope scope) {
  const Result<std::vector<std::string>> segments = path_segments(request.path);
  if (!segments) return {nullptr, error_response(segments.error())};
  const std::string_view wanted =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  std::vector<std::string_view> methods;
  const Route* found = nullptr;
  for (const Route& route : table) {
    if (!is_in(scope, route)) continue;
    std::optional<NameValues> parameters = parameters_of(route.pattern, *segments);
    if (!parameters) continue;
    methods.push_back(route.method);
    if (route.method == wanted) {
      found = &route;
      request.pattern = route.pattern;
      request.parameters = std::move(*parameters);
    }
  }
  if (methods.empty()) return {nullptr, routing_error(404)};
  if (request.method == "OPTIONS") {
    Response options = options_response(methods, request);
    const bool answered = options.status == 200;
    return {nullptr, std::move(options), answered};
  }
  if (found == nullptr) return {nullptr, routing_error(405)};
  if (std::optional<Response> refused = refused_media(*found, request)) {
    return {nullptr, std::move(*refused)};
  }
  return {found, {}, true};
}

}  // namespace millrace::rest
