// What a distributed herder does to the connectors and tasks that run on its worker. Everything
// here runs on the loop.
#include "herder/distributed_herder.h"
#include "herder/distributed_log.h"
#include "herder/restart_plan.h"

#include <algorithm>
#include <utility>

namespace millrace {

namespace {

constexpr std::chrono::milliseconds defence_interval{2'000};

void log_failure(const std::string& what, const Result<void>& done) {
  if (!done) distributed_logger().error("{}: {}", what, done.error().message());
}

}  // namespace

void DistributedHerder::entered(const group::Assigned& assigned) {
  generation_ = assigned.generation;
  signed_requests_ = assigned.protocol == group::ProtocolVersion::v2;
}

void DistributedHerder::start_work(const group::Work& held) {
  if (stopping_) return;
  group::Work there;  // of what the group gives, what the configuration knows
  for (const std::string& name : held.connectors) {
    if (entry_of(name)) there.connectors.insert(name);
  }
  for (const group::Task& task : held.tasks) {
    const Entry entry = entry_of(task.connector);
    const auto number = static_cast<std::size_t>(task.number);
    if (entry && number < entry->task_configs.size()) there.tasks.insert(task);
  }
  const group::Work fresh = without(there, running_);
  running_ = std::move(there);
  for (const std::string& name : fresh.connectors) {
    start_local_connector(name, [name](const Result<void>& done) {
      log_failure("Connector " + name + " could not be started", done);
    });
  }
  for (const group::Task& task : fresh.tasks) {
    const TaskId id{task.connector, task.number};
    start_local_task(id, [](const Result<void>&) {});
  }
}

void DistributedHerder::stop_work(const group::Work& work, std::function<void()> done) {
  running_.remove(work);
  for (const std::string& name : work.connectors) {
    publisher_.forget(name);
    reloads_.forget(name);
    stamps_.erase(name);
  }
  local_->stop(work, [this, work, done = std::move(done)] {
    // Of a connector that was deleted, those that ran it forget the topics, once it is quiet.
    std::set<std::string> names = work.connectors;
    for (const group::Task& task : work.tasks) names.insert(task.connector);
    for (const std::string& name : names) {
      if (entry_of(name)) continue;
      for (const storage::TopicUse& use : parts_.status.topics(name)) {
        parts_.status.forget_topic(name, use.topic);
      }
    }
    statuses_.post([this, done] {
      if (!parts_.status.flush(std::chrono::seconds(5))) {
        distributed_logger().warn("Not every status was written in time");
      }
      loop_.post(done);
    });
  });
}

void DistributedHerder::start_local_connector(const std::string& name, LocalWork::Done done) {
  const Entry entry = entry_of(name);
  if (!entry || stopping_) return done({});
  local_->start_connector(name, entry->config, entry->target,
                          [this, name, done = std::move(done)](const Result<void>& started) {
                            done(started);
                            if (started) configure_tasks(name);
                          });
}

void DistributedHerder::restart_local_connector(const std::string& name,
                                                std::function<void()> between,
                                                LocalWork::Done done) {
  local_->stop_connector(name, [this, name, between = std::move(between),
                                done = std::move(done)](const Result<void>&) {
    if (!running_.connectors.contains(name)) return done({});
    if (between) between();
    start_local_connector(name, done);
  });
}

void DistributedHerder::start_local_task(const TaskId& id, LocalWork::Done done) {
  const Entry entry = entry_of(id.connector);
  const auto number = static_cast<std::size_t>(id.task);
  if (!entry || number >= entry->task_configs.size() || stopping_ ||
      !running_.tasks.contains({id.connector, id.task})) {
    return done({});
  }
  local_->start_task(id, entry->config, entry->task_configs[number], entry->target,
                     [this, id, done = std::move(done)](const Result<void>& started) {
                       if (!started) {
                         task_status(id, Status{State::failed, settings_.worker_id, std::nullopt,
                                                started.error().trace()});
                       }
                       done(started);
                     });
}

void DistributedHerder::restart_local_tasks(const std::string& connector,
                                            const std::vector<TaskId>& ids,
                                            std::function<void()> between, LocalWork::Done done) {
  local_->stop_tasks(connector, ids,
                     [this, ids, between = std::move(between),
                      done = std::move(done)](const Result<void>& stopped) {
                       if (ids.empty()) return done(stopped);
                       if (between) between();
                       const auto waiting = std::make_shared<std::size_t>(ids.size());
                       const auto first = std::make_shared<Result<void>>();
                       for (const TaskId& id : ids) {
                         start_local_task(id, [waiting, first, done](const Result<void>& started) {
                           if (!started && *first) *first = started;
                           if (--*waiting == 0) done(*first);
                         });
                       }
                     });
}

void DistributedHerder::follow_target(const std::string& name) {
  const Entry entry = entry_of(name);
  if (!entry) return;
  const bool has_tasks = std::any_of(running_.tasks.begin(), running_.tasks.end(),
                                     [&](const auto& task) { return task.connector == name; });
  if (has_tasks && entry->target != TargetState::stopped) {
    local_->set_tasks_paused(name, entry->target == TargetState::paused);
  }
  if (!running_.connectors.contains(name)) return;
  if (entry->target != TargetState::started) publisher_.forget(name);
  local_->set_target(name, entry->target, [this, name](const Result<void>& done) {
    log_failure("Connector " + name, done);
    if (done) configure_tasks(name);
  });
}

void DistributedHerder::configure_tasks(const std::string& name, std::chrono::milliseconds pause) {
  const Entry entry = entry_of(name);
  if (!entry || entry->target != TargetState::started || !running_.connectors.contains(name))
    return;
  local_->ask_task_configs(
      name, entry->config, [this, name, pause](Result<LocalWork::TaskConfigs> configs) {
        if (configs) return publish_if_new(name, *std::move(configs));
        const auto status = parts_.status.connector(name);
        distributed_logger().error("Connector {} could not configure its tasks: {}", name,
                                   configs.error().trace());
        if (configs.error().code() == ErrorCode::not_found) return;  // it does not run any more
        if (configs.error().java_class().ends_with("TooManyTasksException")) return;  // for good
        if (status && status->status.state == State::failed) return;
        loop_.after(pause, [this, name, pause] {
          configure_tasks(name, std::min(2 * pause, TaskPublisher::longest_pause));
        });
      });
}

/// The tasks' configurations themselves may be the same and yet stand for something else: they see
/// the connector's too, and variables in both may have come to mean other values.
void DistributedHerder::publish_if_new(const std::string& name, LocalWork::TaskConfigs made) {
  const Entry entry = entry_of(name);
  if (!entry || entry->target != TargetState::started || !running_.connectors.contains(name))
    return;
  const auto known = stamps_.find(name);
  const bool same_values = known == stamps_.end() || known->second == made.stamp;
  stamps_[name] = made.stamp;
  const bool same = !entry->inconsistent && entry->task_configs == made.configs && entry->applied &&
                    *entry->applied == entry->config && same_values;
  if (!same) publisher_.publish(name, std::move(made.configs));
}

void DistributedHerder::defend_statuses() {
  if (status_timer_) loop_.cancel(*status_timer_);
  status_timer_ = loop_.after(defence_interval, [this] { defend_statuses(); });
  if (stopping_ || rebalancer_.place() == nullptr) return;
  std::map<std::string, Status> connectors;
  std::map<TaskId, Status> tasks;
  {
    const MutexLock lock(mutex_);
    connectors = own_connectors_;
    tasks = own_tasks_;
  }
  const auto overwritten = [this](const std::optional<storage::StoredStatus>& stored) {
    return stored && stored->status.worker_id != settings_.worker_id;
  };
  for (auto& [name, status] : connectors) {
    if (!running_.connectors.contains(name) || !overwritten(parts_.status.connector(name)))
      continue;
    distributed_logger().info("Connector {} runs here, whatever another worker has said late",
                              name);
    parts_.status.put_connector(name, {std::move(status), generation_}, storage::Write::plain);
  }
  for (auto& [id, status] : tasks) {
    if (!running_.tasks.contains({id.connector, id.task})) continue;
    if (!overwritten(parts_.status.task(id))) continue;
    distributed_logger().info("Task {} runs here, whatever another worker has said late",
                              id.to_string());
    parts_.status.put_task(id, {std::move(status), generation_}, storage::Write::plain);
  }
}

void DistributedHerder::restart_own_share(const storage::RestartWish& wish) {
  const Result<RestartPlan> plan =
      plan_restart(*this, wish.connector, {wish.include_tasks, wish.only_failed});
  if (!plan) return;
  const storage::StoredStatus restarting{
      {State::restarting, settings_.worker_id, plan->status.connector.version, {}}, generation_};
  std::vector<TaskId> tasks;
  for (const TaskId& task : plan->tasks) {
    if (running_.tasks.contains({task.connector, task.task})) tasks.push_back(task);
  }
  const bool connector_too = plan->connector && running_.connectors.contains(wish.connector);
  if (!connector_too && tasks.empty()) return;
  distributed_logger().info("Restarting connector {}{} and {} of its tasks here", wish.connector,
                            connector_too ? "" : " (not itself)", tasks.size());
  if (connector_too) {
    restart_local_connector(
        wish.connector,
        [this, name = wish.connector, restarting] {
          parts_.status.put_connector(name, restarting, storage::Write::plain);
        },
        [name = wish.connector](const Result<void>& done) {
          log_failure("Connector " + name + " could not be restarted", done);
        });
  }
  restart_local_tasks(
      wish.connector, tasks,
      [this, tasks, restarting] {
        for (const TaskId& task : tasks) {
          parts_.status.put_task(task, restarting, storage::Write::plain);
        }
      },
      [](const Result<void>&) {});
}

}  // namespace millrace
