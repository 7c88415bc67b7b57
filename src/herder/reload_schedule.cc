#include "herder/reload_schedule.h"

#include "base/thread.h"

#include <algorithm>
#include <utility>

namespace millrace {

void ReloadTimes::expect(const std::string& connector, const std::string& place, Clock::Time due) {
  times_[connector].insert_or_assign(place, due);
}

void ReloadTimes::forget(std::string_view connector) {
  if (const auto it = times_.find(connector); it != times_.end()) times_.erase(it);
}

std::optional<Clock::Time> ReloadTimes::next() const {
  std::optional<Clock::Time> first;
  for (const auto& [connector, places] : times_) {
    for (const auto& [place, due] : places) {
      if (!first || due < *first) first = due;
    }
  }
  return first;
}

std::vector<std::string> ReloadTimes::take_due(Clock::Time now) {
  std::vector<std::string> due;
  for (auto it = times_.begin(); it != times_.end();) {
    if (std::erase_if(it->second, [now](const auto& place) { return place.second <= now; }) > 0) {
      due.push_back(it->first);
    }
    it = it->second.empty() ? times_.erase(it) : std::next(it);
  }
  return due;
}

ReloadSchedule::ReloadSchedule(Clock& clock, std::function<void(const std::string&)> due)
    : clock_(clock), due_(std::move(due)) {}

ReloadSchedule::~ReloadSchedule() { stop(); }

void ReloadSchedule::expect(const std::string& connector, const std::string& place,
                            std::chrono::milliseconds after) {
  const MutexLock lock(mutex_);
  if (ending_) return;
  times_.expect(connector, place, deadline_after(clock_.now(), std::max(after, shortest)));
  if (!thread_.joinable()) thread_ = start_thread("config-reload", [this] { run(); });
  changed_.notify_all();
}

void ReloadSchedule::forget(std::string_view connector) {
  const MutexLock lock(mutex_);
  times_.forget(connector);
}

void ReloadSchedule::stop() {
  std::thread thread;
  {
    const MutexLock lock(mutex_);
    ending_ = true;
    thread = std::move(thread_);
    changed_.notify_all();
  }
  if (thread.joinable()) thread.join();
}

void ReloadSchedule::run() {
  while (true) {
    std::vector<std::string> due;
    {
      const MutexLock lock(mutex_);
      while (!ending_ && (due = times_.take_due(clock_.now())).empty()) {
        if (const std::optional<Clock::Time> next = times_.next()) {
          clock_.wait_until(mutex_, changed_, *next);
        } else {
          changed_.wait(mutex_);
        }
      }
      if (ending_) return;
    }
    for (const std::string& connector : due) due_(connector);
  }
}

}  // namespace millrace
