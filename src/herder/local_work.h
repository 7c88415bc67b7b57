#pragma once

#include "base/lane.h"
#include "group/work.h"
#include "herder/event_loop.h"
#include "worker/worker.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// What this worker of a cluster runs. Each connector has two lanes, one for its own start and stop
/// and one for its tasks: what hangs in one keeps nothing else waiting, and is given up when the
/// work has to leave this worker.
/// Threads: the loop's for every call; each Done is called there, later.
class LocalWork {
 public:
  using Done = std::function<void(Result<void>)>;
  struct TaskConfigs {
    std::vector<ConfigMap> configs;
    std::size_t stamp = 0;  ///< worker::Worker::config_stamp of the connector that made them
  };
  /// A connector that has been busy for so long counts as hung: nobody waits for it.
  static constexpr std::chrono::milliseconds hung{1'000};

  LocalWork(worker::Worker& worker, EventLoop& loop) : worker_(worker), loop_(loop) {}

  void start_connector(const std::string& name, const ConfigMap& config, TargetState target,
                       Done done);
  void set_target(const std::string& name, TargetState target, Done done);
  void stop_connector(const std::string& name, Done done);
  /// The configurations of its tasks, as the connector wants them now.
  void ask_task_configs(const std::string& name, const ConfigMap& config,
                        std::function<void(Result<TaskConfigs>)> done);

  void start_task(const TaskId& id, const ConfigMap& connector_config, const ConfigMap& task_config,
                  TargetState target, Done done);
  void set_tasks_paused(const std::string& connector, bool paused);
  void stop_tasks(const std::string& connector, std::vector<TaskId> ids, Done done);

  /// Stops all of that, and gives up connectors that do not stop in time. Done: it has.
  void stop(const group::Work& work, std::function<void()> done);
  /// Waits until nothing is being done any more, but for what hangs. When the loop has ended.
  void wait_idle(std::chrono::milliseconds limit);

 private:
  struct Call {
    Done done;
    Clock::Time posted;
  };
  struct Lanes {
    Lane connector;
    Lane tasks;
    std::uint64_t epoch = 0;  // of the connector's lane: another one after it was given up
    /// False once the lane was given up: what still waits in it is not done any more.
    std::shared_ptr<std::atomic<bool>> wanted = std::make_shared<std::atomic<bool>>(true);
    std::deque<Call> calls;  // in the connector's lane, and not done yet
    Clock::Time busy_since;
  };

  Lanes& lanes_of(const std::string& name);
  /// Has the connector's lane do it. work: runs there.
  void in_connector_lane(const std::string& name, std::function<Result<void>()> work, Done done);
  void in_tasks_lane(const std::string& name, std::function<Result<void>()> work, Done done);
  void finished(const std::string& name, std::uint64_t epoch, const Result<void>& result);
  /// Those of the names whose lanes are still busy, and have been for so long.
  void give_up(const std::set<std::string>& names, std::chrono::milliseconds busy);

  worker::Worker& worker_;
  EventLoop& loop_;
  std::map<std::string, Lanes, std::less<>> lanes_;
};

}  // namespace millrace
