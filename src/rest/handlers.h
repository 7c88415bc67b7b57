#pragma once

#include "herder/herder.h"
#include "rest/forward.h"
#include "rest/route.h"

/// The handlers of the route table (routes.cc). What each one answers on success; errors are the
/// herder's, by status.h.
namespace millrace::rest {

Response get_root(Herder& herder, const Request& request);  ///< 200, the versions
void get_health(Herder& herder, const Request& request, Respond respond);
Response health_timed_out(Herder& herder, const Progress& progress);
Response get_openapi(Herder& herder, const Request& request);  ///< 200, the API's description

Response list_connectors(Herder& herder, const Request& request);  ///< names; a map with `expand`
Response get_connector(Herder& herder, const Request& request);
Response get_config(Herder& herder, const Request& request);
Response get_status(Herder& herder, const Request& request);
Response get_tasks(Herder& herder, const Request& request);
Response get_task_status(Herder& herder, const Request& request);

void create_connector(Herder& herder, const Request& request, Respond respond);  ///< 201
void put_config(Herder& herder, const Request& request, Respond respond);        ///< 200 or 201
void patch_config(Herder& herder, const Request& request, Respond respond);      ///< 200
void delete_connector(Herder& herder, const Request& request, Respond respond);  ///< 204

void pause_connector(Herder& herder, const Request& request, Respond respond);   ///< 202, no body
void resume_connector(Herder& herder, const Request& request, Respond respond);  ///< 202, no body
void stop_connector(Herder& herder, const Request& request, Respond respond);    ///< 204
/// 204; with a flag 202 and the state that shows what will be restarted.
void restart_connector(Herder& herder, const Request& request, Respond respond);
void restart_task(Herder& herder, const Request& request, Respond respond);  ///< 204

Response get_topics(Herder& herder, const Request& request);
void reset_topics(Herder& herder, const Request& request, Respond respond);  ///< 202, no body
void get_offsets(Herder& herder, const Request& request, Respond respond);
void alter_offsets(Herder& herder, const Request& request, Respond respond);  ///< 200, a sentence
void reset_offsets(Herder& herder, const Request& request, Respond respond);  ///< 200, a sentence

/// Between workers: 204.
void put_task_configs(Herder& herder, const Request& request, Respond respond);
void fence_zombies(Herder& herder, const Request& request, Respond respond);

Response list_plugins(Herder& herder, const Request& request);
Response get_plugin_config(Herder& herder, const Request& request);
void validate_config(Herder& herder, const Request& request, Respond respond);
Response validation_timed_out(Herder& herder, const Progress& progress);

Response list_loggers(Herder& herder, const Request& request);
Response get_logger(Herder& herder, const Request& request);
/// 200, the loggers that changed; 204 with scope=cluster.
void set_logger(Herder& herder, const Request& request, Respond respond);

/// The given status without a body, or the error.
Herder::Reply<void> bare_reply(int status, const Request& request, Respond respond);
/// The same, and another worker may have to do it.
Herder::Reply<void> bare_reply(int status, const Request& request, Respond respond,
                               Forward forward);

/// The task that a path names; none: its number is no 32-bit integer.
std::optional<TaskId> task_of(const Request& request);

}  // namespace millrace::rest
