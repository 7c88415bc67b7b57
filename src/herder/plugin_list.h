#pragma once

#include "herder/types.h"
#include "plugin/registry.h"

#include <vector>

namespace millrace {

/// The plugins that Herder::plugins tells of, in its order.
std::vector<PluginInfo> list_plugins(const plugin::Registry& plugins, bool connectors_only);

}  // namespace millrace
