#pragma once

#include <string_view>

namespace millrace {

/// Lines in the worker's log, for plugins. A line that a task or connector writes on the thread
/// that the worker calls it on starts with the worker's prefix, such as "[orders|task-0] ".
/// logger:  names the class that speaks, with dots: levels are set on it or on what is above it
///          ("org.apache.kafka.connect"), at run time too.
/// text:    one line, never with a secret in it.
/// Threads: any; a line is written as a whole.
/// Source:  org.slf4j.Logger, which plugins of Kafka Connect use.
void log_debug(std::string_view logger, std::string_view text);
void log_info(std::string_view logger, std::string_view text);
void log_warn(std::string_view logger, std::string_view text);
void log_error(std::string_view logger, std::string_view text);

/// Whether a debug line would be written: for texts that are costly to make.
bool log_debug_enabled(std::string_view logger);

}  // namespace millrace
