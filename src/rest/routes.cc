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
    {"PATCH", "/connectors/{name}/config", patch_config},
    {"GET", "/connectors/{name}/status", get_status},
    {"GET", "/connectors/{name}/tasks", get_tasks},
    {"POST", "/connectors/{name}/tasks", put_task_configs, Takes::anything},
    {"PUT", "/connectors/{name}/fence", fence_zombies, Takes::anything},
    {"GET", "/connectors/{name}/tasks/{task}/status", get_task_status},
    {"POST", "/connectors/{name}/tasks/{task}/restart", restart_task},
    {"PUT", "/connectors/{name}/pause", pause_connector},
    {"PUT", "/connectors/{name}/resume", resume_connector},
    {"PUT", "/connectors/{name}/stop", stop_connector},
    {"POST", "/connectors/{name}/restart", restart_connector},
    {"GET", "/connectors/{name}/topics", get_topics},
    {"PUT", "/connectors/{name}/topics/reset", reset_topics},
    {"GET", "/connectors/{name}/offsets", get_offsets},
    {"PATCH", "/connectors/{name}/offsets", alter_offsets},
    {"DELETE", "/connectors/{name}/offsets", reset_offsets},
    {"GET", "/connector-plugins", list_plugins},
    {"GET", "/connector-plugins/{plugin}/config", get_plugin_config},
    {"PUT", "/connector-plugins/{plugin}/config/validate", validate_config, Takes::json,
     &ReplyLimits::change, validation_timed_out},
    {"GET", "/admin/loggers", list_loggers},
    {"GET", "/admin/loggers/{logger}", get_logger},
    {"PUT", "/admin/loggers/{logger}", set_logger},
};

}  // namespace

std::span<const Route> routes() { return table; }

}  // namespace millrace::rest
