#pragma once

#include "base/mutex.h"
#include "millrace/metrics.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::metrics {

/// The figures of one plugin.
class PluginGauges final : public PluginMetrics {
 public:
  struct Reading {
    std::string name;
    std::string description;
    Tags tags;
    double value;
  };

  Result<void> add_gauge(std::string_view name, std::string_view description, Tags tags,
                         std::function<double()> read) override;
  void remove(std::string_view name, const Tags& tags) override;
  /// Asks every gauge; none of them is called with a lock held.
  [[nodiscard]] std::vector<Reading> read() const;

 private:
  using Key = std::pair<std::string, Tags>;
  struct Gauge {
    std::string description;
    std::function<double()> read;
  };
  mutable Mutex mutex_;
  std::map<Key, Gauge> gauges_ GUARDED_BY(mutex_);
};

}  // namespace millrace::metrics
