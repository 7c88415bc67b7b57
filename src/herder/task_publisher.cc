#include "herder/task_publisher.h"

#include "herder/distributed_log.h"

#include <algorithm>
#include <utility>

namespace millrace {

void TaskPublisher::publish(const std::string& name, Configs configs) {
  const std::uint64_t number = ++count_;
  pending_.insert_or_assign(name, Pending{number, std::move(configs), first_pause});
  attempt(name, number);
}

void TaskPublisher::attempt(const std::string& name, std::uint64_t number) {
  const auto it = pending_.find(name);
  if (it == pending_.end() || it->second.number != number) return;
  send_(name, it->second.configs, [this, name, number](const Result<void>& sent) {
    const auto found = pending_.find(name);
    if (found == pending_.end() || found->second.number != number) return;
    if (sent) {
      pending_.erase(found);
      return;
    }
    Pending& pending = found->second;
    distributed_logger().warn(
        "The task configurations of connector {} could not be stored; again in {} ms: {}", name,
        pending.pause.count(), sent.error().message());
    loop_.after(pending.pause, [this, name, number] { attempt(name, number); });
    pending.pause = std::min(2 * pending.pause, longest_pause);
  });
}

}  // namespace millrace
