#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"
#include "pipeline/error_settings.h"

namespace millrace::worker {

/// The `errors.` keys of a connector's configuration.
/// Errors (invalid_config): names the setting and its value.
Result<pipeline::ErrorSettings> error_settings(const ConfigMap& connector);

}  // namespace millrace::worker
