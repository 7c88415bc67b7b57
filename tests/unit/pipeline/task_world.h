#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "metrics/plugin_gauges.h"
#include "metrics/task_counters.h"
#include "pipeline/surroundings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace millrace::pipeline {

// Bodies of these fixtures stand in .cc files, those of constructors and destructors as well: each
// test's file would compile them again, with everything that they instantiate.

/// What happened, in order: one line a call into a fake.
/// Threads: any.
class Journal {
 public:
  Journal();
  ~Journal();

  void note(std::string line);
  void clear();
  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] std::ptrdiff_t count(const std::string& line) const;
  /// Waits until the line has been noted so many times. False: not within half a minute.
  bool await(const std::string& line, std::ptrdiff_t times = 1);

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);
};

/// What a fake plugin does instead of nothing, by the name of the call. It may fail and throw.
class Behaviour {
 public:
  using Deed = std::function<Result<void>()>;

  explicit Behaviour(Journal& journal);
  ~Behaviour();
  void on(const std::string& call, Deed deed);
  void fail(const std::string& call, Error error);
  /// The call has come: notes it and does what is wanted. line: the note, if not the name.
  Result<void> called(const std::string& call, std::string line = {});

 private:
  Journal& journal_;
  std::map<std::string, Deed> deeds_;
};

class FakeListener final : public TaskListener {
 public:
  explicit FakeListener(Journal& journal);
  ~FakeListener() override;
  void running() override;
  void paused() override;
  void topic_used(std::string_view topic) override;
  std::vector<std::string> topics;  ///< as told; of the task's thread
  /// Lets a test on one thread end the pause that has just begun.
  std::function<void()> on_paused;

 private:
  Journal& journal_;
};

/// What every pipeline lives in.
struct TaskWorld {
  explicit TaskWorld(Clock& the_clock);
  ~TaskWorld();
  [[nodiscard]] Surroundings surroundings();

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

std::string trace_of(const Result<void>& result);

testing::Matcher<const Result<void>&> FailsWith(const std::string& text);
testing::Matcher<const Result<void>&> Succeeds();

}  // namespace millrace::pipeline
