#include "provider/bundled.h"

#include "base/log.h"
#include "provider/bundled_parts.h"

namespace millrace::provider {

std::string bundled_name(std::string_view simple_name) {
  return "org.apache.kafka.common.config.provider." + std::string(simple_name);
}

ConfigDef path_settings() {
  return ConfigDef().define(
      {.name = std::string(AllowedPaths::key),
       .type = ConfigType::string,
       .importance = Importance::medium,
       .documentation = "Folders and files, absolute and separated by commas, that values may be "
                        "read from. Nothing outside of them is looked at; without this setting "
                        "every file that the worker can read is."});
}

Result<void> PathProvider::configure(const ConfigMap& properties) {
  Result<AllowedPaths> allowed = AllowedPaths::of(properties);
  if (!allowed) return std::move(allowed.error());
  allowed_ = *std::move(allowed);
  return {};
}

Result<ConfigData> PathProvider::look(std::string_view path, const std::set<std::string>* keys) {
  if (!allowed_) {
    return Error{ErrorCode::fatal, "java.lang.IllegalStateException",
                 "The provider has not been configured yet."};
  }
  if (path.empty() || (keys != nullptr && keys->empty())) return ConfigData{};
  const std::optional<std::filesystem::path> admitted = allowed_->admit(path);
  if (!admitted) {
    warn("The path " + std::string(path) +
         " is not below any of allowed.paths: nothing is read from it");
    return ConfigData{};
  }
  return read(*admitted, keys);
}

void PathProvider::warn(std::string_view text) const { log::logger(name_).warn("{}", text); }

void register_config_providers(PluginRegistry& registry) {
  registry.add_config_provider(file_provider());
  registry.add_config_provider(directory_provider());
  registry.add_config_provider(env_var_provider());
}

}  // namespace millrace::provider
