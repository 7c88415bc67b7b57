#pragma once

#include "config/connector_config.h"

/// The parts of validate_connector.
namespace millrace::config {

/// The framework's keys with the defaults and recommendations of this worker and connector.
ConfigDef framework_def(const ConnectorRequest& request, const ConnectorSurroundings& surroundings);

/// Why a configuration that asks for another version of a plugin gets none; nothing where the
/// version fits, none is asked for, or the text is no range (which is told elsewhere).
/// wanted: null or a version, a range or "latest". version: what there is; empty: it tells none.
std::optional<Error> version_mismatch(const std::string* wanted, const std::string& class_name,
                                      const std::string& version);

/// What is said of a connector of another version than the one there is: the keys that every
/// connector has, with the reason at its class and at its version.
ConnectorValidation wrong_version(const ConnectorRequest& request,
                                  const ConnectorSurroundings& surroundings, const Error& reason);

/// Topics, their pattern and the dead letter topic fit together: adds messages to `values`.
void check_topics(const ConfigMap& properties, std::vector<ConfigValue>& values);

/// What a worker of a cluster asks: adds messages to `values`.
void check_cluster(const ConnectorRequest& request, const ClusterRules& cluster,
                   std::vector<ConfigValue>& values);
/// The consumer group that a sink connector names is not the workers': adds to what add_overrides
/// has appended.
void check_group_override(const ConnectorRequest& request, const ClusterRules& cluster,
                          ConnectorValidation& checked);

/// Appends the settings of the converters that the connector names and whose values in `checked`
/// are sound.
void add_converters(const ConnectorRequest& request, const ConnectorSurroundings& surroundings,
                    ConnectorValidation& checked);

/// Appends what the connector overrides of its Kafka clients, and what the policy says of it.
Result<void> add_overrides(const ConnectorRequest& request,
                           const ConnectorSurroundings& surroundings, ConnectorValidation& checked);

/// Appends what is wrong with settings that Kafka Connect does not have, or judges only when the
/// connector starts: errors.task.restart.max, dead letters of sources, topic.creation.*. Strict
/// clients see nothing new as long as nothing is wrong.
void add_extras(const ConnectorRequest& request, ConnectorValidation& checked);

ConfigValue* find_value(std::vector<ConfigValue>& values, std::string_view name);

/// The place of each name in the order in which Java's hash map lists them.
std::vector<std::size_t> hash_order(const std::vector<std::string>& names);

void add_group(std::vector<std::string>& groups, const std::optional<std::string>& group);

}  // namespace millrace::config
