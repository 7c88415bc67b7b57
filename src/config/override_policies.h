#pragma once

#include "millrace/plugin.h"

namespace millrace::config {

/// The bundled policies All, None, Principal and Allowlist, under their Java class names.
/// Source: org.apache.kafka.connect.connector.policy.
void register_override_policies(PluginRegistry& registry);

}  // namespace millrace::config
