#pragma once

#include "millrace/result.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// Figures that a plugin wants to be seen beside those of the worker.
/// Threads: any. A gauge's function is called from the thread that reads the metrics.
/// Source:  org.apache.kafka.common.metrics.PluginMetrics.
class PluginMetrics {
 public:
  using Tags = std::vector<std::pair<std::string, std::string>>;

  virtual ~PluginMetrics() = default;
  /// A figure that is asked for when somebody looks. Errors (invalid_config): the name is taken.
  virtual Result<void> add_gauge(std::string_view name, std::string_view description, Tags tags,
                                 std::function<double()> read) = 0;
  virtual void remove(std::string_view name, const Tags& tags) = 0;
};

}  // namespace millrace
