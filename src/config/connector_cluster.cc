// What a worker of a cluster asks of connectors.
#include "base/ascii.h"
#include "base/java_number.h"
#include "config/connector_parts.h"

#include <utility>

namespace millrace::config {

namespace {

constexpr std::string_view group_override = "consumer.override.group.id";

/// Adds a message to a setting that has none yet.
void refuse_if(bool wrong, std::vector<ConfigValue>& values, std::string_view key,
               std::string message) {
  ConfigValue* value = find_value(values, key);
  if (wrong && value != nullptr && value->errors.empty())
    value->errors.push_back(std::move(message));
}

bool is(const ConfigMap& properties, std::string_view key, std::string_view word) {
  const std::string* text = properties.find(key);
  return text != nullptr && ascii::same_ignoring_case(java_trim(*text), word);
}

}  // namespace

void check_cluster(const ConnectorRequest& request, const ClusterRules& cluster,
                   std::vector<ConfigValue>& values) {
  const ConfigMap& properties = request.properties;
  if (request.kind == ConnectorKind::source) {
    refuse_if(is(properties, "exactly.once.support", "required") && !cluster.exactly_once_sources,
              values, "exactly.once.support",
              "This worker does not have exactly-once source support enabled.");
    refuse_if(is(properties, "transaction.boundary", "connector"), values, "transaction.boundary",
              "The connector does not support connector-defined transaction boundaries with the "
              "given configuration. Use poll or interval.");
    return;
  }
  if (properties.contains(group_override)) return;  // check_group_override
  const std::string name = properties.get_or("name", "");
  if ("connect-" + name != cluster.group_id) return;
  if (ConfigValue* value = find_value(values, "name")) {
    value->errors.push_back("Consumer group for sink connector named " + name +
                            " conflicts with Connect worker group " + cluster.group_id);
  }
}

void check_group_override(const ConnectorRequest& request, const ClusterRules& cluster,
                          ConnectorValidation& checked) {
  const std::string* group = request.properties.find(group_override);
  if (request.kind != ConnectorKind::sink || group == nullptr || *group != cluster.group_id) return;
  for (CheckedKey& entry : checked.entries) {
    if (entry.value.name != group_override) continue;
    entry.value.errors.push_back("Consumer group " + *group +
                                 " conflicts with Connect worker group " + cluster.group_id);
    ++checked.error_count;
  }
}

}  // namespace millrace::config
