#pragma once

#include "kafka/settings.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::kafka {

/// The settings that take more than a change of name. Each function reads some of Java's settings
/// and adds to the native ones.
struct Translation {
  ClientKind kind;
  const ConfigMap& java;
  NativeSettings& out;

  [[nodiscard]] Error invalid(std::string_view key, std::string_view problem) const;
  /// Absent: none.
  [[nodiscard]] Result<std::optional<std::int64_t>> whole(std::string_view key) const;
  [[nodiscard]] Result<std::optional<bool>> flag(std::string_view key) const;
  /// The text without blanks around it; empty: absent.
  [[nodiscard]] std::string text(std::string_view key) const;
};

Result<void> translate_common(Translation& t);
Result<void> translate_producer(Translation& t);
Result<void> translate_consumer(Translation& t);
/// sasl.*: mechanism, JAAS configuration, token endpoint (sasl.cc).
Result<void> translate_sasl(Translation& t);

/// "PT1H30M", "P2DT3S": days, hours, minutes and seconds.
std::optional<std::chrono::milliseconds> parse_iso_duration(std::string_view text);

std::string_view trimmed(std::string_view text);

}  // namespace millrace::kafka
