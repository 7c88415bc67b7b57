#pragma once

#include "millrace/result.h"

#include <string>
#include <string_view>

namespace millrace::config {

/// Rewrites a Java pattern for PCRE2, where the two differ in spelling. Errors (invalid_config):
/// syntax that PCRE2 would take to mean something else; the message ends in "near index <byte>".
Result<std::string> to_pcre(std::string_view pattern);

}  // namespace millrace::config
