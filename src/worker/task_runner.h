#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "metrics/plugin_gauges.h"
#include "metrics/task_counters.h"
#include "pipeline/pipeline.h"
#include "pipeline/surroundings.h"
#include "worker/restart_policy.h"
#include "worker/status_listener.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::worker {

/// One task: its thread, what is wanted of it and what has become of it.
/// Threads: any. The pipeline runs on a thread of its own, which keeps the runner alive: a task
///          that does not come back from its plugin costs that thread and nothing else.
class TaskRunner final : public std::enable_shared_from_this<TaskRunner>,
                         private pipeline::TaskListener {
 public:
  /// Makes the pipeline, on the task's thread; it may block and fail.
  using MakePipeline =
      std::function<Result<std::shared_ptr<pipeline::Pipeline>>(const pipeline::Surroundings&)>;

  struct Identity {
    TaskId id;
    std::string worker_id;
    std::optional<std::string> version;  ///< of the connector
  };

  /// Asked when a task has failed: true makes its pipeline once more, from the stored offsets.
  using TryAgain = std::function<bool(const Error&)>;

  TaskRunner(Identity identity, Clock& clock, StatusListener& listener, MakePipeline make,
             TryAgain try_again = {}, RestartPolicy restarts = RestartPolicy());

  void start(bool paused);
  void set_paused(bool paused) { control_.set_paused(paused); }
  /// Asks for an orderly end.
  void stop() { control_.stop(); }
  /// Waits for the end. False: not within the time.
  bool await(Clock::Time deadline);
  /// Gives up on it: it commits and reports nothing any more.
  void cancel();
  /// Lets a source task store its offsets. Threads: the committer's.
  void commit_offsets();

  [[nodiscard]] const TaskId& id() const { return identity_.id; }
  [[nodiscard]] const metrics::TaskCounters& counters() const { return counters_; }

 private:
  void run();
  Result<void> run_pipeline();
  /// Waits after a failure, on the task's thread. False: it is not to be restarted.
  bool pause_before_restart(const Error& error, std::chrono::nanoseconds ran);
  void report(State state, std::string_view trace = {});
  [[nodiscard]] std::shared_ptr<pipeline::Pipeline> pipeline();
  void running() override { report(State::running); }
  void paused() override { report(State::paused); }
  void topic_used(std::string_view topic) override { listener_.topic_used(identity_.id, topic); }

  const Identity identity_;
  StatusListener& listener_;
  const MakePipeline make_;
  const TryAgain try_again_;
  RestartPolicy restarts_;  // touched by the task's thread only
  metrics::TaskCounters counters_;
  metrics::PluginGauges gauges_;
  pipeline::TaskControl control_;
  Clock& clock_;
  Mutex mutex_;
  CondVar ended_condition_;
  std::shared_ptr<pipeline::Pipeline> pipeline_ GUARDED_BY(mutex_);  // shared with the committer
  bool ended_ GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::worker
