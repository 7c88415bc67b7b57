#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::config {

enum class InitialState : std::uint8_t { running, paused, stopped };

/// RUNNING, PAUSED or STOPPED, in any case.
std::optional<InitialState> parse_initial_state(std::string_view text);

/// A connector as a file on the command line describes it.
struct ConnectorFile {
  std::string name;
  ConfigMap config;  ///< holds the name too
  std::optional<InitialState> initial_state;
};

/// Understands the text of a connector file, whatever its extension: a flat JSON object, or
/// {"name", "config", "initial_state"}, or Java properties, tried in this order.
/// file: for messages. Errors (fatal or invalid_config): no name, two names, an unknown initial
/// state, malformed properties. Where a file that starts like JSON is none, the cause says why.
Result<ConnectorFile> parse_connector_file(std::string_view bytes, const std::string& file);

/// The same from a file on disk. Errors: also those of read_text_file.
Result<ConnectorFile> read_connector_file(const std::string& path);

}  // namespace millrace::config
