#pragma once

#include "millrace/config_def.h"
#include "millrace/config_map.h"
#include "storage/status.h"
#include "worker/connector_offsets.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class ConnectorType : std::uint8_t { source, sink, unknown };

std::string_view to_string(ConnectorType type);  ///< "source", …

struct ConnectorStatus {
  std::string name;
  ConnectorType type = ConnectorType::unknown;
  Status connector;
  std::vector<TaskStatus> tasks;  ///< by id
};

struct ConnectorInfo {
  std::string name;
  ConnectorType type = ConnectorType::unknown;
  ConfigMap config;  ///< as submitted
  std::vector<TaskId> tasks;
};

struct TaskInfo {
  TaskId id;
  ConfigMap config;
};

using worker::ConnectorOffset;

/// The configuration with single settings replaced, or taken away (null).
ConfigMap patched(ConfigMap config, const ConfigMap& changes);

/// The answer to a change of a connector's configuration.
struct PutResult {
  bool created = false;
  ConnectorInfo info;
};

struct PluginInfo {
  std::string class_name;
  std::string
      type;  ///< "source", "sink", "converter", "header_converter", "transformation", "predicate"
  std::optional<std::string> version;
};

}  // namespace millrace
