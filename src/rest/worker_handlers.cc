#include "rest/handlers.h"
#include "rest/json.h"
#include "rest/openapi.h"
#include "rest/status.h"

namespace millrace::rest {

Response get_root(Herder& herder, const Request& request) {
  return json(
      200, server_json(request.about->version, request.about->commit, herder.kafka_cluster_id()));
}

void get_health(Herder& herder, const Request&, Respond respond) {
  // A probe that asks every second is better served now than after its own time limit.
  if (!herder.ready()) return respond(health_timed_out(herder));
  herder.ping([respond = std::move(respond)](const Result<void>& answer) {
    respond(answer ? json(200, health_json("healthy",
                                           "Worker has completed startup and is ready to handle "
                                           "requests."))
                   : json(500, health_json("unhealthy", answer.error().message())));
  });
}

Response health_timed_out(Herder& herder) {
  if (!herder.ready()) {
    return json(503, health_json("starting", "Worker is still starting up."));
  }
  return json(500, health_json("unhealthy",
                               "Worker was unable to handle this request and may be unable to "
                               "handle other requests."));
}

Response get_openapi(Herder&, const Request&) { return json(200, std::string(openapi_document())); }

Response list_plugins(Herder& herder, const Request& request) {
  // Absent means true; of what is given only "true" does.
  bool connectors_only = true;
  for (const auto& [name, value] : request.query) {
    if (name == "connectorsOnly") {
      connectors_only = request.flag(name);
      break;
    }
  }
  return json(200, to_json(herder.plugins(connectors_only)));
}

Response request_timed_out(Herder&) { return error_response(500, "Request timed out"); }

}  // namespace millrace::rest
