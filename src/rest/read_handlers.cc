#include "rest/handlers.h"
#include "rest/json.h"
#include "rest/status.h"

#include <charconv>

namespace millrace::rest {

namespace {

template <class T>
Response answer(const Result<T>& result) {
  return result ? json(200, to_json(*result)) : error_response(result.error());
}

}  // namespace

Response list_connectors(Herder& herder, const Request& request) {
  std::vector<std::string_view> details;
  for (const auto& [name, value] : request.query) {
    if (name == "expand") details.push_back(value);
  }
  const std::vector<std::string> names = herder.connectors();
  if (details.empty()) return json(200, to_json(names));
  std::vector<Expanded> list;
  for (const std::string& name : names) {
    Expanded& one = list.emplace_back(Expanded{name, {}});
    for (const std::string_view detail : details) {
      if (detail == "status") {
        // No status yet: the member is left out.
        Result<ConnectorStatus> status = herder.connector_status(name);
        if (status) one.members.push_back({true, std::move(*status), std::nullopt});
      } else if (detail == "info") {
        Result<ConnectorInfo> info = herder.connector_info(name);
        one.members.push_back({false, std::nullopt, std::nullopt});
        if (info) one.members.back().info = std::move(*info);
      }
    }
  }
  return json(200, to_json(list));
}

Response get_connector(Herder& herder, const Request& request) {
  return answer(herder.connector_info(request.parameter("name")));
}

Response get_config(Herder& herder, const Request& request) {
  const Result<ConnectorInfo> info = herder.connector_info(request.parameter("name"));
  return info ? json(200, to_json(info->config)) : error_response(info.error());
}

Response get_status(Herder& herder, const Request& request) {
  return answer(herder.connector_status(request.parameter("name")));
}

Response get_tasks(Herder& herder, const Request& request) {
  return answer(herder.tasks(request.parameter("name")));
}

Response get_task_status(Herder& herder, const Request& request) {
  const std::optional<TaskId> task = task_of(request);
  if (!task) return error_response(404, "HTTP 404 Not Found");
  return answer(herder.task_status(*task));
}

std::optional<TaskId> task_of(const Request& request) {
  std::string_view digits = request.parameter("task");
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  TaskId id{request.parameter("name"), 0};
  const char* const end = digits.data() + digits.size();
  const auto [stop, problem] = std::from_chars(digits.data(), end, id.task);
  if (problem != std::errc() || stop != end) return std::nullopt;
  return id;
}

}  // namespace millrace::rest
