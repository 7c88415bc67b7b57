// Settings of connectors that Kafka Connect does not have, or judges only when the connector
// starts.
#include "config/connector_parts.h"
#include "config/topic_creation.h"

#include <utility>

namespace millrace::config {

namespace {

ConfigDef own_def(ConnectorKind kind) {
  ConfigDef def;
  def.define({.name = "errors.task.restart.max",
              .type = ConfigType::int32,
              .importance = Importance::low,
              .documentation = "How often a task that failed is restarted by itself; 0: never.",
              .default_value = "0",
              .validator = Validator::at_least(0)});
  if (kind == ConnectorKind::sink) return def;
  def.define({.name = "errors.deadletterqueue.topic.replication.factor",
              .type = ConfigType::int16,
              .documentation = "Copies of the dead letter topic when it is created.",
              .default_value = "3"});
  def.define({.name = "errors.deadletterqueue.context.headers.enable",
              .type = ConfigType::boolean,
              .documentation = "Whether dead letters carry headers that tell what happened.",
              .default_value = "false"});
  return def;
}

}  // namespace

void add_extras(const ConnectorRequest& request, ConnectorValidation& checked) {
  const auto add = [&checked](std::vector<ConfigValue> values) {
    for (ConfigValue& value : values) {
      if (value.errors.empty()) continue;
      checked.error_count += static_cast<int>(value.errors.size());
      checked.entries.push_back({std::nullopt, std::move(value)});
    }
  };
  add(own_def(request.kind).validate(request.properties));
  if (request.kind == ConnectorKind::source) add(topic_creation_errors(request.properties));
}

}  // namespace millrace::config
