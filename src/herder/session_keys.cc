#include "herder/session_keys.h"

#include "millrace/config_def.h"
#include "peers/signature.h"

#include <cstdint>
#include <limits>

namespace millrace {

namespace {

constexpr std::string_view size_key = "inter.worker.key.size";
constexpr std::int32_t fewest_bits = 40;

}  // namespace

Result<SessionKeySettings> read_session_key_settings(const Config& worker) {
  SessionKeySettings settings;
  settings.algorithm = worker.get<std::string>("inter.worker.key.generation.algorithm");
  settings.ttl = std::chrono::milliseconds(worker.get<std::int32_t>("inter.worker.key.ttl.ms"));
  settings.bytes = peers::default_key_bytes(settings.algorithm);
  if (const auto* bits = worker.find<std::int32_t>(size_key)) {
    if (*bits < fewest_bits) {
      return invalid_value(size_key, *bits,
                           "Value must be at least " + std::to_string(fewest_bits));
    }
    settings.bytes = (static_cast<std::size_t>(*bits) + 7) / 8;
  }
  return settings;
}

Instant session_key_due(const std::optional<storage::SessionKey>& current,
                        const SessionKeySettings& settings) {
  if (!current || current->algorithm != settings.algorithm ||
      current->bytes.size() != settings.bytes) {
    return Instant::min();
  }
  std::int64_t due = 0;  // anybody may have written the time of creation
  if (__builtin_add_overflow(current->created_ms, settings.ttl.count(), &due))
    return Instant::max();
  return Instant(std::chrono::milliseconds(due));
}

storage::SessionKey make_session_key(const SessionKeySettings& settings, Instant now) {
  return {peers::random_key(settings.bytes), settings.algorithm, now.time_since_epoch().count()};
}

}  // namespace millrace
