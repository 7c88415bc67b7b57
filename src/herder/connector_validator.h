#pragma once

#include "config/connector_config.h"
#include "config/worker_config.h"
#include "herder/herder.h"
#include "plugin/registry.h"
#include "provider/providers.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Judges a connector's configuration: the framework's keys, the converters', the connector's own.
/// What it judges are the values behind the variables; what it says shows none of them.
/// Threads: any. Asks the connector's own validate, on an instance that is never started.
/// Source:  AbstractHerder.validateConnectorConfig.
class ConnectorValidator {
 public:
  /// All but worker outlive it. Without a policy every client setting may be overridden, without
  /// providers variables stay as they are.
  ConnectorValidator(const plugin::Registry& plugins, const config::WorkerConfig& worker,
                     OverridePolicy* policy, const provider::Providers* providers = nullptr);

  /// Whose code validate and check call, for PluginCalls: the class of the connector if it can be
  /// told before anything is called.
  [[nodiscard]] std::string asked(const ConfigMap& config) const;
  /// Everything that there is to say, key by key. Errors (invalid_config): no or an unknown
  /// connector.class, or an override that is not of its client setting's type.
  [[nodiscard]] Result<Herder::Validation> validate(const ConfigMap& config,
                                                    Progress& progress) const;
  /// What creating and changing ask. Warns of keys that are probably mistyped. Errors
  /// (invalid_config): those of validate; or the number of faults and every message, as REST shows
  /// them.
  [[nodiscard]] Result<ConnectorType> check(const ConfigMap& config, Progress& progress) const;
  /// As Herder::plugin_config.
  [[nodiscard]] Result<std::vector<ConfigKey>> plugin_config(
      std::string_view plugin, std::optional<std::string_view> version) const;

 private:
  struct Chosen;
  [[nodiscard]] Result<provider::Resolved> look_up(const ConfigMap& config) const;
  /// validate and check, of a configuration whose variables were looked up; what they say may show
  /// secrets.
  [[nodiscard]] Result<Herder::Validation> validate_values(const ConfigMap& config,
                                                           Progress& progress) const;
  [[nodiscard]] Result<ConnectorType> check_values(const ConfigMap& config,
                                                   Progress& progress) const;
  [[nodiscard]] Result<Chosen> choose(const std::string& name) const;
  [[nodiscard]] Result<config::ConnectorValidation> judge(const Chosen& plugin,
                                                          const ConfigMap& config,
                                                          Progress& progress) const;

  const plugin::Registry& plugins_;
  const provider::Providers* const providers_;
  config::ConnectorSurroundings surroundings_;
};

}  // namespace millrace
