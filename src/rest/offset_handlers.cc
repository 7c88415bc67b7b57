#include "rest/body.h"
#include "rest/handlers.h"
#include "rest/json.h"
#include "rest/status.h"

namespace millrace::rest {

namespace {

/// 200 with what has happened, in the words that clients know.
Herder::Reply<bool> change_reply(const Request& request, std::string_view done, Respond respond) {
  // As it was sent: the other worker finds the same in it.
  Elsewhere onward = elsewhere(request, {request.body, {}, json_with(200)}, respond);
  return {
      [done, respond = std::move(respond)](const Result<bool>& handled) {
        if (!handled) return respond(error_response(handled.error()));
        const std::string verb(done);
        respond(json(
            200, message_json(*handled ? "The offsets for this connector have been " + verb +
                                             " successfully"
                                       : "The Connect framework-managed offsets for this connector "
                                         "have been " +
                                             verb +
                                             " successfully. However, if this connector manages "
                                             "offsets externally, they will need to be manually " +
                                             verb + " in the system that the connector uses.")));
      },
      request.progress, std::move(onward)};
}

Response tracking_disabled() { return error_response(403, "Topic tracking is disabled."); }

}  // namespace

void get_offsets(Herder& herder, const Request& request, Respond respond) {
  herder.connector_offsets(
      request.parameter("name"),
      {[respond = std::move(respond)](const Result<std::vector<ConnectorOffset>>& offsets) {
         respond(offsets ? json(200, to_json(*offsets)) : error_response(offsets.error()));
       },
       request.progress});
}

void alter_offsets(Herder& herder, const Request& request, Respond respond) {
  Result<std::vector<ConnectorOffset>> changes = read_offsets(request.body);
  if (!changes) return respond(error_response(changes.error()));
  herder.alter_offsets(request.parameter("name"), *std::move(changes),
                       change_reply(request, "altered", std::move(respond)));
}

void reset_offsets(Herder& herder, const Request& request, Respond respond) {
  herder.reset_offsets(request.parameter("name"),
                       change_reply(request, "reset", std::move(respond)));
}

Response get_topics(Herder& herder, const Request& request) {
  if (!herder.topic_tracking().enabled) return tracking_disabled();
  const std::string& name = request.parameter("name");
  return json(200, topics_json(name, herder.active_topics(name)));
}

void reset_topics(Herder& herder, const Request& request, Respond respond) {
  if (!herder.topic_tracking().enabled) return respond(tracking_disabled());
  if (!herder.topic_tracking().reset_allowed) {
    return respond(error_response(403, "Topic tracking reset is disabled."));
  }
  herder.reset_active_topics(request.parameter("name"),
                             bare_reply(202, request, std::move(respond)));
}

}  // namespace millrace::rest
