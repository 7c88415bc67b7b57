#include "rest/json.h"

#include "rest/json_writer.h"

namespace millrace::rest {

namespace {

void write(JsonWriter& json, const ConfigMap& config) {
  json.begin_object();
  for (const auto& [key, value] : config) json.key(key).nullable(value);
  json.end_object();
}

void write(JsonWriter& json, const TaskId& id) {
  json.begin_object()
      .key("connector")
      .string(id.connector)
      .key("task")
      .number(std::int64_t{id.task});
  json.end_object();
}

void write_members(JsonWriter& json, const Status& status) {
  json.key("state").string(to_string(status.state));
  json.key("worker_id").string(status.worker_id);
  if (status.version) json.key("version").string(*status.version);
  if (!status.trace.empty()) json.key("trace").string(status.trace);
}

void write(JsonWriter& json, const TaskStatus& task) {
  json.begin_object().key("id").number(std::int64_t{task.id.task});
  write_members(json, task.status);
  json.end_object();
}

void write(JsonWriter& json, const ConnectorStatus& status) {
  json.begin_object().key("name").string(status.name).key("connector").begin_object();
  write_members(json, status.connector);
  json.end_object().key("tasks").begin_list();
  for (const TaskStatus& task : status.tasks) write(json, task);
  json.end_list().key("type").string(to_string(status.type)).end_object();
}

void write(JsonWriter& json, const ConnectorInfo& info) {
  json.begin_object().key("name").string(info.name).key("config");
  write(json, info.config);
  json.key("tasks").begin_list();
  for (const TaskId& id : info.tasks) write(json, id);
  json.end_list().key("type").string(to_string(info.type)).end_object();
}

template <class T>
std::string written(const T& value) {
  JsonWriter json;
  write(json, value);
  return json.take();
}

}  // namespace

std::string error_json(std::int64_t code, const std::optional<std::string>& message) {
  JsonWriter json;
  json.begin_object().key("error_code").number(code).key("message").nullable(message);
  return json.end_object().take();
}

std::string server_json(std::string_view version, std::string_view commit,
                        std::string_view cluster_id) {
  JsonWriter json;
  json.begin_object().key("version").string(version).key("commit").string(commit);
  json.key("kafka_cluster_id");
  cluster_id.empty() ? json.null() : json.string(cluster_id);
  return json.end_object().take();
}

std::string health_json(std::string_view status, std::string_view message) {
  JsonWriter json;
  json.begin_object().key("status").string(status).key("message").string(message);
  return json.end_object().take();
}

std::string message_json(std::string_view message) {
  JsonWriter json;
  return json.begin_object().key("message").string(message).end_object().take();
}

std::string to_json(const std::vector<std::string>& names) {
  JsonWriter json;
  json.begin_list();
  for (const std::string& name : names) json.string(name);
  return json.end_list().take();
}

std::string to_json(const ConfigMap& config) { return written(config); }

std::string create_json(const std::string& name, const ConfigMap& config,
                        std::optional<TargetState> initial_state) {
  JsonWriter json;
  json.begin_object().key("name").string(name).key("config");
  write(json, config);
  json.key("initial_state");
  if (!initial_state) {
    json.null();
  } else {
    json.string(*initial_state == TargetState::started ? "RUNNING" : to_string(*initial_state));
  }
  return json.end_object().take();
}

std::string to_json(const ConnectorInfo& info) { return written(info); }
std::string to_json(const ConnectorStatus& status) { return written(status); }
std::string to_json(const TaskStatus& status) { return written(status); }

std::string to_json(const std::vector<TaskInfo>& tasks) {
  JsonWriter json;
  json.begin_list();
  for (const TaskInfo& task : tasks) {
    json.begin_object().key("id");
    write(json, task.id);
    json.key("config");
    write(json, task.config);
    json.end_object();
  }
  return json.end_list().take();
}

std::string to_json(const std::vector<PluginInfo>& plugins) {
  JsonWriter json;
  json.begin_list();
  for (const PluginInfo& plugin : plugins) {
    json.begin_object().key("class").string(plugin.class_name).key("type").string(plugin.type);
    if (plugin.version) json.key("version").string(*plugin.version);
    json.end_object();
  }
  return json.end_list().take();
}

std::string topics_json(std::string_view connector, const std::vector<std::string>& topics) {
  JsonWriter json;
  json.begin_object().key(connector).begin_object().key("topics").begin_list();
  for (const std::string& topic : topics) json.string(topic);
  return json.end_list().end_object().end_object().take();
}

std::string to_json(const std::vector<Expanded>& connectors) {
  JsonWriter json;
  json.begin_object();
  for (const Expanded& connector : connectors) {
    json.key(connector.name).begin_object();
    for (const Expanded::Member& member : connector.members) {
      json.key(member.is_status ? "status" : "info");
      if (member.status) {
        write(json, *member.status);
      } else if (member.info) {
        write(json, *member.info);
      } else {
        json.null();
      }
    }
    json.end_object();
  }
  return json.end_object().take();
}

}  // namespace millrace::rest
