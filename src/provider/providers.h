#pragma once

#include "millrace/config_map.h"
#include "millrace/config_provider.h"
#include "millrace/result.h"
#include "plugin/registry.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::provider {

/// A configuration with its variables looked up. Its values are secrets, and noted as such.
struct Resolved {
  ConfigMap config;
  /// What each variable stands for, by the text that it was written as. What nobody knows is absent
  /// here, and stands in `config` as it was written.
  std::map<std::string, std::string> values;
  /// How long what came from one place ("file:/run/secrets/db.properties") is good.
  struct Expiry {
    std::string source;
    std::chrono::milliseconds after;
  };
  std::vector<Expiry> expiries;
};

/// The worker's configuration providers: config.providers and what stands behind that.
/// Threads: any, once made. Looking up may take as long as a provider takes.
/// Source:  org.apache.kafka.common.config.ConfigTransformer, WorkerConfigTransformer.
class Providers {
 public:
  /// No providers: variables stay as they are.
  Providers() = default;
  /// Makes and configures each provider that the worker's properties name. A parameter may hold
  /// variables of the providers before it in the list.
  /// Errors (invalid_config): a class that is not known; or what the provider says.
  static Result<Providers> make(const ConfigMap& worker, const plugin::Registry& plugins);

  /// Each provider is asked once for a path. Errors: a provider's own.
  [[nodiscard]] Result<Resolved> resolve(const ConfigMap& config) const;

 private:
  [[nodiscard]] Result<ConfigData> look_up(const std::string& provider, const std::string& path,
                                           const std::set<std::string>& keys) const;

  std::map<std::string, std::unique_ptr<ConfigProvider>, std::less<>> providers_;
};

/// Makes a task's configuration fit to be stored and shown: variables again in place of values. A
/// setting for which the connector's own configuration, `raw`, has a variable gets that text; a
/// value found in another one, into which the connector has built it, becomes the variable again.
void put_variables_back(const ConfigMap& raw, const Resolved& connector, ConfigMap& task);

}  // namespace millrace::provider
