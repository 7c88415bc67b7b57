#include "base/ascii.h"
#include "base/log.h"
#include "rest/body.h"
#include "rest/handlers.h"
#include "rest/json.h"
#include "rest/status.h"

#include <algorithm>

namespace millrace::rest {

namespace {

/// The root logger's name is known in any case.
std::string logger_of(const Request& request) {
  const std::string& name = request.parameter("logger");
  return ascii::same_ignoring_case(name, "root") ? "root" : name;
}

/// "cluster" in any case; everything else is the worker.
bool whole_cluster(const Request& request) {
  const auto it = std::ranges::find(request.query, "scope", &NameValues::value_type::first);
  return it != request.query.end() && ascii::same_ignoring_case(it->second, "cluster");
}

}  // namespace

Response list_loggers(Herder&, const Request&) {
  std::vector<log::LoggerState> loggers = log::loggers();
  std::erase_if(loggers, [](const auto& logger) { return logger.level == log::Level::off; });
  std::ranges::sort(loggers, {}, &log::LoggerState::name);
  return json(200, to_json(loggers));
}

Response get_logger(Herder&, const Request& request) {
  const std::string name = logger_of(request);
  const std::vector<log::LoggerState> loggers = log::loggers();
  const auto it = std::ranges::find(loggers, name, &log::LoggerState::name);
  if (it == loggers.end()) return error_response(404, "Logger " + name + " not found.");
  return json(200, to_json(*it));
}

void set_logger(Herder& herder, const Request& request, Respond respond) {
  const Result<std::string> text = read_log_level(request.body);
  if (!text) return respond(error_response(text.error()));
  const std::optional<log::Level> level = log::parse_level(*text);
  if (!level) return respond(error_response(404, "invalid log level '" + *text + "'."));
  const std::string name = logger_of(request);
  if (whole_cluster(request)) {
    return herder.set_cluster_log_level(name, *level, bare_reply(204, request, std::move(respond)));
  }
  respond(json(200, to_json(log::set_level(name, *level))));
}

}  // namespace millrace::rest
