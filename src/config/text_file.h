#pragma once

#include "millrace/result.h"

#include <string>

namespace millrace::config {

/// The bytes of a configuration file, at most 64 MiB.
/// Errors (fatal): "cannot read '<path>': <reason of the system>", for folders too.
Result<std::string> read_text_file(const std::string& path);

}  // namespace millrace::config
