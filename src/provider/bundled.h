#pragma once

#include "millrace/plugin.h"

namespace millrace::provider {

/// The bundled providers File, Directory and EnvVar, under their Java class names.
/// Source: org.apache.kafka.common.config.provider.
void register_config_providers(PluginRegistry& registry);

/// One each; what they share stands in bundled.cc.
SimplePlugin<ConfigProvider> file_provider();
SimplePlugin<ConfigProvider> directory_provider();
SimplePlugin<ConfigProvider> env_var_provider();

}  // namespace millrace::provider
