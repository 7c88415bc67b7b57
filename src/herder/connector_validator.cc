#include "herder/connector_validator.h"

#include "base/ascii.h"
#include "base/plugin_call.h"
#include "base/secrets.h"
#include "config/kafka_client_def.h"
#include "config/unknown_keys.h"
#include "config/version_range.h"
#include "herder/hidden_values.h"
#include "transform/chain_config.h"

#include <utility>

namespace millrace {

struct ConnectorValidator::Chosen {
  const SourcePlugin* source = nullptr;
  const SinkPlugin* sink = nullptr;
};

namespace {

/// Without a class nothing can be said of the rest. The values of a configuration may be secrets:
/// only its keys are shown.
Error no_type(const ConfigMap& config) {
  std::string keys;
  for (const auto& [key, value] : config) keys += (keys.empty() ? "" : ", ") + key;
  return Error{ErrorCode::invalid_config,
               "org.apache.kafka.connect.runtime.rest.errors.BadRequestException",
               "Connector config {" + keys + "} contains no connector type"};
}

}  // namespace

ConnectorValidator::ConnectorValidator(const plugin::Registry& plugins,
                                       const config::WorkerConfig& worker, OverridePolicy* policy,
                                       const provider::Providers* providers)
    : plugins_(plugins), providers_(providers) {
  using plugin::Kind;
  surroundings_.classes = transform::class_lookup(plugins);
  surroundings_.expand = [&plugins](ConfigDef& def, const ConfigMap& properties) {
    return transform::add_chain_keys(def, properties, plugins);
  };
  for (const plugin::Listed& one : plugins.list()) {
    if (one.kind == Kind::converter) {
      surroundings_.converters.push_back(
          {one.class_name, one.version, &plugins.find_converter(one.class_name)->config});
    } else if (one.kind == Kind::header_converter) {
      surroundings_.header_converters.push_back(
          {one.class_name, one.version, &plugins.find_header_converter(one.class_name)->config});
    }
  }
  surroundings_.key_converter = worker.key_converter.class_name;
  surroundings_.value_converter = worker.value_converter.class_name;
  surroundings_.header_converter = worker.header_converter.class_name;
  surroundings_.override_policy = policy;
  if (const auto* group = worker.settings.find<std::string>("group.id")) {
    const auto& support = worker.settings.get<std::string>("exactly.once.source.support");
    surroundings_.cluster =
        config::ClusterRules{*group, ascii::same_ignoring_case(support, "enabled")};
  }
  surroundings_.client_key = [](ClientKind client, std::string_view name) {
    return config::kafka_client_def(client).find(name);
  };
}

Result<ConnectorValidator::Chosen> ConnectorValidator::choose(const std::string& name) const {
  Chosen chosen{plugins_.find_source(name), plugins_.find_sink(name)};
  if (chosen.source == nullptr && chosen.sink == nullptr) {
    return Error{ErrorCode::invalid_config, plugins_.unknown_connector(name)};
  }
  return chosen;
}

Result<config::ConnectorValidation> ConnectorValidator::judge(const Chosen& plugin,
                                                              const ConfigMap& config,
                                                              Progress& progress) const {
  const bool is_source = plugin.source != nullptr;
  config::ConnectorRequest request{
      .kind = is_source ? config::ConnectorKind::source : config::ConnectorKind::sink,
      .class_name = is_source ? plugin.source->name : plugin.sink->name,
      .version = is_source ? plugin.source->version : plugin.sink->version,
      .own = is_source ? plugin.source->config : plugin.sink->config,
      .properties = config};
  request.own_check = [&](const ConfigMap& properties, std::vector<ConfigValue>& values) {
    progress.begin("performing multi-property validation for the connector");
    Result<void> done = call_plugin("validate", [&] {
      return is_source ? plugin.source->make_connector()->validate(properties, values)
                       : plugin.sink->make_connector()->validate(properties, values);
    });
    progress.complete();
    return done;
  };
  progress.begin("retrieving the configuration definition from the connector");
  return config::validate_connector(request, surroundings_);
}

Result<provider::Resolved> ConnectorValidator::look_up(const ConfigMap& config) const {
  if (providers_ == nullptr) return provider::Resolved{config, {}, {}};
  return providers_->resolve(config);
}

std::string ConnectorValidator::asked(const ConfigMap& config) const {
  const std::string* given = config.find("connector.class");
  if (given != nullptr) {
    if (const SourcePlugin* source = plugins_.find_source(*given)) {
      return "Connector class " + source->name;
    }
    if (const SinkPlugin* sink = plugins_.find_sink(*given)) {
      return "Connector class " + sink->name;
    }
  }
  // What is called before the class is known: the configuration providers.
  return "A connector class that is unknown or a variable";
}

Result<Herder::Validation> ConnectorValidator::validate(const ConfigMap& config,
                                                        Progress& progress) const {
  const secrets::Scope scope;  // nothing of this may be in use later
  const Result<provider::Resolved> resolved = look_up(config);
  if (!resolved) return secrets::redact(resolved.error());
  Result<Herder::Validation> judged = validate_values(resolved->config, progress);
  if (!judged) return secrets::redact(judged.error());
  judged->connector_class = config.get_or("connector.class", "");
  hide_secrets(config, *judged);
  return judged;
}

Result<ConnectorType> ConnectorValidator::check(const ConfigMap& config, Progress& progress) const {
  const secrets::Scope scope;
  const Result<provider::Resolved> resolved = look_up(config);
  if (!resolved) return secrets::redact(resolved.error());
  Result<ConnectorType> type = check_values(resolved->config, progress);
  if (!type) return secrets::redact(type.error());
  return type;
}

Result<Herder::Validation> ConnectorValidator::validate_values(const ConfigMap& config,
                                                               Progress& progress) const {
  const std::string* given = config.find("connector.class");
  if (given == nullptr) return no_type(config);
  const Result<Chosen> chosen = choose(*given);
  if (!chosen) return chosen.error();
  Result<config::ConnectorValidation> judged = judge(*chosen, config, progress);
  if (!judged) return std::move(judged.error());
  Herder::Validation result{*given, judged->error_count, std::move(judged->groups), {}};
  for (config::CheckedKey& key : judged->entries) {
    result.entries.push_back({std::move(key.definition), std::move(key.value)});
  }
  return result;
}

Result<ConnectorType> ConnectorValidator::check_values(const ConfigMap& config,
                                                       Progress& progress) const {
  const std::string* class_name = config.find("connector.class");
  if (class_name == nullptr) return no_type(config);
  const Result<Chosen> chosen = choose(*class_name);
  if (!chosen) return chosen.error();
  const Result<config::ConnectorValidation> judged = judge(*chosen, config, progress);
  if (!judged) return judged.error();
  std::vector<std::string_view> names;
  for (const config::CheckedKey& key : judged->entries) {
    if (key.definition) names.push_back(key.definition->name);
  }
  config::warn_of_mistyped_keys(config, names);
  if (std::optional<Error> refused = config::validation_error(*judged)) return std::move(*refused);
  return chosen->source != nullptr ? ConnectorType::source : ConnectorType::sink;
}

Result<std::vector<ConfigKey>> ConnectorValidator::plugin_config(
    std::string_view plugin, std::optional<std::string_view> version) const {
  const auto with = [&](const auto& found, const ConfigDef& def) -> Result<std::vector<ConfigKey>> {
    if (version) {
      const Result<config::VersionRange> range = config::VersionRange::parse(*version);
      if (!range) {
        return Error{ErrorCode::invalid_config,
                     "Invalid version specification: " + std::string(*version)};
      }
      if (!range->contains(found.version)) {
        return Error{ErrorCode::invalid_config,
                     "Plugin " + found.name + " not found that matches the version range " +
                         range->to_string() + ", available versions: [" + found.version + "]"};
      }
    }
    return def.keys();
  };
  const auto of_connector = [&](const auto& found, config::ConnectorKind kind) {
    ConfigDef all = found.config;
    const ConfigDef framework = config::connector_def(kind, [&found](ConfigKey& key) {
      if (key.name == "connector.plugin.version") key.default_value = found.version;
    });
    for (const ConfigKey& key : framework.keys()) {
      if (!all.contains(key.name)) all.define(key);
    }
    return with(found, all);
  };
  if (const auto* found = plugins_.find_source(plugin)) {
    return of_connector(*found, config::ConnectorKind::source);
  }
  if (const auto* found = plugins_.find_sink(plugin)) {
    return of_connector(*found, config::ConnectorKind::sink);
  }
  if (const auto* found = plugins_.find_converter(plugin)) return with(*found, found->config);
  if (const auto* found = plugins_.find_header_converter(plugin)) {
    return with(*found, found->config);
  }
  if (const auto* found = plugins_.find_transformation(plugin)) return with(*found, found->config);
  if (const auto* found = plugins_.find_predicate(plugin)) return with(*found, found->config);
  if (plugins_.find_config_provider(plugin) != nullptr ||
      plugins_.find_override_policy(plugin) != nullptr) {
    return Error{ErrorCode::invalid_config,
                 "Invalid plugin class " + std::string(plugin) +
                     ". Valid types are sink, source, converter, header_converter, "
                     "transformation, predicate."};
  }
  return Error{ErrorCode::not_found, "Unknown plugin " + std::string(plugin) + "."};
}

}  // namespace millrace
