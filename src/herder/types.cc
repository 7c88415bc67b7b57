#include "herder/types.h"

namespace millrace {

std::string_view to_string(ConnectorType type) {
  switch (type) {
    case ConnectorType::source: return "source";
    case ConnectorType::sink: return "sink";
    case ConnectorType::unknown: break;
  }
  return "unknown";
}

ConfigMap patched(ConfigMap config, const ConfigMap& changes) {
  for (const auto& [key, value] : changes) {
    value ? config.set(key, value) : config.erase(key);
  }
  return config;
}

}  // namespace millrace
