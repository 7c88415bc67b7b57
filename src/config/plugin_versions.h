#pragma once

#include "millrace/result.h"

#include <string>
#include <string_view>

namespace millrace::config {

/// The Java exception of a plugin that is not there in the version that somebody asks for.
inline constexpr std::string_view wrong_version_class =
    "org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException";

/// Sees that a plugin has the version that a configuration asks for.
/// wanted:  null, or a version, a range of them or "latest".
/// version: of the plugin that there is; empty: it tells none.
/// Errors (invalid_config): it has another one, or the text is no range (both with Java's class).
/// Source:  DelegatingClassLoader, PluginUtils.connectorVersionRequirement.
Result<void> require_version(const std::string* wanted, const std::string& class_name,
                             const std::string& version);

}  // namespace millrace::config
