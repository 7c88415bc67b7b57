#pragma once

#include "herder/distributed_herder.h"

#include <utility>

namespace millrace {

/// Carries out work here if this worker leads the cluster, else sends the request to who does.
template <class T>
void DistributedHerder::as_leader(const Reply<T>& reply, std::function<void()> work) {
  when_placed([this, reply, work = std::move(work)](const group::Assigned* place) {
    if (place == nullptr) return reply(no_place());
    if (!place->leading) return reply.elsewhere(place->leader_url);
    work();
  });
}

/// The same for whoever runs the connector, or one of its tasks. Only the leader knows who that is.
template <class T>
void DistributedHerder::as_owner(const Reply<T>& reply, const std::string& name,
                                 const std::optional<TaskId>& task, std::function<void()> work) {
  when_placed([=, this, work = std::move(work)](const group::Assigned* place) {
    if (place == nullptr) return reply(no_place());
    const Entry entry = entry_of(name);
    if (!entry) return reply(Error{ErrorCode::not_found, "Unknown connector: " + name});
    if (task &&
        (task->task < 0 || static_cast<std::size_t>(task->task) >= entry->task_configs.size())) {
      return reply(Error{ErrorCode::not_found, "Unknown task: " + task->to_string()});
    }
    const bool here =
        task ? running_.tasks.contains({name, task->task}) : running_.connectors.contains(name);
    if (here) return work();
    if (!place->leading) return reply.elsewhere(place->leader_url);
    if (!place->owners) return reply.elsewhere("");
    if (task) {
      const auto owner = place->owners->tasks.find({name, task->task});
      return reply.elsewhere(owner == place->owners->tasks.end() ? "" : owner->second);
    }
    const auto owner = place->owners->connectors.find(name);
    reply.elsewhere(owner == place->owners->connectors.end() ? "" : owner->second);
  });
}

}  // namespace millrace
