#include "herder/connector_validator.h"

#include "base/plugin_call.h"
#include "base/secrets.h"
#include "herder/hidden_values.h"
#include "herder/not_there_yet.h"

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
  surroundings_.classes =
      plugins.lookup({Kind::source, Kind::sink, Kind::converter, Kind::header_converter,
                      Kind::transformation, Kind::predicate});
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
}

Result<ConnectorValidator::Chosen> ConnectorValidator::choose(const std::string& name) const {
  Chosen chosen{plugins_.find_source(name), plugins_.find_sink(name)};
  if (chosen.source == nullptr && chosen.sink == nullptr) {
    return Error{ErrorCode::invalid_config, plugins_.unknown_connector(name)};
  }
  return chosen;
}

Result<config::ConnectorValidation> ConnectorValidator::judge(const Chosen& plugin,
                                                              const ConfigMap& config) const {
  const bool is_source = plugin.source != nullptr;
  config::ConnectorRequest request{
      .kind = is_source ? config::ConnectorKind::source : config::ConnectorKind::sink,
      .class_name = is_source ? plugin.source->name : plugin.sink->name,
      .version = is_source ? plugin.source->version : plugin.sink->version,
      .own = is_source ? plugin.source->config : plugin.sink->config,
      .properties = config};
  request.own_check = [&](const ConfigMap& properties, std::vector<ConfigValue>& values) {
    return call_plugin("validate", [&] {
      return is_source ? plugin.source->make_connector()->validate(properties, values)
                       : plugin.sink->make_connector()->validate(properties, values);
    });
  };
  return config::validate_connector(request, surroundings_);
}

Result<provider::Resolved> ConnectorValidator::look_up(const ConfigMap& config) const {
  if (providers_ == nullptr) return provider::Resolved{config, {}, {}};
  return providers_->resolve(config);
}

Result<Herder::Validation> ConnectorValidator::validate(const std::string& plugin,
                                                        const ConfigMap& config) const {
  const secrets::Scope scope;  // nothing of this may be in use later
  const Result<provider::Resolved> resolved = look_up(config);
  if (!resolved) return secrets::redact(resolved.error());
  Result<Herder::Validation> judged = validate_values(plugin, resolved->config);
  if (!judged) return secrets::redact(judged.error());
  judged->connector_class = config.get_or("connector.class", "");
  hide_secrets(config, *judged);
  return judged;
}

Result<ConnectorType> ConnectorValidator::check(const ConfigMap& config) const {
  const secrets::Scope scope;
  const Result<provider::Resolved> resolved = look_up(config);
  if (!resolved) return secrets::redact(resolved.error());
  Result<ConnectorType> type = check_values(resolved->config);
  if (!type) return secrets::redact(type.error());
  return type;
}

Result<Herder::Validation> ConnectorValidator::validate_values(const std::string& plugin,
                                                               const ConfigMap& config) const {
  const std::string* given = config.find("connector.class");
  if (given == nullptr) return no_type(config);
  const Result<Chosen> chosen = choose(plugin);
  if (!chosen) return chosen.error();
  Result<config::ConnectorValidation> judged = judge(*chosen, config);
  if (!judged) return std::move(judged.error());
  Herder::Validation result{*given, judged->error_count, std::move(judged->groups), {}};
  for (config::CheckedKey& key : judged->entries) {
    result.entries.push_back({std::move(key.definition), std::move(key.value)});
  }
  return result;
}

Result<ConnectorType> ConnectorValidator::check_values(const ConfigMap& config) const {
  const std::string* class_name = config.find("connector.class");
  if (class_name == nullptr) return no_type(config);
  const Result<Chosen> chosen = choose(*class_name);
  if (!chosen) return chosen.error();
  const Result<config::ConnectorValidation> judged = judge(*chosen, config);
  if (!judged) return judged.error();
  if (std::optional<Error> refused = config::validation_error(*judged)) return std::move(*refused);
  MILLRACE_TRY(check_supported(config));
  return chosen->source != nullptr ? ConnectorType::source : ConnectorType::sink;
}

}  // namespace millrace
