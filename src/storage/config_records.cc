#include "storage/config_records.h"

#include "base/base64.h"
#include "storage/json_text.h"
#include "storage/record_json.h"

#include <utility>

#include <fmt/format.h>

namespace millrace::storage {
namespace {

using convert::JsonKind;
using convert::JsonNode;

constexpr std::string_view connector_prefix = "connector-";
constexpr std::string_view target_prefix = "target-state-";
constexpr std::string_view task_prefix = "task-";
constexpr std::string_view commit_prefix = "commit-";
constexpr std::string_view fencing_prefix = "tasks-fencing-";
constexpr std::string_view restart_prefix = "restart-connector-";
constexpr std::string_view log_level_prefix = "logger-cluster-";

std::string joined(std::string_view prefix, std::string_view name) {
  return std::string(prefix) += name;
}

/// Errors: the value is no object, a tombstone among others.
Result<void> need_object(const JsonNode* value) {
  if (value == nullptr) return wrong("null, where nothing may be deleted");
  if (value->kind != JsonKind::object) return wrong_member("value", value, "an object");
  return {};
}

Result<ConfigMap> read_properties(const JsonNode* value) {
  MILLRACE_TRY(need_object(value));
  const JsonNode* properties = value->member("properties");
  if (properties == nullptr || properties->kind != JsonKind::object) {
    return wrong_member("properties", properties, "an object");
  }
  ConfigMap config;
  for (const JsonNode* at = properties->first(); at != properties->end();) {
    const JsonNode* text = at->next();
    if (!is_json_null(text) && text->kind != JsonKind::string) {
      return wrong("the value of " + quoted(at->text) + " is no text");
    }
    config.set(std::string(at->text), json_text(text));
    at = text->next();
  }
  return config;
}

Result<std::int32_t> read_count(const JsonNode* value, std::string_view member) {
  MILLRACE_TRY(need_object(value));
  const JsonNode* number = value->member(member);
  const std::optional<std::int32_t> count = json_int32(number);
  if (!count || *count < 0) return wrong_member(member, number, "a number of tasks");
  return *count;
}

Result<ConfigRecord> read_connector(std::string name, const JsonNode* value) {
  if (value == nullptr) return ConfigRecord{ConnectorRecord{std::move(name), std::nullopt}};
  Result<ConfigMap> config = read_properties(value);
  if (!config) return std::move(config.error());
  return ConfigRecord{ConnectorRecord{std::move(name), std::move(*config)}};
}

Result<ConfigRecord> read_target(std::string name, const JsonNode* value) {
  if (value == nullptr) return ConfigRecord{TargetRecord{std::move(name), std::nullopt}};
  MILLRACE_TRY(need_object(value));
  // Older workers know the first word alone, and no STOPPED.
  const JsonNode* old = value->member("state");
  const JsonNode* state = value->member("state.v2");
  if (!json_text(state)) state = old;
  const std::optional<std::string> word = json_text(state);
  if (!word) return wrong_member("state", state, "a text");
  for (const auto target : {TargetState::started, TargetState::paused, TargetState::stopped}) {
    if (*word == to_string(target)) return ConfigRecord{TargetRecord{std::move(name), target}};
  }
  return wrong("the state is none of STARTED, PAUSED and STOPPED");
}

Result<ConfigRecord> read_task(std::string name, const JsonNode* value) {
  std::optional<TaskId> id = task_of(name);
  if (!id) return wrong("the key does not end with the number of a task");
  Result<ConfigMap> config = read_properties(value);
  if (!config) return std::move(config.error());
  return ConfigRecord{TaskRecord{std::move(*id), std::move(*config)}};
}

Result<ConfigRecord> read_commit(std::string name, const JsonNode* value) {
  const Result<std::int32_t> tasks = read_count(value, "tasks");
  if (!tasks) return tasks.error();
  return ConfigRecord{CommitRecord{std::move(name), *tasks}};
}

Result<ConfigRecord> read_fencing(std::string name, const JsonNode* value) {
  const Result<std::int32_t> tasks = read_count(value, "task-count");
  if (!tasks) return tasks.error();
  return ConfigRecord{FencingRecord{std::move(name), *tasks}};
}

Result<ConfigRecord> read_restart(std::string name, const JsonNode* value) {
  MILLRACE_TRY(need_object(value));
  const auto flag = [value](std::string_view member) {
    const JsonNode* found = value->member(member);
    return found != nullptr && found->kind == JsonKind::boolean && found->is_true;
  };
  return ConfigRecord{RestartWish{std::move(name), flag("include-tasks"), flag("only-failed")}};
}

Result<ConfigRecord> read_log_level(std::string name, const JsonNode* value) {
  MILLRACE_TRY(need_object(value));
  const std::optional<std::string> word = json_text(value->member("level"));
  if (!word) return wrong_member("level", value->member("level"), "a text");
  const std::optional<log::Level> level = log::parse_level(*word);
  if (!level) return wrong("'level' is the name of no level");
  return ConfigRecord{LogLevelRecord{std::move(name), *level}};
}

Result<ConfigRecord> read_session_key(const JsonNode* value) {
  MILLRACE_TRY(need_object(value));
  const std::optional<std::string> text = json_text(value->member("key"));
  if (!text) return wrong_member("key", value->member("key"), "a text");
  std::optional<std::string> bytes = decode_base64(*text);
  if (!bytes) return wrong("'key' is no base64");
  std::optional<std::string> algorithm = json_text(value->member("algorithm"));
  if (!algorithm) return wrong_member("algorithm", value->member("algorithm"), "a text");
  const JsonNode* created = value->member("creation-timestamp");
  const std::optional<std::int64_t> time = json_integer(created);
  if (!time) return wrong_member("creation-timestamp", created, "a time");
  return ConfigRecord{SessionKey{std::move(*bytes), std::move(*algorithm), *time}};
}

struct Kind {
  std::string_view prefix;
  Result<ConfigRecord> (*read)(std::string name, const JsonNode* value);
};
constexpr Kind kinds[] = {
    {target_prefix, read_target},       {connector_prefix, read_connector},
    {task_prefix, read_task},           {commit_prefix, read_commit},
    {fencing_prefix, read_fencing},     {restart_prefix, read_restart},
    {log_level_prefix, read_log_level},
};

Result<ConfigRecord> read_by_key(const std::optional<std::string_view>& key,
                                 const JsonNode* value) {
  if (!key) return wrong("no key says what it is");
  if (*key == session_key_key) return read_session_key(value);
  for (const Kind& kind : kinds) {
    if (key->starts_with(kind.prefix)) {
      return kind.read(key_text(key->substr(kind.prefix.size())), value);
    }
  }
  return wrong("the key is none that the config topic has");
}

Error named(const LogRecord& record, const Error& problem) {
  return wrong(record_name(record, false) + ": " + problem.message());
}

/// False: it is no UTF-8.
bool append_nullable(std::string& out, const std::optional<std::string>& text) {
  if (text) return append_json_text(out, *text);
  out += "null";
  return true;
}

}  // namespace

std::string connector_key(std::string_view name) { return joined(connector_prefix, name); }
std::string target_key(std::string_view name) { return joined(target_prefix, name); }
std::string task_key(const TaskId& id) { return joined(task_prefix, id.to_string()); }
std::string commit_key(std::string_view name) { return joined(commit_prefix, name); }
std::string fencing_key(std::string_view name) { return joined(fencing_prefix, name); }
std::string restart_key(std::string_view name) { return joined(restart_prefix, name); }
std::string log_level_key(std::string_view logger) { return joined(log_level_prefix, logger); }

Result<std::string> properties_value(const ConfigMap& config) {
  std::string out = R"({"properties":{)";
  for (const auto& [key, value] : config) {
    if (out.back() != '{') out += ',';
    if (!append_json_text(out, key)) {
      return Error{ErrorCode::invalid_config, "the name of a setting is no UTF-8 text"};
    }
    out += ':';
    if (!append_nullable(out, value)) {
      return Error{ErrorCode::invalid_config, "the value of '" + key + "' is no UTF-8 text"};
    }
  }
  return out + "}}";
}

std::string target_value(TargetState state) {
  const std::string_view old =
      to_string(state == TargetState::stopped ? TargetState::paused : state);
  return fmt::format(R"({{"state":"{}","state.v2":"{}"}})", old, to_string(state));
}

std::string commit_value(std::int32_t tasks) { return fmt::format(R"({{"tasks":{}}})", tasks); }
std::string fencing_value(std::int32_t tasks) {
  return fmt::format(R"({{"task-count":{}}})", tasks);
}

Result<std::string> session_key_value(const SessionKey& key) {
  std::string out = R"({"key":")";
  append_base64(out, key.bytes);
  out += R"(","algorithm":)";
  if (!append_json_text(out, key.algorithm)) {
    return Error{ErrorCode::invalid_config, "the algorithm of the session key is no UTF-8 text"};
  }
  return out + fmt::format(R"(,"creation-timestamp":{}}})", key.created_ms);
}

std::string restart_value(const RestartWish& wish) {
  return fmt::format(R"({{"include-tasks":{},"only-failed":{}}})", wish.include_tasks,
                     wish.only_failed);
}

std::string log_level_value(log::Level level) {
  return fmt::format(R"({{"level":"{}"}})", log::to_string(level));
}

ConfigReading read_config_record(const LogRecord& record) {
  RecordJson json;
  if (record.value) {
    if (const Result<void> read = json.read(*record.value); !read) {
      return {named(record, read.error()), false};
    }
  }
  Result<ConfigRecord> content = read_by_key(record.key, json.value());
  if (!content) return {named(record, content.error()), true};
  return {std::move(content), true};
}

}  // namespace millrace::storage
