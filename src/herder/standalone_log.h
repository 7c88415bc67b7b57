#pragma once

#include "base/log.h"

namespace millrace {

inline const log::Logger& standalone_logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.standalone.StandaloneHerder");
  return instance;
}

}  // namespace millrace
