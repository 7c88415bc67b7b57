#include "metrics/plugin_gauges.h"

namespace millrace::metrics {

Result<void> PluginGauges::add_gauge(std::string_view name, std::string_view description, Tags tags,
                                     std::function<double()> read) {
  const MutexLock lock(mutex_);
  const bool added = gauges_
                         .try_emplace(Key{std::string(name), std::move(tags)},
                                      Gauge{std::string(description), std::move(read)})
                         .second;
  if (!added) {
    return Error{ErrorCode::invalid_config, "java.lang.IllegalArgumentException",
                 "Metric '" + std::string(name) + "' already exists with these tags"};
  }
  return {};
}

void PluginGauges::remove(std::string_view name, const Tags& tags) {
  const MutexLock lock(mutex_);
  gauges_.erase(Key{std::string(name), tags});
}

std::vector<PluginGauges::Reading> PluginGauges::read() const {
  std::map<Key, Gauge> gauges;
  {
    const MutexLock lock(mutex_);
    gauges = gauges_;
  }
  std::vector<Reading> readings;
  for (const auto& [key, gauge] : gauges) {
    readings.push_back({key.first, gauge.description, key.second, gauge.read()});
  }
  return readings;
}

}  // namespace millrace::metrics
