#include "herder/local_work.h"

#include "herder/distributed_log.h"

#include <utility>

namespace millrace {

LocalWork::Lanes& LocalWork::lanes_of(const std::string& name) {
  const auto found = lanes_.find(name);
  if (found != lanes_.end()) return found->second;
  std::erase_if(lanes_, [](const auto& lanes) {
    return lanes.second.calls.empty() && lanes.second.epoch == 0 && lanes.second.tasks.idle();
  });
  const std::string context = "[" + name + "|worker] ";
  return lanes_
      .emplace(name, Lanes{.connector = Lane("connector-thread-" + name, context),
                           .tasks = Lane("connector-tasks-" + name, context)})
      .first->second;
}

void LocalWork::in_connector_lane(const std::string& name, std::function<Result<void>()> work,
                                  Done done) {
  Lanes& lanes = lanes_of(name);
  const Clock::Time now = loop_.clock().now();
  if (lanes.calls.empty()) lanes.busy_since = now;
  lanes.calls.push_back({std::move(done), now});
  lanes.connector.post(
      [this, name, epoch = lanes.epoch, wanted = lanes.wanted, work = std::move(work)] {
        if (!*wanted) return;
        const Result<void> result = work();
        loop_.post([this, name, epoch, result] { finished(name, epoch, result); });
      });
}

void LocalWork::finished(const std::string& name, std::uint64_t epoch, const Result<void>& result) {
  const auto it = lanes_.find(name);
  if (it == lanes_.end() || it->second.epoch != epoch) return;  // it was given up
  const Call call = std::move(it->second.calls.front());
  it->second.calls.pop_front();
  it->second.busy_since = loop_.clock().now();
  call.done(result);
}

void LocalWork::in_tasks_lane(const std::string& name, std::function<Result<void>()> work,
                              Done done) {
  lanes_of(name).tasks.post([this, work = std::move(work), done = std::move(done)] {
    const Result<void> result = work();
    loop_.post([done, result] { done(result); });
  });
}

void LocalWork::start_connector(const std::string& name, const ConfigMap& config,
                                TargetState target, Done done) {
  in_connector_lane(
      name, [this, name, config, target] { return worker_.start_connector(name, config, target); },
      std::move(done));
}

void LocalWork::set_target(const std::string& name, TargetState target, Done done) {
  in_connector_lane(
      name, [this, name, target] { return worker_.set_connector_state(name, target); },
      std::move(done));
}

void LocalWork::stop_connector(const std::string& name, Done done) {
  in_connector_lane(
      name,
      [this, name]() -> Result<void> {
        worker_.stop_connector(name);
        return {};
      },
      std::move(done));
}

void LocalWork::ask_task_configs(const std::string& name, const ConfigMap& config,
                                 std::function<void(Result<TaskConfigs>)> done) {
  const auto answer = std::make_shared<TaskConfigs>();
  in_connector_lane(
      name,
      [this, name, config, answer]() -> Result<void> {
        Result<std::vector<ConfigMap>> configs = worker_.task_configs(name, config);
        if (!configs) return std::move(configs.error());
        answer->configs = *std::move(configs);
        answer->stamp = worker_.config_stamp(name);
        return {};
      },
      [answer, done = std::move(done)](const Result<void>& asked) {
        if (!asked) return done(asked.error());
        done(std::move(*answer));
      });
}

void LocalWork::start_task(const TaskId& id, const ConfigMap& connector_config,
                           const ConfigMap& task_config, TargetState target, Done done) {
  in_tasks_lane(
      id.connector,
      [this, id, connector_config, task_config, target]() -> Result<void> {
        if (worker_.has_task(id)) return {};
        return worker_.start_task(id, connector_config, task_config, target);
      },
      std::move(done));
}

void LocalWork::set_tasks_paused(const std::string& connector, bool paused) {
  in_tasks_lane(
      connector,
      [this, connector, paused]() -> Result<void> {
        worker_.set_tasks_paused(connector, paused);
        return {};
      },
      [](const Result<void>&) {});
}

void LocalWork::stop_tasks(const std::string& connector, std::vector<TaskId> ids, Done done) {
  in_tasks_lane(
      connector,
      [this, ids = std::move(ids)]() -> Result<void> {
        if (!ids.empty()) worker_.stop_tasks(ids);
        return {};
      },
      std::move(done));
}

void LocalWork::stop(const group::Work& work, std::function<void()> done) {
  std::map<std::string, std::vector<TaskId>> tasks;
  for (const group::Task& task : work.tasks) {
    tasks[task.connector].push_back({task.connector, task.number});
  }
  const auto waiting =
      std::make_shared<std::size_t>(work.connectors.size() + tasks.size() + std::size_t{1});
  const Done one_less = [waiting, done = std::move(done)](const Result<void>&) {
    if (--*waiting == 0) done();
  };
  for (const std::string& name : work.connectors) stop_connector(name, one_less);
  for (auto& [name, ids] : tasks) stop_tasks(name, std::move(ids), one_less);
  give_up(work.connectors, hung);
  loop_.after(worker::Worker::connector_stop_timeout, [this, waiting, names = work.connectors] {
    if (*waiting > 0) give_up(names, worker::Worker::connector_stop_timeout);
  });
  loop_.post([one_less] { one_less({}); });  // never done inside the call
}

void LocalWork::wait_idle(std::chrono::milliseconds limit) {
  for (auto& [name, lanes] : lanes_) {
    if (!lanes.tasks.idle()) wait_for(lanes.tasks, limit);
    if (!lanes.connector.idle()) wait_for(lanes.connector, limit);
  }
}

void LocalWork::give_up(const std::set<std::string>& names, std::chrono::milliseconds busy) {
  const Clock::Time now = loop_.clock().now();
  for (const std::string& name : names) {
    const auto it = lanes_.find(name);
    if (it == lanes_.end() || it->second.calls.empty() || now - it->second.busy_since < busy) {
      continue;
    }
    distributed_logger().warn(
        "Connector {} has not come back for {} ms, and is left behind", name,
        std::chrono::duration_cast<std::chrono::milliseconds>(now - it->second.busy_since).count());
    worker_.abandon_connector(name);
    Lanes& lanes = it->second;
    ++lanes.epoch;
    *std::exchange(lanes.wanted, std::make_shared<std::atomic<bool>>(true)) = false;
    lanes.connector = Lane("connector-thread-" + name, "[" + name + "|worker] ");
    for (const Call& call : std::exchange(lanes.calls, {})) {
      loop_.post([done = call.done, name] {
        done(Error{ErrorCode::fatal, "Connector " + name + " does not answer, and was given up"});
      });
    }
  }
}

}  // namespace millrace
