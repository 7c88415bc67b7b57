#include "config/override_policies.h"

#include "base/log.h"

#include <algorithm>
#include <array>
#include <string>

namespace millrace::config {

namespace {

constexpr std::string_view package = "org.apache.kafka.connect.connector.policy.";
constexpr std::string_view allowlist_key = "connector.client.config.override.allowlist";
constexpr std::array<std::string_view, 3> principal_keys = {"sasl.jaas.config", "sasl.mechanism",
                                                            "security.protocol"};

/// Judges each setting on its own.
class KeyPolicy : public OverridePolicy {
 public:
  explicit KeyPolicy(std::string name) : name_(std::move(name)) {}

  Result<void> configure(const ConfigMap&) override { return {}; }

  Result<std::vector<ConfigValue>> validate(const ClientConfigRequest& request) override {
    std::vector<ConfigValue> values;
    for (const auto& [key, text] : request.overrides) {
      ConfigValue value{.name = key, .value = {}};
      if (text) value.value = *text;
      if (!allows(key)) {
        value.errors.push_back("The '" + name_ + "' policy does not allow '" + key +
                               "' to be overridden in the connector configuration.");
      }
      values.push_back(std::move(value));
    }
    return values;
  }

 protected:
  [[nodiscard]] virtual bool allows(std::string_view key) const = 0;

 private:
  const std::string name_;
};

class AllPolicy final : public KeyPolicy {
 public:
  AllPolicy() : KeyPolicy("All") {}

 private:
  [[nodiscard]] bool allows(std::string_view) const override { return true; }
};

class NonePolicy final : public KeyPolicy {
 public:
  NonePolicy() : KeyPolicy("None") {}

 private:
  [[nodiscard]] bool allows(std::string_view) const override { return false; }
};

class PrincipalPolicy final : public KeyPolicy {
 public:
  PrincipalPolicy() : KeyPolicy("Principal") {}

  Result<void> configure(const ConfigMap&) override {
    log::logger(std::string(package) + "PrincipalConnectorClientConfigOverridePolicy")
        .warn(
            "The override policy Principal is deprecated; Allowlist with {}={},{},{} does the same",
            allowlist_key, principal_keys[0], principal_keys[1], principal_keys[2]);
    return {};
  }

 private:
  [[nodiscard]] bool allows(std::string_view key) const override {
    return std::ranges::find(principal_keys, key) != principal_keys.end();
  }
};

ConfigDef allowlist_settings() {
  return ConfigDef().define(
      {.name = std::string(allowlist_key),
       .type = ConfigType::list,
       .importance = Importance::medium,
       .documentation = "Client settings that connectors may override, without the prefix that "
                        "names the client.",
       .default_value = "",
       .validator = Validator::list({.empty_allowed = true})});
}

class AllowlistPolicy final : public KeyPolicy {
 public:
  AllowlistPolicy() : KeyPolicy("Allowlist") {}

  Result<void> configure(const ConfigMap& properties) override {
    const Result<Config> settings = allowlist_settings().parse(properties);
    if (!settings) return settings.error();
    allowed_ = settings->get<std::vector<std::string>>(allowlist_key);
    return {};
  }

 private:
  [[nodiscard]] bool allows(std::string_view key) const override {
    return std::ranges::find(allowed_, key) != allowed_.end();
  }

  std::vector<std::string> allowed_;  // set by configure, before any other call
};

template <class Policy>
void add(PluginRegistry& registry, std::string_view name, ConfigDef settings = {}) {
  registry.add_override_policy(
      {.name = std::string(package) + std::string(name) + "ConnectorClientConfigOverridePolicy",
       .version = "4.3.0",
       .config = std::move(settings),
       .make = [] { return std::make_unique<Policy>(); }});
}

}  // namespace

void register_override_policies(PluginRegistry& registry) {
  add<AllPolicy>(registry, "All");
  add<NonePolicy>(registry, "None");
  add<PrincipalPolicy>(registry, "Principal");
  add<AllowlistPolicy>(registry, "Allowlist", allowlist_settings());
}

}  // namespace millrace::config
