#include "herder/plugin_list.h"

#include <optional>
#include <string>

namespace millrace {

std::vector<PluginInfo> list_plugins(const plugin::Registry& plugins, bool connectors_only) {
  std::vector<PluginInfo> result;
  for (const plugin::Listed& one : plugins.list()) {
    const bool connector = one.kind == plugin::Kind::sink || one.kind == plugin::Kind::source;
    if (one.kind > plugin::Kind::header_converter || (connectors_only && !connector)) continue;
    result.push_back({one.class_name, std::string(plugin::to_string(one.kind)),
                      one.version == "undefined" ? std::nullopt : std::optional(one.version)});
  }
  return result;
}

}  // namespace millrace
