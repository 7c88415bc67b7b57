// A distributed herder's life, and the questions that it answers from what the topics say.
#include "herder/distributed_herder.h"
#include "herder/distributed_log.h"

#include "herder/plugin_list.h"
#include "herder/rest_errors.h"

#include <algorithm>
#include <future>
#include <utility>

namespace millrace {

namespace {

constexpr std::chrono::milliseconds lane_limit{1'000};

}  // namespace

DistributedHerder::DistributedHerder(Settings settings, Parts parts, ConnectorValidator validator)
    : settings_(std::move(settings)),
      parts_(parts),
      validator_(std::move(validator)),
      signed_requests_(settings_.sessioned),
      calls_(parts_.clock),
      loop_(parts_.clock, "herder"),
      publisher_(
          loop_,
          [this](const std::string& name, const std::vector<ConfigMap>& configs,
                 TaskPublisher::Done done) { send_task_configs(name, configs, std::move(done)); }),
      rebalancer_(loop_, parts_.config, *this, settings_.rebalances),
      reloads_(parts_.clock, [this](const std::string& name) {
        loop_.post([this, name] {
          if (!running_.connectors.contains(name)) return;
          distributed_logger().info("Restarting connector {}: values in its configuration are due",
                                    name);
          restart_local_connector(name, {}, [](const Result<void>&) {});
        });
      }) {}

DistributedHerder::~DistributedHerder() = default;

void DistributedHerder::set_worker(worker::Worker& worker) {
  worker_ = &worker;
  local_.emplace(worker, loop_);
}

void DistributedHerder::set_membership(Membership& membership) {
  membership_ = &membership;
  rebalancer_.set_membership(membership);
}

void DistributedHerder::start(std::function<void()> loaded,
                              std::function<void(const Error&)> ended) {
  ended_ = std::move(ended);
  loop_.start();
  Lane("herder-start", "").post([this, loaded = std::move(loaded)] {
    const auto begin = parts_.clock.now();
    for (const auto& read :
         {std::function<Result<void>()>([this] { return parts_.offsets.load(); }),
          std::function<Result<void>()>([this] { return parts_.status.start(); }),
          std::function<Result<void>()>([this] { return parts_.config.start(*this); })}) {
      if (stopping_) return;
      if (const Result<void> done = read(); !done) return end_with(done.error());
    }
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.now() - begin);
    distributed_logger().info("Read the internal topics in {} ms: {} connectors", took.count(),
                              parts_.config.snapshot()->connectors.size());
    loaded_ = true;
    loaded();
    loop_.post([this] {
      for (const auto& [name, entry] : parts_.config.snapshot()->connectors) known_.insert(name);
      rebalancer_.want_round("the worker has started");
    });
  });
}

void DistributedHerder::end_with(const Error& error) {
  if (!stopping_ && ended_) ended_(error);
}

void DistributedHerder::stop() {
  stopping_ = true;
  reloads_.stop();
  calls_.stop();
  const auto stopped = std::make_shared<std::promise<void>>();  // a connector may come back later
  loop_.post([this, stopped] {
    refuse_waiting();
    const group::Work all = running_;
    distributed_logger().info("Stopping {}", to_string(all));
    stop_work(all, [stopped] { stopped->set_value(); });
  });
  const auto limit = settings_.task_stop_timeout + 2 * worker::Worker::connector_stop_timeout;
  if (stopped->get_future().wait_for(limit) != std::future_status::ready) {
    distributed_logger().warn("Not everything stopped within {} ms", limit.count());
  }
  loop_.stop();
  local_->wait_idle(lane_limit);
  worker_->stop_tasks({});  // whatever was about to start when the end came
  parts_.status.flush(lane_limit);
  parts_.status.stop();
  parts_.config.stop();
  // What a lane still does, it does with this herder: all of it ends now that the stores have.
  for (Lane* lane : {&writes_, &statuses_, &leader_requests_}) wait_for(*lane, lane_limit);
  rebalancer_.wait_for_reads(lane_limit);
  membership_->close(std::chrono::seconds(5));
}

void DistributedHerder::ping(Reply<void> reply) {
  loop_.post([this, reply] {
    if (!ready()) {
      pings_.push_back(reply);
      return;
    }
    reply({});
  });
}

// Questions.

std::vector<std::string> DistributedHerder::connectors() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : parts_.config.snapshot()->connectors) names.push_back(name);
  return names;
}

DistributedHerder::Entry DistributedHerder::entry_of(std::string_view name) const {
  const auto snapshot = parts_.config.snapshot();
  const auto it = snapshot->connectors.find(name);
  return it == snapshot->connectors.end() ? nullptr : it->second;
}

ConnectorType DistributedHerder::type_of(const ConfigMap& config) const {
  const std::string class_name = config.get_or("connector.class", "");
  if (parts_.plugins.find_source(class_name) != nullptr) return ConnectorType::source;
  if (parts_.plugins.find_sink(class_name) != nullptr) return ConnectorType::sink;
  return ConnectorType::unknown;
}

ConnectorInfo DistributedHerder::info(const std::string& name,
                                      const storage::ConnectorEntry& entry) const {
  ConnectorInfo info{name, type_of(entry.config), entry.config, {}};
  for (std::size_t i = 0; i < entry.task_configs.size(); ++i) {
    info.tasks.push_back({name, static_cast<std::int32_t>(i)});
  }
  return info;
}

Result<ConnectorInfo> DistributedHerder::connector_info(std::string_view name) const {
  const Entry entry = entry_of(name);
  if (!entry) return not_found("Connector ", name, " not found");
  return info(std::string(name), *entry);
}

Result<ConnectorStatus> DistributedHerder::connector_status(std::string_view name) const {
  const Entry entry = entry_of(name);
  const auto own = entry ? parts_.status.connector(std::string(name)) : std::nullopt;
  if (!own) return not_found("No status found for connector ", name);
  ConnectorStatus status{std::string(name), type_of(entry->config), own->status, {}};
  for (const auto& [task, one] : parts_.status.tasks(std::string(name))) {
    status.tasks.push_back({{std::string(name), task}, one.status});
  }
  return status;
}

Result<TaskStatus> DistributedHerder::task_status(const TaskId& id) const {
  if (const auto status = parts_.status.task(id)) return TaskStatus{id, status->status};
  return not_found("No status found for task ", id.to_string());
}

Result<std::vector<TaskInfo>> DistributedHerder::tasks(std::string_view name) const {
  const Entry entry = entry_of(name);
  if (!entry) return not_found("Connector ", name, " not found");
  std::vector<TaskInfo> result;
  for (const ConfigMap& config : entry->task_configs) {
    result.push_back({{std::string(name), static_cast<std::int32_t>(result.size())}, config});
  }
  return result;
}

std::vector<PluginInfo> DistributedHerder::plugins(bool connectors_only) const {
  return list_plugins(parts_.plugins, connectors_only);
}

std::vector<std::string> DistributedHerder::active_topics(std::string_view name) const {
  std::vector<std::string> topics;
  for (const storage::TopicUse& use : parts_.status.topics(std::string(name))) {
    topics.push_back(use.topic);
  }
  std::sort(topics.begin(), topics.end());
  return topics;
}

// What the worker tells, on any thread.

void DistributedHerder::connector_status(const std::string& name, Status status) {
  const bool safe = status.state == State::failed || status.state == State::unassigned;
  {
    const MutexLock lock(mutex_);
    if (status.state == State::unassigned) {
      own_connectors_.erase(name);
    } else {
      own_connectors_.insert_or_assign(name, status);
    }
  }
  parts_.status.put_connector(name, {std::move(status), generation_},
                              safe ? storage::Write::safe : storage::Write::plain);
}

void DistributedHerder::task_status(const TaskId& id, Status status) {
  const bool safe = status.state == State::failed || status.state == State::unassigned;
  {
    const MutexLock lock(mutex_);
    if (status.state == State::unassigned) {
      own_tasks_.erase(id);
    } else {
      own_tasks_.insert_or_assign(id, status);
    }
  }
  parts_.status.put_task(id, {std::move(status), generation_},
                         safe ? storage::Write::safe : storage::Write::plain);
}

void DistributedHerder::reconfiguration_requested(const std::string& name) {
  loop_.post([this, name] { configure_tasks(name); });
}

void DistributedHerder::topic_used(const TaskId& id, std::string_view topic) {
  if (!settings_.topics.enabled) return;
  std::string name(topic);
  if (parts_.status.has_topic(id.connector, name)) return;
  parts_.status.put_topic(
      id.connector, {std::move(name), id.task, parts_.clock.wall().time_since_epoch().count()});
}

void DistributedHerder::values_expire(const std::string& connector, const std::string& place,
                                      std::chrono::milliseconds after) {
  distributed_logger().info("Connector {} will be restarted: what {} gave for it is good for {} ms",
                            connector, place, after.count());
  reloads_.expect(connector, place, after);
}

// What the group tells, on its thread.

std::shared_ptr<const group::ConfigSnapshot> DistributedHerder::config() {
  const auto now = parts_.config.snapshot();
  const MutexLock lock(mutex_);
  if (config_ && config_->offset == now->offset) return config_;
  auto fresh = std::make_shared<group::ConfigSnapshot>();
  fresh->offset = now->offset;
  for (const auto& [name, entry] : now->connectors) {
    fresh->connectors.emplace(name, static_cast<std::int32_t>(entry->task_configs.size()));
  }
  config_ = std::move(fresh);
  return config_;
}

void DistributedHerder::rejoin_wanted(group::EventNumber event, const group::RejoinWanted& rejoin) {
  loop_.post([this, event, rejoin] {
    if (!stopping_) rebalancer_.rejoin_wanted(event, rejoin);
  });
}

void DistributedHerder::assigned(group::EventNumber event, const group::Assigned& assigned) {
  loop_.post([this, event, assigned] {
    if (!stopping_) rebalancer_.assigned(event, assigned);
  });
}

void DistributedHerder::coordinator_lost(group::EventNumber event) {
  loop_.post([this, event] {
    if (!stopping_) rebalancer_.coordinator_lost(event);
  });
}

void DistributedHerder::failed(group::EventNumber /*event*/, const Error& error) {
  end_with(error);
}

}  // namespace millrace
