#include "rest/json.h"

#include <nlohmann/json.hpp>

namespace millrace::rest {

namespace {

using Json = nlohmann::ordered_json;

/// Never throws: bytes that are no UTF-8 become U+FFFD.
std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const ConfigMap& config) {
  Json object = Json::object();
  for (const auto& [key, value] : config) object[key] = value ? Json(*value) : Json();
  return object;
}

Json json_of(const TaskId& id) { return {{"connector", id.connector}, {"task", id.task}}; }

void add(Json& object, const Status& status) {
  object["state"] = to_string(status.state);
  object["worker_id"] = status.worker_id;
  if (status.version) object["version"] = *status.version;
  if (!status.trace.empty()) object["trace"] = status.trace;
}

Json json_of(const TaskStatus& task) {
  Json object = {{"id", task.id.task}};
  add(object, task.status);
  return object;
}

Json json_of(const ConnectorStatus& status) {
  Json object = {{"name", status.name}, {"connector", Json::object()}, {"tasks", Json::array()}};
  add(object["connector"], status.connector);
  for (const TaskStatus& task : status.tasks) object["tasks"].push_back(json_of(task));
  object["type"] = to_string(status.type);
  return object;
}

Json json_of(const ConnectorInfo& info) {
  Json object = {{"name", info.name}, {"config", json_of(info.config)}, {"tasks", Json::array()}};
  for (const TaskId& id : info.tasks) object["tasks"].push_back(json_of(id));
  object["type"] = to_string(info.type);
  return object;
}

}  // namespace

std::string error_json(int code, std::string_view message) {
  return text_of({{"error_code", code}, {"message", message}});
}

std::string server_json(std::string_view version, std::string_view commit,
                        std::string_view cluster_id) {
  return text_of({{"version", version},
                  {"commit", commit},
                  {"kafka_cluster_id", cluster_id.empty() ? Json() : Json(cluster_id)}});
}

std::string health_json(std::string_view status, std::string_view message) {
  return text_of({{"status", status}, {"message", message}});
}

std::string to_json(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push_back(name);
  return text_of(list);
}

std::string to_json(const ConfigMap& config) { return text_of(json_of(config)); }
std::string to_json(const ConnectorInfo& info) { return text_of(json_of(info)); }
std::string to_json(const ConnectorStatus& status) { return text_of(json_of(status)); }
std::string to_json(const TaskStatus& status) { return text_of(json_of(status)); }

std::string to_json(const std::vector<TaskInfo>& tasks) {
  Json list = Json::array();
  for (const TaskInfo& task : tasks) {
    list.push_back({{"id", json_of(task.id)}, {"config", json_of(task.config)}});
  }
  return text_of(list);
}

std::string to_json(const std::vector<PluginInfo>& plugins) {
  Json list = Json::array();
  for (const PluginInfo& plugin : plugins) {
    Json object = {{"class", plugin.class_name}, {"type", plugin.type}};
    if (plugin.version) object["version"] = *plugin.version;
    list.push_back(std::move(object));
  }
  return text_of(list);
}

std::string to_json(const std::vector<Expanded>& connectors) {
  Json map = Json::object();
  for (const Expanded& connector : connectors) {
    Json& members = map[connector.name] = Json::object();
    for (const Expanded::Member& member : connector.members) {
      if (member.is_status) {
        members["status"] = member.status ? json_of(*member.status) : Json();
      } else {
        members["info"] = member.info ? json_of(*member.info) : Json();
      }
    }
  }
  return text_of(map);
}

}  // namespace millrace::rest
