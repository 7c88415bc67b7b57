#include "rest/handlers.h"
#include "rest/json.h"
#include "rest/openapi.h"
#include "rest/status.h"

#include <ctime>

#include <fmt/chrono.h>

namespace millrace::rest {

Response get_root(Herder& herder, const Request& request) {
  return json(
      200, server_json(request.about->version, request.about->commit, herder.kafka_cluster_id()));
}

void get_health(Herder& herder, const Request& request, Respond respond) {
  herder.ping({[&herder, progress = request.progress,
                respond = std::move(respond)](const Result<void>& answer) {
                 if (!answer && !herder.ready())
                   return respond(health_timed_out(herder, *progress));
                 respond(answer ? json(200, health_json("healthy",
                                                        "Worker has completed startup and is ready "
                                                        "to handle requests."))
                                : json(500, health_json("unhealthy", answer.error().message())));
               },
               request.progress});
}

Response health_timed_out(Herder& herder, const Progress& progress) {
  std::string stage = stage_sentence(progress);
  if (!stage.empty()) stage.insert(0, " ");
  if (!herder.ready()) {
    return json(503, health_json("starting", "Worker is still starting up." + stage));
  }
  return json(500, health_json("unhealthy",
                               "Worker was unable to handle this request and may be unable to "
                               "handle other requests." +
                                   stage));
}

Response get_openapi(Herder&, const Request&) { return json(200, std::string(openapi_document())); }

std::string stage_sentence(const Progress& progress) {
  const auto iso = [](Instant instant) {
    const auto milliseconds = instant.time_since_epoch().count();
    const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", parts, milliseconds % 1000);
  };
  const std::optional<Stage> stage = progress.stage();
  if (!stage) return {};
  if (!stage->completed) {
    return fmt::format("The worker is currently {}, which began at {}.", stage->what,
                       iso(stage->began));
  }
  return fmt::format(
      "The last operation the worker completed was {}, which began at {} and completed at {}.",
      stage->what, iso(stage->began), iso(*stage->completed));
}

std::string timeout_message(const Progress& progress) {
  const std::string stage = stage_sentence(progress);
  return stage.empty() ? "Request timed out" : "Request timed out. " + stage;
}

Response request_timed_out(Herder&, const Progress& progress) {
  return error_response(500, timeout_message(progress));
}

}  // namespace millrace::rest
