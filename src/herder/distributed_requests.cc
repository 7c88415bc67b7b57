// What clients ask of a distributed herder. A change waits for a place in the group, is sent on to
// the leader or the owner if that is another worker, and is written in the lane of the config
// topic.
#include "herder/distributed_herder.h"
#include "herder/distributed_log.h"
#include "herder/distributed_places.h"
#include "herder/offset_changes.h"
#include "herder/rest_errors.h"
#include "herder/restart_plan.h"

#include <utility>

namespace millrace {

namespace {

/// The length of a name in the group's protocol has two bytes.
constexpr std::size_t longest_name = 32'767;

Result<void> check_name(const std::string& name) {
  if (name.size() <= longest_name) return {};
  return Error{ErrorCode::invalid_config,
               "Connector names may be at most " + std::to_string(longest_name) +
                   " bytes long in a cluster; this one has " + std::to_string(name.size())};
}

}  // namespace

void DistributedHerder::when_placed(InPlace work) {
  loop_.post([this, work = std::move(work)]() mutable {
    if (const group::Assigned* place = stopping_ ? nullptr : rebalancer_.place()) {
      return work(place);
    }
    if (stopping_) return work(nullptr);
    waiting_.push_back({deadline_after(parts_.clock.now(), patience), std::move(work)});
    loop_.after(patience, [this] {
      while (!waiting_.empty() && waiting_.front().until <= parts_.clock.now()) {
        const InPlace late = std::move(waiting_.front().work);
        waiting_.pop_front();
        late(nullptr);
      }
    });
  });
}

void DistributedHerder::run_waiting() {
  for (const Waiting& one : std::exchange(waiting_, {})) when_placed(one.work);
}

void DistributedHerder::refuse_waiting() {
  for (const Waiting& one : std::exchange(waiting_, {})) one.work(nullptr);
}

Error DistributedHerder::no_place() const {
  if (stopping_) return Error{ErrorCode::fatal, "Worker is shutting down"};
  return Error{ErrorCode::conflict,
               "Cannot complete request momentarily due to stale configuration (typically caused "
               "by a concurrent config change)"};
}

void DistributedHerder::put_connector(const std::string& name, ConfigMap config, bool must_be_new,
                                      std::optional<TargetState> initial_state,
                                      Reply<PutResult> reply) {
  if (const Result<void> fine = check_name(name); !fine) return reply(fine.error());
  write_when_valid(name, config, reply,
                   [=, this] { reply(write_connector(name, config, must_be_new, initial_state)); });
}

template <class T>
void DistributedHerder::write_when_valid(const std::string& name, const ConfigMap& config,
                                         const Reply<T>& reply, std::function<void()> work) {
  calls_.run(validator_.asked(config), reply, "connector validation", [=, this] {
    if (const auto type = validator_.check(config, reply.progress()); !type) {
      return reply(type.error());
    }
    reply.progress().begin("ensuring membership in the cluster");
    as_leader(reply, [=, this] {
      write([=] {
        reply.progress().begin("writing the configuration of connector " + name);
        work();
      });
    });
  });
}

Result<PutResult> DistributedHerder::write_connector(const std::string& name,
                                                     const ConfigMap& config, bool must_be_new,
                                                     std::optional<TargetState> initial_state) {
  const Entry before = entry_of(name);
  if (before && must_be_new) {
    return Error{ErrorCode::conflict, "Connector " + name + " already exists"};
  }
  MILLRACE_TRY(parts_.config.put_connector(name, config, initial_state));
  storage::ConnectorEntry entry;
  if (before) entry = *before;
  entry.config = config;
  return PutResult{before == nullptr, info(name, entry)};
}

void DistributedHerder::patch_connector(const std::string& name, ConfigMap patch,
                                        Reply<ConnectorInfo> reply) {
  as_leader(reply, [=, this, patch = std::move(patch)] {
    write([=, this] {
      const Entry before = entry_of(name);
      if (!before) return reply(Error{ErrorCode::not_found, "Connector " + name + " not found"});
      const ConfigMap config = patched(before->config, patch);
      write_when_valid(name, config, reply, [=, this] {
        const Entry now = entry_of(name);
        // Somebody else was quicker: what is patched is what there is now.
        if (!now || now->config != before->config) return patch_connector(name, patch, reply);
        Result<PutResult> put = write_connector(name, config, false, std::nullopt);
        if (!put) return reply(std::move(put.error()));
        reply(std::move(put->info));
      });
    });
  });
}

void DistributedHerder::delete_connector(const std::string& name, Reply<void> reply) {
  as_leader(reply, [=, this] {
    write([=, this] {
      if (!entry_of(name)) {
        return reply(Error{ErrorCode::not_found, "Connector " + name + " not found"});
      }
      reply.progress().begin("removing the configuration of connector " + name);
      reply(parts_.config.remove_connector(name));
    });
  });
}

void DistributedHerder::set_target_state(const std::string& name, TargetState state,
                                         Reply<void> reply) {
  const auto known = [this, name] {
    return entry_of(name) ? Result<void>{}
                          : Error{ErrorCode::not_found, "Unknown connector " + name};
  };
  if (const Result<void> there = known(); !there) return reply(there.error());
  if (state != TargetState::stopped) {
    return write([=, this] {
      reply.progress().begin("writing the target state of connector " + name);
      reply(parts_.config.put_target(name, state));
    });
  }
  as_leader(reply, [=, this] {
    write([=, this] {
      if (const Result<void> there = known(); !there) return reply(there.error());
      reply.progress().begin("writing the target state of connector " + name);
      // Without tasks first: a worker that sees the state must not find any to start.
      if (const auto none = parts_.config.put_tasks(name, {}); !none) return reply(none.error());
      reply(parts_.config.put_target(name, state));
    });
  });
}

void DistributedHerder::restart_connector(const std::string& name, Reply<void> reply) {
  as_owner(reply, name, std::nullopt, [=, this] {
    reply.progress().begin("restarting connector " + name);
    restart_local_connector(name, {}, [reply](const Result<void>& done) { reply(done); });
  });
}

void DistributedHerder::restart_task(const TaskId& id, Reply<void> reply) {
  as_owner(reply, id.connector, id, [=, this] {
    reply.progress().begin("restarting task " + id.to_string());
    restart_local_tasks(id.connector, {id}, {}, [reply](const Result<void>& done) { reply(done); });
  });
}

void DistributedHerder::restart_connector_and_tasks(const std::string& name, RestartRequest request,
                                                    Reply<ConnectorStatus> reply) {
  as_leader(reply, [=, this] {
    write([=, this] {
      Result<RestartPlan> plan = plan_restart(*this, name, request);
      if (!plan) return reply(std::move(plan.error()));
      const Result<void> written =
          parts_.config.put_restart({name, request.include_tasks, request.only_failed});
      if (!written) return reply(written.error());
      reply(std::move(plan->status));
    });
  });
}

void DistributedHerder::validate(ConfigMap config, Reply<Validation> reply) {
  calls_.run(validator_.asked(config), reply, "connector validation",
             [this, config, reply] { reply(validator_.validate(config, reply.progress())); });
}

void DistributedHerder::set_cluster_log_level(const std::string& logger_name, log::Level level,
                                              Reply<void> reply) {
  if (!loaded_) return reply(unavailable("The worker is still reading the internal topics"));
  write([=, this] { reply(parts_.config.put_log_level(logger_name, level)); });
}

void DistributedHerder::reset_active_topics(const std::string& name, Reply<void> reply) {
  for (const storage::TopicUse& use : parts_.status.topics(name)) {
    parts_.status.forget_topic(name, use.topic);
  }
  reply({});
}

// Offsets.

void DistributedHerder::connector_offsets(const std::string& name,
                                          Reply<std::vector<ConnectorOffset>> reply) {
  Lane("offsets-" + name, "[" + name + "|worker] ").post([this, name, reply] {
    const Entry entry = entry_of(name);
    if (!entry) return reply(Error{ErrorCode::not_found, "Connector " + name + " not found"});
    reply.progress().begin("reading the offsets of connector " + name);
    reply(worker_->read_offsets(name, entry->config));
  });
}

void DistributedHerder::alter_offsets(const std::string& name, std::vector<ConnectorOffset> changes,
                                      Reply<bool> reply) {
  change_offsets(name, reply, [this, name, changes = std::move(changes)](const ConfigMap& config) {
    return worker_->alter_offsets(name, config, changes);
  });
}

void DistributedHerder::reset_offsets(const std::string& name, Reply<bool> reply) {
  change_offsets(name, reply, [this, name](const ConfigMap& config) {
    return worker_->reset_offsets(name, config);
  });
}

void DistributedHerder::change_offsets(const std::string& name, const Reply<bool>& reply,
                                       OffsetChange change) {
  as_leader(reply, [=, this] {
    const Entry known = entry_of(name);
    const std::string whose = validator_.asked(known ? known->config : ConfigMap());
    calls_.run(whose, reply, "a change of offsets", [=, this] {
      const log::Context context("[" + name + "|worker] ");
      reply.progress().begin("reading to the end of the config topic");
      const Result<void> read = parts_.config.refresh(settings_.rebalances.sync_timeout);
      if (!read) return reply(read.error());
      const Entry entry = entry_of(name);
      if (!entry) return reply(Error{ErrorCode::not_found, "Connector " + name + " not found"});
      if (entry->target != TargetState::stopped || !entry->task_configs.empty()) {
        return reply(not_stopped(name));
      }
      reply.progress().begin("changing the offsets of connector " + name);
      Result<bool> changed = change(entry->config);
      if (!changed && changed.error().cause() != nullptr) {
        distributed_logger().error("Offsets of connector {}: {}", name, changed.error().trace());
      }
      reply(std::move(changed));
    });
  });
}

}  // namespace millrace
