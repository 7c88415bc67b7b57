#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "metrics/plugin_gauges.h"
#include "metrics/task_counters.h"
#include "pipeline/surroundings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace millrace::pipeline {

/// What happened, in order: one line a call into a fake.
/// Threads: any.
class Journal {
 public:
  void note(std::string line) {
    const MutexLock lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  void clear() {
    const MutexLock lock(mutex_);
    lines_.clear();
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const MutexLock lock(mutex_);
    return lines_;
  }
  [[nodiscard]] std::ptrdiff_t count(const std::string& line) const {
    const MutexLock lock(mutex_);
    return std::count(lines_.begin(), lines_.end(), line);
  }
  /// Waits until the line has been noted so many times. False: not within half a minute.
  bool await(const std::string& line, std::ptrdiff_t times = 1) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    const MutexLock lock(mutex_);
    while (std::count(lines_.begin(), lines_.end(), line) < times) {
      if (!changed_.wait_until(mutex_, deadline)) return false;
    }
    return true;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);
};

/// What a fake plugin does instead of nothing, by the name of the call. It may fail and throw.
class Behaviour {
 public:
  using Deed = std::function<Result<void>()>;

  explicit Behaviour(Journal& journal) : journal_(journal) {}
  void on(const std::string& call, Deed deed) { deeds_[call] = std::move(deed); }
  void fail(const std::string& call, Error error) {
    on(call, [error]() -> Result<void> { return error; });
  }
  /// The call has come: notes it and does what is wanted. line: the note, if not the name.
  Result<void> called(const std::string& call, std::string line = {}) {
    journal_.note(line.empty() ? call : std::move(line));
    const auto deed = deeds_.find(call);
    return deed == deeds_.end() ? Result<void>() : deed->second();
  }

 private:
  Journal& journal_;
  std::map<std::string, Deed> deeds_;
};

class FakeListener final : public TaskListener {
 public:
  explicit FakeListener(Journal& journal) : journal_(journal) {}
  void running() override { journal_.note("RUNNING"); }
  void paused() override {
    journal_.note("PAUSED");
    if (on_paused) on_paused();
  }
  void topic_used(std::string_view topic) override { topics.emplace_back(topic); }
  std::vector<std::string> topics;  ///< as told; of the task's thread
  /// Lets a test on one thread end the pause that has just begun.
  std::function<void()> on_paused;

 private:
  Journal& journal_;
};

/// What every pipeline lives in.
struct TaskWorld {
  explicit TaskWorld(Clock& the_clock) : clock(the_clock) {}
  [[nodiscard]] Surroundings surroundings() { return {clock, control, listener, counters, gauges}; }

  Clock& clock;
  Journal journal;
  TaskControl control{clock};
  FakeListener listener{journal};
  metrics::TaskCounters counters;
  metrics::PluginGauges gauges;
};

/// The base of fixtures that run on a manual clock; first, so that the rest can be built on it.
struct ManualTime {
  ManualClock manual;
};

inline std::string trace_of(const Result<void>& result) {
  return result ? std::string("no error") : result.error().trace();
}

MATCHER_P(FailsWith, text, "") {
  *result_listener << trace_of(arg);
  return !arg && arg.error().trace().find(text) != std::string::npos;
}
MATCHER(Succeeds, "") {
  *result_listener << trace_of(arg);
  return static_cast<bool>(arg);
}

}  // namespace millrace::pipeline
