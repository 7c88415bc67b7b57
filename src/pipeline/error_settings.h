#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace millrace::pipeline {

/// What a connector's `errors.` keys say, typed.
struct ErrorSettings {
  bool tolerate_all = false;                          ///< errors.tolerance
  std::chrono::milliseconds retry_timeout{0};         ///< below 0: without end
  std::chrono::milliseconds retry_delay_max{60'000};  ///< errors.retry.delay.max.ms
  bool log = false;                                   ///< errors.log.enable
  bool log_messages = false;                          ///< errors.log.include.messages
  std::string dead_letter_topic;                      ///< empty: none
  std::int16_t dead_letter_replication_factor = 3;    ///< when the topic has to be made
  bool dead_letter_context = false;                   ///< headers that tell what happened
};

}  // namespace millrace::pipeline
