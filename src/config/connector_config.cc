#include "config/connector_config.h"

#include "config/connector_parts.h"

#include <algorithm>
#include <iterator>

namespace millrace::config {

namespace {

/// The framework's keys, in whose place a connector's key of the same name stands, then the rest of
/// the connector's.
std::vector<ConfigKey> merged_keys(const ConfigDef& framework, const ConfigDef& own) {
  std::vector<ConfigKey> keys;
  for (const ConfigKey& key : framework.keys()) {
    const ConfigKey* other = own.find(key.name);
    keys.push_back(other != nullptr ? *other : key);
  }
  std::ranges::copy_if(own.keys(), std::back_inserter(keys), [&framework](const ConfigKey& key) {
    return !framework.contains(key.name);
  });
  return keys;
}

/// The framework's values, in whose place the connector's stand, then the rest of these.
void merge_values(std::vector<ConfigValue>& values, std::vector<ConfigValue> own) {
  for (ConfigValue& value : own) {
    if (ConfigValue* other = find_value(values, value.name)) {
      *other = std::move(value);
    } else {
      values.push_back(std::move(value));
    }
  }
}

void refuse_nulls(const ConfigMap& properties, std::vector<ConfigValue>& values) {
  for (const auto& [name, text] : properties) {
    if (text) continue;
    ConfigValue* value = find_value(values, name);
    if (value == nullptr) value = &values.emplace_back(ConfigValue{.name = name, .value = {}});
    value->errors.emplace_back("Null value can not be supplied as the configuration value.");
  }
}

/// Keys that nobody defines first, then the others in order of definition.
void assemble(const std::vector<ConfigKey>& keys, std::vector<ConfigValue> values,
              ConnectorValidation& result) {
  for (const ConfigValue& value : values) {
    result.error_count += static_cast<int>(value.errors.size());
    if (std::ranges::find(keys, value.name, &ConfigKey::name) == keys.end()) {
      result.entries.push_back({std::nullopt, value});
    }
  }
  for (const ConfigKey& key : keys) {
    if (ConfigValue* value = find_value(values, key.name)) {
      result.entries.push_back({key, std::move(*value)});
    }
  }
}

}  // namespace

ConfigValue* find_value(std::vector<ConfigValue>& values, std::string_view name) {
  const auto it = std::ranges::find(values, name, &ConfigValue::name);
  return it == values.end() ? nullptr : &*it;
}

void add_group(std::vector<std::string>& groups, const std::optional<std::string>& group) {
  if (group && std::ranges::find(groups, *group) == groups.end()) groups.push_back(*group);
}

Result<ConnectorValidation> validate_connector(const ConnectorRequest& request,
                                               const ConnectorSurroundings& surroundings) {
  if (const std::optional<Error> mismatch =
          version_mismatch(request.properties.find("connector.plugin.version"), request.class_name,
                           request.version)) {
    return wrong_version(request, surroundings, *mismatch);
  }
  ConfigDef framework = framework_def(request, surroundings);
  if (surroundings.expand) MILLRACE_TRY(surroundings.expand(framework, request.properties));
  std::vector<ConfigValue> values = framework.validate(request.properties, surroundings.classes);
  if (request.kind == ConnectorKind::sink) check_topics(request.properties, values);
  if (surroundings.cluster) check_cluster(request, *surroundings.cluster, values);

  std::vector<ConfigValue> own = request.own.validate(request.properties, surroundings.classes);
  if (request.own_check) MILLRACE_TRY(request.own_check(request.properties, own));
  merge_values(values, std::move(own));
  refuse_nulls(request.properties, values);

  ConnectorValidation result;
  for (const ConfigDef* def : {static_cast<const ConfigDef*>(&framework), &request.own}) {
    for (const std::string& group : def->groups()) add_group(result.groups, group);
  }
  assemble(merged_keys(framework, request.own), std::move(values), result);
  MILLRACE_TRY(add_overrides(request, surroundings, result));
  if (surroundings.cluster) check_group_override(request, *surroundings.cluster, result);
  add_converters(request, surroundings, result);
  add_extras(request, result);
  return result;
}

std::optional<Error> validation_error(const ConnectorValidation& validation) {
  if (validation.error_count == 0) return std::nullopt;
  std::string text = "Connector configuration is invalid and contains the following " +
                     std::to_string(validation.error_count) + " error(s):";
  for (const CheckedKey& entry : validation.entries) {
    for (const std::string& message : entry.value.errors) text += "\n" + message;
  }
  text +=
      "\nYou can also find the above list of errors at the endpoint "
      "`/connector-plugins/{connectorType}/config/validate`";
  return Error(ErrorCode::invalid_config, std::move(text));
}

}  // namespace millrace::config
