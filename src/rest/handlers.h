#pragma once

#include "herder/herder.h"
#include "rest/route.h"

/// The handlers of the route table (routes.cc). What each one answers on success; errors are the
/// herder's, by status.h.
namespace millrace::rest {

Response get_root(Herder& herder, const Request& request);  ///< 200, the versions
void get_health(Herder& herder, const Request& request, Respond respond);
Response health_timed_out(Herder& herder);
Response get_openapi(Herder& herder, const Request& request);  ///< 200, the API's description
Response list_plugins(Herder& herder, const Request& request);

Response list_connectors(Herder& herder, const Request& request);  ///< names; a map with `expand`
Response get_connector(Herder& herder, const Request& request);
Response get_config(Herder& herder, const Request& request);
Response get_status(Herder& herder, const Request& request);
Response get_tasks(Herder& herder, const Request& request);
Response get_task_status(Herder& herder, const Request& request);

void create_connector(Herder& herder, const Request& request, Respond respond);  ///< 201
void put_config(Herder& herder, const Request& request, Respond respond);        ///< 200 or 201
void delete_connector(Herder& herder, const Request& request, Respond respond);  ///< 204

void pause_connector(Herder& herder, const Request& request, Respond respond);   ///< 202, no body
void resume_connector(Herder& herder, const Request& request, Respond respond);  ///< 202, no body
void stop_connector(Herder& herder, const Request& request, Respond respond);    ///< 204
/// 204; with a flag 202 and the state that shows what will be restarted.
void restart_connector(Herder& herder, const Request& request, Respond respond);
void restart_task(Herder& herder, const Request& request, Respond respond);  ///< 204

/// The task that a path names; none: its number is no 32-bit integer.
std::optional<TaskId> task_of(const Request& request);

}  // namespace millrace::rest
