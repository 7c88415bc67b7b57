#include "storage/status_records.h"

#include "storage/json_text.h"
#include "storage/record_json.h"

#include <utility>

#include <fmt/format.h>

namespace millrace::storage {
namespace {

using convert::JsonKind;
using convert::JsonNode;

constexpr std::string_view connector_prefix = "status-connector-";
constexpr std::string_view task_prefix = "status-task-";
constexpr std::string_view topic_prefix = "status-topic-";
constexpr std::string_view topic_separator = ":connector-";

std::optional<State> parse_state(std::string_view word) {
  for (int i = 0; i <= static_cast<int>(State::destroyed); ++i) {
    if (word == to_string(static_cast<State>(i))) return static_cast<State>(i);
  }
  return std::nullopt;
}

/// None where it may be left out, and is.
Result<std::optional<std::string>> optional_text(const JsonNode& object, std::string_view name) {
  const JsonNode* value = object.member(name);
  if (is_json_null(value)) return std::optional<std::string>();
  std::optional<std::string> text = json_text(value);
  if (!text) return wrong_member(name, value, "a text");
  return text;
}

Result<std::optional<StoredStatus>> read_status(const JsonNode* value) {
  if (value == nullptr) return std::optional<StoredStatus>();
  if (value->kind != JsonKind::object) return wrong_member("value", value, "an object");
  StoredStatus stored;
  const std::optional<std::string> word = json_text(value->member("state"));
  const std::optional<State> state = word ? parse_state(*word) : std::nullopt;
  if (!state) return wrong("'state' is the name of no state");
  stored.status.state = *state;
  std::optional<std::string> worker = json_text(value->member("worker_id"));
  if (!worker) return wrong_member("worker_id", value->member("worker_id"), "a text");
  stored.status.worker_id = std::move(*worker);
  const std::optional<std::int32_t> generation = json_int32(value->member("generation"));
  if (!generation) return wrong_member("generation", value->member("generation"), "an integer");
  stored.generation = *generation;
  Result<std::optional<std::string>> trace = optional_text(*value, "trace");
  if (!trace) return std::move(trace.error());
  stored.status.trace = std::move(*trace).value_or("");
  Result<std::optional<std::string>> version = optional_text(*value, "version");
  if (!version) return std::move(version.error());
  stored.status.version = std::move(*version);
  return std::optional<StoredStatus>(std::move(stored));
}

Result<StatusRecord> read_connector(std::string name, const JsonNode* value) {
  Result<std::optional<StoredStatus>> status = read_status(value);
  if (!status) return std::move(status.error());
  return StatusRecord{ConnectorStatusRecord{std::move(name), std::move(*status)}};
}

Result<StatusRecord> read_task(const std::string& name, const JsonNode* value) {
  std::optional<TaskId> id = task_of(name);
  if (!id) return wrong("the key does not end with the number of a task");
  Result<std::optional<StoredStatus>> status = read_status(value);
  if (!status) return std::move(status.error());
  return StatusRecord{TaskStatusRecord{std::move(*id), std::move(*status)}};
}

// Topics have no colon in their names, connectors may.
Result<StatusRecord> read_topic(const std::string& name, const JsonNode* value) {
  const std::size_t colon = name.find(':');
  if (colon == std::string::npos || !name.substr(colon).starts_with(topic_separator)) {
    return wrong("the key is not of the form status-topic-TOPIC:connector-CONNECTOR");
  }
  TopicUseRecord record{name.substr(colon + topic_separator.size()), name.substr(0, colon), {}};
  if (value == nullptr) return StatusRecord{std::move(record)};
  const JsonNode* object = value->member("topic");
  if (object == nullptr || object->kind != JsonKind::object) {
    return wrong_member("topic", object, "an object");
  }
  const std::optional<std::int32_t> task = json_int32(object->member("task"));
  if (!task) return wrong_member("task", object->member("task"), "an integer");
  const JsonNode* time = object->member("discoverTimestamp");
  const std::optional<std::int64_t> discovered = json_integer(time);
  if (!discovered) return wrong_member("discoverTimestamp", time, "a time");
  for (const std::string_view text : {"name", "connector"}) {
    if (!json_text(object->member(text))) return wrong_member(text, object->member(text), "a text");
  }
  record.use = TopicUse{record.topic, *task, *discovered};
  return StatusRecord{std::move(record)};
}

Result<StatusRecord> read_by_key(const std::optional<std::string_view>& key,
                                 const JsonNode* value) {
  if (!key) return wrong("no key says what it is");
  const auto rest = [&key](std::string_view prefix) {
    return key_text(key->substr(prefix.size()));
  };
  if (key->starts_with(connector_prefix)) return read_connector(rest(connector_prefix), value);
  if (key->starts_with(task_prefix)) return read_task(rest(task_prefix), value);
  if (key->starts_with(topic_prefix)) return read_topic(rest(topic_prefix), value);
  return wrong("the key is none that the status topic has");
}

void append_text(std::string& out, std::string_view text) {
  append_json_text(out, key_text(text));  // which never fails after that
}
void append_nullable(std::string& out, const std::optional<std::string>& text) {
  text ? append_text(out, *text) : void(out += "null");
}

}  // namespace

std::string connector_status_key(std::string_view connector) {
  return fmt::format("{}{}", connector_prefix, connector);
}
std::string task_status_key(const TaskId& id) {
  return fmt::format("{}{}", task_prefix, id.to_string());
}
std::string topic_use_key(std::string_view connector, std::string_view topic) {
  return fmt::format("{}{}{}{}", topic_prefix, topic, topic_separator, connector);
}

std::string status_value(const StoredStatus& stored) {
  const Status& status = stored.status;
  std::string out = fmt::format(R"({{"state":"{}","trace":)", to_string(status.state));
  append_nullable(out, status.trace.empty() ? std::nullopt : std::optional(status.trace));
  out += R"(,"worker_id":)";
  append_text(out, status.worker_id);
  out += fmt::format(R"(,"generation":{},"version":)", stored.generation);
  append_nullable(out, status.version);
  return out + "}";
}

std::string topic_use_value(std::string_view connector, const TopicUse& use) {
  std::string out = R"({"topic":{"name":)";
  append_text(out, use.topic);
  out += R"(,"connector":)";
  append_text(out, connector);
  return out + fmt::format(R"(,"task":{},"discoverTimestamp":{}}}}})", use.task, use.discovered_ms);
}

Result<StatusRecord> read_status_record(const LogRecord& record) {
  const auto named = [&record](const Error& problem) {
    return wrong(record_name(record, true) + ": " + problem.message());
  };
  RecordJson json;
  if (record.value) {
    if (const Result<void> read = json.read(*record.value); !read) return named(read.error());
  }
  Result<StatusRecord> content = read_by_key(record.key, json.value());
  if (!content) return named(content.error());
  return content;
}

}  // namespace millrace::storage
