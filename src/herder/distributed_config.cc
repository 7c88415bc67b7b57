// What a distributed herder makes of changes in the config topic, whoever wrote them. The topic's
// thread hands each one to the loop.
#include "herder/distributed_herder.h"
#include "herder/distributed_log.h"

#include <utility>

namespace millrace {

void DistributedHerder::connector_changed(const std::string& name) {
  loop_.post([this, name] {
    if (stopping_) return;
    if (known_.insert(name).second) {
      return rebalancer_.want_round("connector " + name + " was created");
    }
    if (!running_.connectors.contains(name)) return;
    distributed_logger().info("Connector {} was configured anew: restarting it", name);
    publisher_.forget(name);
    reloads_.forget(name);  // the new configuration may look elsewhere
    restart_local_connector(name, {}, [name](const Result<void>& done) {
      if (!done) distributed_logger().error("Connector {}: {}", name, done.error().message());
    });
  });
}

void DistributedHerder::connector_removed(const std::string& name) {
  loop_.post([this, name] {
    if (stopping_ || known_.erase(name) == 0) return;
    publisher_.forget(name);
    rebalancer_.want_round("connector " + name + " was deleted");
  });
}

/// Tasks of before must be gone everywhere when the round ends in which those of now are given out.
void DistributedHerder::tasks_changed(const std::string& connector) {
  loop_.post([this, connector] {
    if (stopping_) return;
    std::vector<TaskId> ids;
    std::erase_if(running_.tasks, [&](const group::Task& task) {
      if (task.connector != connector) return false;
      ids.push_back({task.connector, task.number});
      return true;
    });
    if (!ids.empty()) {
      rebalancer_.hold_back();
      local_->stop_tasks(connector, std::move(ids),
                         [this](const Result<void>&) { rebalancer_.let_go(); });
    }
    rebalancer_.want_round("the tasks of connector " + connector + " were configured anew");
  });
}

void DistributedHerder::target_changed(const std::string& connector) {
  loop_.post([this, connector] {
    if (!stopping_) follow_target(connector);
  });
}

void DistributedHerder::session_key_changed(const storage::SessionKey& /*key*/) {
  loop_.post([this] {
    if (!stopping_) renew_session_key();
  });
}

void DistributedHerder::restart_wanted(const storage::RestartWish& wish) {
  loop_.post([this, wish] {
    if (!stopping_) restart_own_share(wish);
  });
}

void DistributedHerder::log_level_changed(const std::string& logger_name, log::Level level) {
  log::set_level(logger_name, level);
}

}  // namespace millrace
