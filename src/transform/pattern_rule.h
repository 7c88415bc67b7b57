#pragma once

#include "config/java_regex.h"
#include "millrace/config_def.h"

#include <string_view>

namespace millrace::transform {

/// Invalid value <pattern> for configuration <name>: Invalid regex: <what is wrong>
Validator pattern_rule();

/// The pattern of a setting that has passed that rule.
Result<config::JavaRegex> compile_pattern(const Config& config, std::string_view name);

/// Whether the whole topic matches. Errors (bad_record): the pattern took too long on it.
Result<bool> matches_whole(const config::JavaRegex& pattern, std::string_view topic);

}  // namespace millrace::transform
