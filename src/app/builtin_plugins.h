#pragma once

#include "millrace/plugin.h"

namespace millrace::app {

/// Everything that comes with the worker: converters, policies, configuration
/// providers, connectors.
void register_builtin_plugins(PluginRegistry& registry);

}  // namespace millrace::app
