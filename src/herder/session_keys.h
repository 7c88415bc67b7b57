#pragma once

#include "millrace/config.h"
#include "millrace/result.h"
#include "millrace/value.h"
#include "storage/cluster_config.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace millrace {

/// The settings of the key that signs requests between workers: inter.worker.key.*.
struct SessionKeySettings {
  std::string algorithm = "HmacSHA256";
  std::size_t bytes = 32;
  std::chrono::milliseconds ttl{3'600'000};
};
/// Errors (invalid_config): inter.worker.key.size is below the 40 bits that Java's generators need.
Result<SessionKeySettings> read_session_key_settings(const Config& worker);

/// When the leader has to write a new key: at once (the smallest instant) where there is none or
/// the one there is not as the settings want it.
Instant session_key_due(const std::optional<storage::SessionKey>& current,
                        const SessionKeySettings& settings);
storage::SessionKey make_session_key(const SessionKeySettings& settings, Instant now);

}  // namespace millrace
