#include "rest/body.h"
#include "rest/handlers.h"
#include "rest/json.h"
#include "rest/status.h"

namespace millrace::rest {

namespace {

/// Without the one "Connector" at the end, unless that is all.
std::string_view without_suffix(std::string_view name) {
  constexpr std::string_view suffix = "Connector";
  if (name.size() > suffix.size() && name.ends_with(suffix)) name.remove_suffix(suffix.size());
  return name;
}

}  // namespace

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

Response get_plugin_config(Herder& herder, const Request& request) {
  std::optional<std::string_view> version;
  for (const auto& [name, value] : request.query) {
    if (name == "version" && !version) version = value;
  }
  const Result<std::vector<ConfigKey>> definitions =
      herder.plugin_config(request.parameter("plugin"), version);
  return definitions ? json(200, to_json(*definitions)) : error_response(definitions.error());
}

void validate_config(Herder& herder, const Request& request, Respond respond) {
  Result<ConfigMap> config = read_config(request.body);
  if (!config) return respond(error_response(config.error()));
  const std::string& asked = request.parameter("plugin");
  const std::string* given = config->find("connector.class");
  if (given != nullptr && !without_suffix(*given).ends_with(without_suffix(asked))) {
    return respond(error_response(
        400, "Included connector type " + *given + " does not match request type " + asked));
  }
  herder.validate(
      *std::move(config),
      {[respond = std::move(respond)](const Result<Herder::Validation>& validation) {
         respond(validation ? json(200, to_json(*validation)) : error_response(validation.error()));
       },
       request.progress});
}

Response validation_timed_out(Herder&, const Progress& progress) {
  std::string message = timeout_message(progress);
  if (message.ends_with('.')) message.pop_back();  // as Java has it, here alone
  return error_response(500, message);
}

}  // namespace millrace::rest
