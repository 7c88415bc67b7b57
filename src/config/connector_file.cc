#include "config/connector_file.h"

#include "base/ascii.h"
#include "config/flat_json.h"
#include "config/properties.h"
#include "config/text_file.h"

#include <algorithm>

namespace millrace::config {

namespace {

Error missing_name(const std::string& file) {
  return {ErrorCode::fatal, "Connector configuration at '" + file +
                                "' is missing the mandatory 'name' configuration"};
}

Result<ConnectorFile> from_map(ConfigMap config, const std::string& file) {
  const std::string* name = config.find("name");
  if (name == nullptr) return missing_name(file);
  return ConnectorFile{*name, std::move(config), std::nullopt};
}

/// {"name": …, "config": {…}, "initial_state": …}.
Result<ConnectorFile> from_request(FlatJson json, const std::string& file) {
  const std::string* name = json.members.find("name");
  ConnectorFile result{name != nullptr ? *name : "", *std::move(json.config), std::nullopt};
  if (result.config.contains("name")) {
    const std::string* other = result.config.find("name");
    if (name == nullptr || other == nullptr || *other != *name) {
      return Error(ErrorCode::fatal,
                   "Connector name configuration in 'config' doesn't match the one specified in "
                   "'name' at '" +
                       file + "'");
    }
  } else if (name == nullptr) {
    return missing_name(file);
  } else {
    result.config.set("name", *name);
  }
  if (const std::string* state = json.members.find("initial_state")) {
    result.initial_state = parse_initial_state(*state);
    if (!result.initial_state) {
      return Error(ErrorCode::invalid_config, "Connector configuration at '" + file +
                                                  "': initial_state '" + *state +
                                                  "' is none of RUNNING, PAUSED, STOPPED");
    }
  }
  return result;
}

}  // namespace

std::optional<InitialState> parse_initial_state(std::string_view text) {
  const std::string upper = ascii::upper(text);
  if (upper == "RUNNING") return InitialState::running;
  if (upper == "PAUSED") return InitialState::paused;
  if (upper == "STOPPED") return InitialState::stopped;
  return std::nullopt;
}

Result<ConnectorFile> parse_connector_file(std::string_view bytes, const std::string& file) {
  Result<FlatJson> json = parse_flat_json(bytes);
  if (json && !json->nested) return from_map(std::move(json->members), file);
  if (json && json->config) return from_request(*std::move(json), file);

  Result<ConfigMap> properties = parse_properties(bytes, file);
  if (!properties) return std::move(properties.error());
  Result<ConnectorFile> result = from_map(*std::move(properties), file);
  if (result) return result;
  // No name in what was taken for properties: most likely it was meant to be JSON.
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (!json && first != std::string_view::npos && (bytes[first] == '{' || bytes[first] == '[')) {
    return std::move(result.error()).caused_by(std::move(json.error()));
  }
  return result;
}

Result<ConnectorFile> read_connector_file(const std::string& path) {
  const Result<std::string> bytes = read_text_file(path);
  if (!bytes) return bytes.error();
  return parse_connector_file(*bytes, path);
}

}  // namespace millrace::config
