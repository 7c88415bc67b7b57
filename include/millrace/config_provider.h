#pragma once

#include "millrace/config.h"
#include "millrace/result.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace millrace {

/// Values for ${provider:path:key}. They are secrets: never log them.
struct ConfigData {
  std::map<std::string, std::string> data;
  std::optional<std::chrono::milliseconds> time_to_live;  ///< none: for ever
};

/// Looks values up that do not stand in the configuration itself.
/// Threads: one instance per worker, called from several threads at once.
/// Source:  org.apache.kafka.common.config.provider.ConfigProvider.
class ConfigProvider {
 public:
  virtual ~ConfigProvider() = default;
  virtual Result<void> configure(const ConfigMap& properties) = 0;
  /// Everything at a path (empty when the variable has none).
  virtual Result<ConfigData> get(std::string_view path) = 0;
  /// Only these keys; what is not there is left out.
  virtual Result<ConfigData> get(std::string_view path, const std::set<std::string>& keys) = 0;
  virtual void close() {}
};

}  // namespace millrace
