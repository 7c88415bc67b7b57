#include "rest/access.h"

#include "rest/request_log.h"

namespace millrace::rest {

std::optional<Response> Access::refuse(const Request& request) const {
  if (auth == nullptr || auth->admits(request)) return std::nullopt;
  const bool options = request.method == "OPTIONS";
  return Response{
      401, "User cannot access the resource.", options ? "text/plain" : std::string(json_type), {}};
}

void Access::add_headers(const Request& request, std::chrono::system_clock::time_point now,
                         NameValues& added) const {
  for (const config::HeaderRule& rule : headers) {
    std::string value = rule.is_date ? http_date(now + rule.from_now) : rule.value;
    if (rule.replaces) {
      set_header(added, rule.name, std::move(value));
    } else {
      added.emplace_back(rule.name, std::move(value));
    }
  }
  if (cors) cors->add_headers(request, added);
}

}  // namespace millrace::rest
