#pragma once

#include "herder/herder.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::rest {

/// The bodies that Java's worker sends: members in its order, no blanks, UTF-8 as it is.

std::string error_json(std::int64_t code, const std::optional<std::string>& message);
std::string server_json(std::string_view version, std::string_view commit,
                        std::string_view cluster_id);
std::string health_json(std::string_view status, std::string_view message);
std::string message_json(std::string_view message);

std::string to_json(const std::vector<std::string>& names);
std::string to_json(const ConfigMap& config);
/// What POST /connectors takes.
std::string create_json(const std::string& name, const ConfigMap& config,
                        std::optional<TargetState> initial_state);
std::string to_json(const ConnectorInfo& info);
std::string to_json(const ConnectorStatus& status);
std::string to_json(const TaskStatus& status);
std::string to_json(const std::vector<TaskInfo>& tasks);
std::string to_json(const std::vector<PluginInfo>& plugins);
std::string topics_json(std::string_view connector, const std::vector<std::string>& topics);
std::string to_json(const std::vector<ConnectorOffset>& offsets);
std::string to_json(const std::vector<ConfigKey>& definitions);
std::string to_json(const Herder::Validation& validation);

std::string to_json(const log::LoggerState& logger);
/// An object: name → state.
std::string to_json(const std::vector<log::LoggerState>& loggers);

/// A connector in a list with details: the members that were asked for, in the order asked.
struct Expanded {
  std::string name;
  struct Member {
    bool is_status = false;
    std::optional<ConnectorStatus> status;  ///< when is_status
    std::optional<ConnectorInfo> info;      ///< otherwise; none is null
  };
  std::vector<Member> members;
};
std::string to_json(const std::vector<Expanded>& connectors);

}  // namespace millrace::rest
