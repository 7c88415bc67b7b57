#include "millrace/plugin_log.h"

#include "base/log.h"

namespace millrace {

namespace {

void write(std::string_view name, log::Level level, std::string_view text) {
  const log::Logger& logger = log::logger(name);
  if (logger.enabled(level)) logger.write(level, text);
}

}  // namespace

void log_debug(std::string_view logger, std::string_view text) {
  write(logger, log::Level::debug, text);
}
void log_info(std::string_view logger, std::string_view text) {
  write(logger, log::Level::info, text);
}
void log_warn(std::string_view logger, std::string_view text) {
  write(logger, log::Level::warn, text);
}
void log_error(std::string_view logger, std::string_view text) {
  write(logger, log::Level::error, text);
}

bool log_debug_enabled(std::string_view logger) {
  return log::logger(logger).enabled(log::Level::debug);
}

}  // namespace millrace
