#pragma once

#include "base/log.h"

namespace millrace::rest {

/// The logger of all that serves the REST API.
inline log::Logger& rest_logger() {
  static log::Logger& instance = log::logger("org.apache.kafka.connect.runtime.rest.RestServer");
  return instance;
}

}  // namespace millrace::rest
