#pragma once

#include "config/worker_config.h"
#include "millrace/result.h"
#include "plugin/registry.h"

#include <string>
#include <string_view>

/// Whether the plugins that there are have the versions that a configuration asks for. Validation
/// has told so already, but not of configurations that others wrote into a cluster's topic, that
/// were made for plugins of before, or of the worker's own converters.
namespace millrace::worker {

/// What starting a connector, and each of its tasks, needs: the connector's version, its chain's,
/// and texts of converters' versions that can be read.
/// Errors (invalid_config, fatal): with Java's classes and texts.
/// Source:  Worker.connectorClassLoader, ConnectorConfig.
Result<void> require_versions(const ConfigMap& connector, const std::string& class_name,
                              const std::string& version, const plugin::Registry& plugins);

/// The same for the converter of a setting (key.converter); choice: of the connector, or the
/// worker's.
/// Source:  Plugins.newVersionedPlugin.
Result<void> require_converter_version(std::string_view setting,
                                       const config::ConverterChoice& choice,
                                       const std::string& class_name, const std::string& version);

}  // namespace millrace::worker
