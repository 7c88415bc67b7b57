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

/// 201 with the place of the new connector, or 200. body: for another worker.
Herder::Reply<PutResult> put_reply(const Request& request, const std::string& name,
                                   std::string body, Respond respond) {
  const auto response = [place = request.base_url + "/connectors/" + encode_path(name)](
                            bool created, std::string info) {
    Response made = json(created ? 201 : 200, std::move(info));
    if (created) made.headers.emplace_back("Location", place);
    return made;
  };
  Forward forward{std::move(body), {}, [response](int status, std::string info) {
                    return response(status == 201, std::move(info));
                  }};
  Elsewhere onward = elsewhere(request, std::move(forward), respond);
  return {[response, respond = std::move(respond)](const Result<PutResult>& put) {
            respond(put ? response(put->created, to_json(put->info)) : error_response(put.error()));
          },
          request.progress, std::move(onward)};
}

Herder::Reply<void> bare_or_elsewhere(int status, const Request& request, Respond respond,
                                      Elsewhere onward) {
  return {[status, respond = std::move(respond)](const Result<void>& result) {
            respond(result ? no_body(status) : error_response(result.error()));
          },
          request.progress, std::move(onward)};
}

}  // namespace

Herder::Reply<void> bare_reply(int status, const Request& request, Respond respond) {
  return bare_or_elsewhere(status, request, std::move(respond), {});
}

Herder::Reply<void> bare_reply(int status, const Request& request, Respond respond,
                               Forward forward) {
  forward.bare_status = status;
  Elsewhere onward = elsewhere(request, std::move(forward), respond);
  return bare_or_elsewhere(status, request, std::move(respond), std::move(onward));
}

void create_connector(Herder& herder, const Request& request, Respond respond) {
  Result<CreateRequest> create = read_create_request(request.body);
  if (!create) return respond(error_response(create.error()));
  if (const Result<void> settled = settle_name(create->config, create->name); !settled) {
    return respond(error_response(settled.error()));
  }
  std::string body = create_json(create->name, create->config, create->initial_state);
  herder.put_connector(create->name, std::move(create->config), true, create->initial_state,
                       put_reply(request, create->name, std::move(body), std::move(respond)));
}

void put_config(Herder& herder, const Request& request, Respond respond) {
  const std::string& name = request.parameter("name");
  Result<ConfigMap> config = read_config(request.body);
  if (!config) return respond(error_response(config.error()));
  if (const Result<void> settled = settle_name(*config, name); !settled) {
    return respond(error_response(settled.error()));
  }
  std::string body = to_json(*config);
  herder.put_connector(name, std::move(*config), false, std::nullopt,
                       put_reply(request, name, std::move(body), std::move(respond)));
}

void patch_config(Herder& herder, const Request& request, Respond respond) {
  Result<ConfigMap> patch = read_config(request.body);
  if (!patch) return respond(error_response(patch.error()));
  Elsewhere onward = elsewhere(request, {to_json(*patch), {}, json_with(200)}, respond);
  herder.patch_connector(
      request.parameter("name"), *std::move(patch),
      {[respond = std::move(respond)](const Result<ConnectorInfo>& info) {
         respond(info ? json(200, to_json(*info)) : error_response(info.error()));
       },
       request.progress, std::move(onward)});
}

void delete_connector(Herder& herder, const Request& request, Respond respond) {
  herder.delete_connector(request.parameter("name"),
                          bare_reply(204, request, std::move(respond), Forward()));
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
                          bare_reply(204, request, std::move(respond), Forward()));
}

void restart_connector(Herder& herder, const Request& request, Respond respond) {
  const Herder::RestartRequest what{request.flag("includeTasks"), request.flag("onlyFailed")};
  const std::string& name = request.parameter("name");
  std::string query = std::string("&includeTasks=") + (what.include_tasks ? "true" : "false") +
                      "&onlyFailed=" + (what.only_failed ? "true" : "false");
  if (!what.include_tasks && !what.only_failed) {
    return herder.restart_connector(
        name, bare_reply(204, request, std::move(respond), {.query = std::move(query)}));
  }
  Elsewhere onward = elsewhere(request, {{}, std::move(query), json_with(202)}, respond);
  herder.restart_connector_and_tasks(
      name, what,
      {[respond = std::move(respond)](const Result<ConnectorStatus>& status) {
         respond(status ? json(202, to_json(*status)) : error_response(status.error()));
       },
       request.progress, std::move(onward)});
}

void restart_task(Herder& herder, const Request& request, Respond respond) {
  const std::optional<TaskId> task = task_of(request);
  if (!task) return respond(error_response(404, "HTTP 404 Not Found"));
  herder.restart_task(*task, bare_reply(204, request, std::move(respond), Forward()));
}

}  // namespace millrace::rest
