#pragma once

#include "base/log.h"

namespace millrace {

/// The logger of all that makes up a distributed herder.
inline const log::Logger& distributed_logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.distributed.DistributedHerder");
  return instance;
}

}  // namespace millrace
