#include "rest/handlers.h"
#include "rest/route.h"

namespace millrace::rest {

namespace {

constexpr Route table[] = {
    {"GET", "/", get_root, Takes::anything},
    {"GET", "/health", get_health, Takes::anything, &ReplyLimits::probe, health_timed_out},
    {"GET", "/openapi.json", get_openapi, Takes::anything},  // ours; Java has no such path
    {"GET", "/connectors", list_connectors},
    {"POST", "/connectors", create_connector},
    {"GET", "/connectors/{name}", get_connector},
    {"DELETE", "/connectors/{name}", delete_connector},
    {"GET", "/connectors/{name}/config", get_config},
    {"PUT", "/connectors/{name}/config", put_config},
    {"GET", "/connectors/{name}/status", get_status},
    {"GET", "/connectors/{name}/tasks", get_tasks},
    {"GET", "/connectors/{name}/tasks/{task}/status", get_task_status},
    {"POST", "/connectors/{name}/tasks/{task}/restart", restart_task},
    {"PUT", "/connectors/{name}/pause", pause_connector},
    {"PUT", "/connectors/{name}/resume", resume_connector},
    {"PUT", "/connectors/{name}/stop", stop_connector},
    {"POST", "/connectors/{name}/restart", restart_connector},
    {"GET", "/connector-plugins", list_plugins},
};

}  // namespace

std::span<const Route> routes() { return table; }

}  // namespace millrace::rest
