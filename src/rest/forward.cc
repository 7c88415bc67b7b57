#include "rest/forward.h"

#include "base/secrets.h"
#include "rest/body.h"
#include "rest/forwarder.h"
#include "rest/json.h"
#include "rest/status.h"
#include "rest/uri.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace millrace::rest {

namespace {

/// So that whoever waits is told by the time limit of the route what hangs, and not by ours.
constexpr std::chrono::milliseconds behind_the_limit{500};

/// How far a request has come.
enum class Hop { at_first_worker, at_second, at_last };

Hop hop_of(const Request& request) {
  const auto it = std::ranges::find(request.query, "forward", &NameValues::value_type::first);
  if (it == request.query.end()) return Hop::at_first_worker;
  return request.flag("forward") ? Hop::at_second : Hop::at_last;
}

/// The path again, with whatever stands in it now.
std::string path_of(const Request& request) {
  std::string path;
  for (std::string_view rest = request.pattern.substr(1);;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    path += '/';
    path += part.starts_with('{')
                ? encode_segment(request.parameter(part.substr(1, part.size() - 2)))
                : std::string(part);
    if (slash == std::string_view::npos) return path;
    rest.remove_prefix(slash + 1);
  }
}

Response io_error(const std::string& what) {
  return error_response(500, "IO Error trying to forward REST request: " + what);
}

/// what: "PUT http://leader:8083/connectors/a/config"
Response answer_of(const Result<peers::PeerAnswer>& answer, const std::string& what,
                   const Forward& forward) {
  if (!answer) return io_error(answer.error().message());
  const int status = answer->status;
  const auto unreadable = [&] {
    return io_error(what + " was answered with " + std::to_string(status) +
                    " and no JSON that fits it");
  };
  if (status >= 400) {
    const std::optional<ErrorBody> error = read_error(answer->body);
    if (!error) return unreadable();
    std::optional<std::string> message;
    if (error->message) message = secrets::redact(*error->message);
    return json(status, error_json(error->code, message));
  }
  const bool expected =
      status >= 200 && status < 300 && (status != 204 || forward.bare_status != 0);
  if (!expected) {
    return error_response(
        500, "Unexpected status code when handling forwarded request: " + std::to_string(status));
  }
  if (forward.bare_status != 0) return no_body(forward.bare_status);
  if (!is_json(answer->body)) return unreadable();
  return forward.answer(status, answer->body);
}

}  // namespace

Elsewhere elsewhere(const Request& request, Forward forward, Respond respond) {
  if (request.forwarder == nullptr) return {};
  const Hop hop = hop_of(request);
  if (hop == Hop::at_last) {
    return [respond = std::move(respond)](const std::string&) {
      respond(error_response(409,
                             "Cannot complete request because of a conflicting operation (e.g. "
                             "worker rebalance)"));
    };
  }
  const bool once_more = hop == Hop::at_first_worker;
  const auto onward = std::make_shared<peers::PeerRequest>();  // its body may be large
  onward->method = request.method;
  onward->url = path_of(request) + (once_more ? "?forward=true" : "?forward=false") + forward.query;
  onward->body = std::exchange(forward.body, {});
  if (const std::string* credentials = request.header("Authorization")) {
    onward->headers.emplace_back("Authorization", *credentials);
  }
  return [forwarder = request.forwarder, progress = request.progress,
          until = request.deadline + behind_the_limit, once_more, onward,
          forward = std::move(forward), respond = std::move(respond)](const std::string& url) {
    progress->begin("forwarding the request to " + url);
    peers::PeerRequest sent = *onward;
    sent.url = (url.ends_with('/') ? url.substr(0, url.size() - 1) : url) + onward->url;
    const std::string what = sent.method + " " + sent.url.substr(0, sent.url.find('?'));
    forwarder->send(once_more ? Forwarder::Way::first : Forwarder::Way::second, std::move(sent),
                    until, [what, forward, respond](const Result<peers::PeerAnswer>& answer) {
                      respond(answer_of(answer, what, forward));
                    });
  };
}

std::function<Response(int, std::string)> json_with(int status) {
  return [status](int, std::string body) { return json(status, std::move(body)); };
}

}  // namespace millrace::rest
