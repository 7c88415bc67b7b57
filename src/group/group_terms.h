#pragma once

#include "base/log.h"
#include "millrace/error.h"

#include <cstdint>

namespace millrace::group {

/// The logger of all that speaks with the coordinator.
inline log::Logger& logger() {
  static log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.distributed.WorkerCoordinator");
  return instance;
}

/// Errors of Kafka's protocol that have a meaning of their own in a group.
enum GroupError : std::int16_t {
  none = 0,
  coordinator_load_in_progress = 14,
  coordinator_not_available = 15,
  not_coordinator = 16,
  illegal_generation = 22,
  unknown_member_id = 25,
  rebalance_in_progress = 27,
  member_id_required = 79,
};

inline bool ends_the_worker(const Error& error) {
  return error.code() == ErrorCode::fatal || error.code() == ErrorCode::invalid_config;
}

}  // namespace millrace::group
