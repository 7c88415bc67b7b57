#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

#include <string>
#include <string_view>

namespace millrace::config {

/// Reads a Java properties file: bytes are ISO-8859-1, keys and values come out as UTF-8, in order
/// of first appearance; of repeated keys the last value counts. Half of a surrogate pair, which
/// UTF-8 cannot hold, becomes U+FFFD.
/// file: for messages. Errors (invalid_config): a malformed \uXXXX, with file and line.
/// Source: java.util.Properties.load(InputStream).
Result<ConfigMap> parse_properties(std::string_view bytes, std::string_view file);

/// The same from a file on disk. Errors: also those of read_text_file.
Result<ConfigMap> read_properties(const std::string& path);

}  // namespace millrace::config
