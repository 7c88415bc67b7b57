#include "config/client_overrides.h"
#include "config/connector_parts.h"
#include "config/worker_config.h"
#include "data/java_hash.h"

#include <algorithm>

namespace millrace::config {

namespace {

/// Entries of a part whose keys count once, however many messages they have.
void append(ConnectorValidation& checked, std::vector<CheckedKey> part) {
  for (CheckedKey& key : part) {
    if (key.definition) add_group(checked.groups, key.definition->group);
    if (!key.value.errors.empty()) ++checked.error_count;
    checked.entries.push_back(std::move(key));
  }
}

struct ConverterPlace {
  std::string key;
  std::string type;
  const std::vector<KnownConverter>* known;
};

/// The converter that the connector names there, if nothing is wrong with it.
const KnownConverter* sound_converter(const ConnectorValidation& checked,
                                      const ConnectorRequest& request,
                                      const ConverterPlace& place) {
  if (request.properties.find(place.key) == nullptr) return nullptr;
  for (const CheckedKey& entry : checked.entries) {
    if (entry.value.name != place.key) continue;
    const auto* name = std::get_if<std::string>(&entry.value.value);
    if (name == nullptr || !entry.value.errors.empty()) return nullptr;
    const auto it = std::ranges::find(*place.known, *name, &KnownConverter::class_name);
    return it == place.known->end() ? nullptr : &*it;
  }
  return nullptr;
}

std::vector<CheckedKey> converter_part(const ConverterPlace& place, const ConfigDef& def,
                                       const ConfigMap& properties, const ClassLookup& classes) {
  const std::string prefix = place.key + ".";
  ConfigMap options = properties.with_prefix(prefix);
  if (options.find("converter.type") == nullptr) options.set("converter.type", place.type);
  std::vector<ConfigValue> values = def.validate(options, classes);
  std::vector<std::string> names;
  for (const ConfigValue& value : values) names.push_back(value.name);
  std::vector<CheckedKey> part;
  for (const std::size_t at : hash_order(names)) {
    CheckedKey entry{std::nullopt, std::move(values[at])};
    if (const ConfigKey* key = def.find(entry.value.name)) {
      entry.definition = *key;
      entry.definition->name.insert(0, prefix);
    }
    entry.value.name.insert(0, prefix);
    part.push_back(std::move(entry));
  }
  return part;
}

/// The text as the client would parse it. Without the client's own definition a secret is still
/// known as one.
Result<Setting> parse_override(const std::string& name, const std::optional<std::string>& text,
                               const ConfigKey* definition) {
  if (definition == nullptr) {
    const ConfigKey* ours = distributed_config_def().find(name);
    const bool secret = ours != nullptr && ours->type == ConfigType::password;
    return parse_setting(name, text, secret ? ConfigType::password : ConfigType::string);
  }
  return parse_setting(name, text, definition->type);
}

Result<std::vector<CheckedKey>> override_part(const OverriddenClient& place,
                                              const OverridingConnector& connector,
                                              const ConnectorSurroundings& surroundings) {
  Result<std::vector<ConfigValue>> judged =
      ask_policy(connector, place, surroundings.override_policy);
  if (!judged) return std::move(judged.error());
  const ConfigMap overrides = connector.properties.with_prefix(place.prefix);
  std::vector<std::string> names;
  for (const auto& [name, text] : overrides) names.push_back(name);
  std::vector<CheckedKey> part;
  for (const std::size_t at : hash_order(names)) {
    const auto& [name, text] = *(overrides.begin() + static_cast<std::ptrdiff_t>(at));
    const std::string full_name = std::string(place.prefix) + name;
    const ConfigKey* definition =
        surroundings.client_key ? surroundings.client_key(place.client, name) : nullptr;
    Result<Setting> value = parse_override(name, text, definition);
    if (!value) return std::move(value.error());
    CheckedKey entry{std::nullopt, {.name = full_name, .value = *std::move(value)}};
    if (definition != nullptr) {
      entry.definition = *definition;
      entry.definition->name = full_name;
      entry.definition->group.reset();
      entry.definition->order_in_group = -1;
    }
    if (const ConfigValue* verdict = find_value(*judged, name))
      entry.value.errors = verdict->errors;
    part.push_back(std::move(entry));
  }
  return part;
}

}  // namespace

std::vector<std::size_t> hash_order(const std::vector<std::string>& names) {
  Value::Map entries;
  for (const std::string& name : names) {
    entries.emplace_back(Text(name), static_cast<std::int64_t>(entries.size()));
  }
  std::vector<std::size_t> order;
  for (const auto& [name, place] : data::in_hash_order(std::move(entries))) {
    order.push_back(static_cast<std::size_t>(*place.get_if<std::int64_t>()));
  }
  return order;
}

void add_converters(const ConnectorRequest& request, const ConnectorSurroundings& surroundings,
                    ConnectorValidation& checked) {
  for (const ConverterPlace& place :
       {ConverterPlace{"header.converter", "header", &surroundings.header_converters},
        ConverterPlace{"key.converter", "key", &surroundings.converters},
        ConverterPlace{"value.converter", "value", &surroundings.converters}}) {
    const KnownConverter* converter = sound_converter(checked, request, place);
    if (converter == nullptr || converter->settings == nullptr) continue;
    append(checked,
           converter_part(place, *converter->settings, request.properties, surroundings.classes));
  }
}

Result<void> add_overrides(const ConnectorRequest& request,
                           const ConnectorSurroundings& surroundings,
                           ConnectorValidation& checked) {
  const OverridingConnector connector{request.kind, request.class_name, request.properties};
  for (const OverriddenClient& place : overridden_clients(connector)) {
    Result<std::vector<CheckedKey>> part = override_part(place, connector, surroundings);
    if (!part) return std::move(part.error());
    append(checked, *std::move(part));
  }
  return {};
}

}  // namespace millrace::config
