// What workers of a cluster ask of each other. Signatures are the herder's affair.
#include "peers/signature.h"
#include "rest/body.h"
#include "rest/handlers.h"
#include "rest/status.h"

#include <optional>

namespace millrace::rest {

namespace {

Herder::Signed signed_part(const Request& request) {
  const auto text = [&request](std::string_view name) -> std::optional<std::string> {
    const std::string* value = request.header(name);
    return value == nullptr ? std::nullopt : std::optional(*value);
  };
  return {request.body, text(peers::signature_header), text(peers::algorithm_header)};
}

}  // namespace

void put_task_configs(Herder& herder, const Request& request, Respond respond) {
  Result<std::vector<ConfigMap>> configs = read_configs(request.body);
  if (!configs) return respond(error_response(configs.error()));
  herder.put_task_configs(request.parameter("name"), *std::move(configs), signed_part(request),
                          bare_reply(204, request, std::move(respond), {.body = request.body}));
}

void fence_zombies(Herder& herder, const Request& request, Respond respond) {
  herder.fence_zombies(request.parameter("name"), signed_part(request),
                       bare_reply(204, request, std::move(respond), {.body = request.body}));
}

}  // namespace millrace::rest
