#pragma once

#include "base/clock.h"
#include "base/mutex.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace {

/// Which connectors have to be restarted, and when: values that a configuration provider gave them
/// are good for a limited time. A connector has one time for each place that values came from.
/// Threads: one at a time.
class ReloadTimes {
 public:
  /// Replaces the time of that connector and place.
  void expect(const std::string& connector, const std::string& place, Clock::Time due);
  void forget(std::string_view connector);
  [[nodiscard]] std::optional<Clock::Time> next() const;  ///< none: nothing to wait for
  /// The connectors whose time has come, each once; that time is forgotten.
  std::vector<std::string> take_due(Clock::Time now);

 private:
  std::map<std::string, std::map<std::string, Clock::Time>, std::less<>> times_;
};

/// Calls when a connector's time has come, on a thread of its own that exists once there is
/// something to wait for.
/// Threads: any; `due` is called without a lock, and must not block.
class ReloadSchedule {
 public:
  /// Shorter times count as this: a provider that says 0 must not keep the worker restarting.
  static constexpr std::chrono::milliseconds shortest{1'000};

  ReloadSchedule(Clock& clock, std::function<void(const std::string& connector)> due);
  ~ReloadSchedule();
  ReloadSchedule(const ReloadSchedule&) = delete;
  ReloadSchedule& operator=(const ReloadSchedule&) = delete;

  void expect(const std::string& connector, const std::string& place,
              std::chrono::milliseconds after);
  void forget(std::string_view connector);
  /// Nothing is called any more.
  void stop();

 private:
  void run();

  Clock& clock_;
  const std::function<void(const std::string&)> due_;
  Mutex mutex_;
  CondVar changed_;
  ReloadTimes times_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_ GUARDED_BY(mutex_);
};

}  // namespace millrace
