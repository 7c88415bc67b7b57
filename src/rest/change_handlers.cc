#include "rest/body.h"
#include "rest/handlers.h"
#include "rest/json.h"
#include "rest/status.h"
#include "rest/uri.h"

namespace millrace::rest {

namespace {

/// Sees that the configuration bears the connector's name.
Result<void> settle_name(ConfigMap& config, const std::string& name) {
  if (const std::string* inside = config.find("name"); inside == nullptr) {
    config.set("name", name);
  } else if (*inside != name) {
    return Error{ErrorCode::invalid_config, "Connector name configuration (" + *inside +
                                                ") doesn't match connector name in the URL (" +
                                                name + ")"};
  }
  return {};
}

/// 201 with the place of the new connector, or 200.
Herder::Reply<PutResult> put_reply(const Request& request, Respond respond) {
  return {[base = request.base_url, respond = std::move(respond)](const Result<PutResult>& put) {
            if (!put) return respond(error_response(put.error()));
            Response response = json(put->created ? 201 : 200, to_json(put->info));
            if (put->created) {
              response.headers.emplace_back("Location",
                                            base + "/connectors/" + encode_path(put->info.name));
            }
            respond(std::move(response));
          },
          request.progress};
}

}  // namespace

Herder::Reply<void> bare_reply(int status, const Request& request, Respond respond) {
  return {[status, respond = std::move(respond)](const Result<void>& result) {
            respond(result ? no_body(status) : error_response(result.error()));
          },
          request.progress};
}

void create_connector(Herder& herder, const Request& request, Respond respond) {
  Result<CreateRequest> create = read_create_request(request.body);
  if (!create) return respond(error_response(create.error()));
  if (const Result<void> settled = settle_name(create->config, create->name); !settled) {
    return respond(error_response(settled.error()));
  }
  herder.put_connector(create->name, std::move(create->config), true, create->initial_state,
                       put_reply(request, std::move(respond)));
}

void put_config(Herder& herder, const Request& request, Respond respond) {
  const std::string& name = request.parameter("name");
  Result<ConfigMap> config = read_config(request.body);
  if (!config) return respond(error_response(config.error()));
  if (const Result<void> settled = settle_name(*config, name); !settled) {
    return respond(error_response(settled.error()));
  }
  herder.put_connector(name, std::move(*config), false, std::nullopt,
                       put_reply(request, std::move(respond)));
}

void patch_config(Herder& herder, const Request& request, Respond respond) {
  Result<ConfigMap> patch = read_config(request.body);
  if (!patch) return respond(error_response(patch.error()));
  herder.patch_connector(
      request.parameter("name"), *std::move(patch),
      {[respond = std::move(respond)](const Result<ConnectorInfo>& info) {
         respond(info ? json(200, to_json(*info)) : error_response(info.error()));
       },
       request.progress});
}

void delete_connector(Herder& herder, const Request& request, Respond respond) {
  herder.delete_connector(request.parameter("name"), bare_reply(204, request, std::move(respond)));
}

void pause_connector(Herder& herder, const Request& request, Respond respond) {
  herder.set_target_state(request.parameter("name"), TargetState::paused,
                          bare_reply(202, request, std::move(respond)));
}

void resume_connector(Herder& herder, const Request& request, Respond respond) {
  herder.set_target_state(request.parameter("name"), TargetState::started,
                          bare_reply(202, request, std::move(respond)));
}

void stop_connector(Herder& herder, const Request& request, Respond respond) {
  herder.set_target_state(request.parameter("name"), TargetState::stopped,
                          bare_reply(204, request, std::move(respond)));
}

void restart_connector(Herder& herder, const Request& request, Respond respond) {
  const Herder::RestartRequest what{request.flag("includeTasks"), request.flag("onlyFailed")};
  const std::string& name = request.parameter("name");
  if (!what.include_tasks && !what.only_failed) {
    return herder.restart_connector(name, bare_reply(204, request, std::move(respond)));
  }
  herder.restart_connector_and_tasks(
      name, what,
      {[respond = std::move(respond)](const Result<ConnectorStatus>& status) {
         respond(status ? json(202, to_json(*status)) : error_response(status.error()));
       },
       request.progress});
}

void restart_task(Herder& herder, const Request& request, Respond respond) {
  const std::optional<TaskId> task = task_of(request);
  if (!task) return respond(error_response(404, "HTTP 404 Not Found"));
  herder.restart_task(*task, bare_reply(204, request, std::move(respond)));
}

}  // namespace millrace::rest
