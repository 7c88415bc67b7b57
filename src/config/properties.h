#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::config {

/// What the bytes of a properties file are: ISO-8859-1 on the command line, UTF-8 where Java hands
/// a Reader to it.
enum class Charset : std::uint8_t { latin1, utf8 };

/// Reads a Java properties file: keys and values come out as UTF-8, in order of first appearance;
/// of repeated keys the last value counts. Half of a surrogate pair, which UTF-8 cannot hold,
/// becomes U+FFFD.
/// file: for messages. Errors (invalid_config): a malformed \uXXXX, with file and line.
/// Source: java.util.Properties.load.
Result<ConfigMap> parse_properties(std::string_view bytes, std::string_view file,
                                   Charset charset = Charset::latin1);

/// The same from a file on disk. Errors: also those of read_text_file.
Result<ConfigMap> read_properties(const std::string& path, Charset charset = Charset::latin1);

}  // namespace millrace::config
