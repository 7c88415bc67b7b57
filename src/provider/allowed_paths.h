#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace::provider {

/// The folders and files that a provider may look into: its setting `allowed.paths`, separated by
/// commas; without it, all. `..` and `.` are taken out of a path before it is compared; links are
/// followed, so that whoever can write into an allowed folder decides what lies there.
/// Source: org.apache.kafka.common.config.internals.AllowedPaths.
class AllowedPaths {
 public:
  static constexpr std::string_view key = "allowed.paths";

  /// Errors (invalid_config): "Path <p> is not absolute", "Path <p> does not exist".
  static Result<AllowedPaths> of(const ConfigMap& properties);

  /// The path to open, or none: it is not allowed.
  [[nodiscard]] std::optional<std::filesystem::path> admit(std::string_view path) const;

 private:
  std::optional<std::vector<std::filesystem::path>> paths_;  // none: everything is allowed
};

}  // namespace millrace::provider
