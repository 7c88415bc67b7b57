#pragma once

#include "millrace/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::config {

/// The parts of a list as access.control.allow.* have them: blanks belong to the parts, empty parts
/// at the end are none.
std::vector<std::string> comma_parts(std::string_view text);

/// Errors (invalid_config) of both, with the key and its value: an expression that is none; a
/// method twice, or no method.
Result<void> check_origins(std::string_view key, const std::string& value);
Result<void> check_methods(std::string_view key, const std::string& value);

}  // namespace millrace::config
