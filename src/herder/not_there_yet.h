#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

namespace millrace {

/// Settings of a connector that this version does not carry out. What would change or lose records
/// is refused rather than left out: transforms, predicates.
/// Errors (invalid_config): names the setting and its value.
Result<void> check_supported(const ConfigMap& connector);

}  // namespace millrace
