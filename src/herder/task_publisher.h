#pragma once

#include "herder/event_loop.h"
#include "millrace/config_map.h"
#include "millrace/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace millrace {

/// Sees that the task configurations of this worker's connectors reach the config topic: the last
/// set of each, again and again until somebody has taken it.
/// Threads: the loop's.
class TaskPublisher {
 public:
  using Configs = std::vector<ConfigMap>;
  using Done = std::function<void(Result<void>)>;
  /// One attempt; Done comes on the loop's thread, later.
  using Send = std::function<void(const std::string& name, const Configs&, Done)>;
  static constexpr std::chrono::milliseconds first_pause{250};
  static constexpr std::chrono::milliseconds longest_pause{60'000};

  TaskPublisher(EventLoop& loop, Send send) : loop_(loop), send_(std::move(send)) {}

  /// In place of the set before, if that is still on its way.
  void publish(const std::string& name, Configs configs);
  /// The connector does not run here any more, or its tasks are not wanted.
  void forget(const std::string& name) { pending_.erase(name); }

 private:
  struct Pending {
    std::uint64_t number = 0;
    Configs configs;
    std::chrono::milliseconds pause = first_pause;  // before the next attempt
  };
  void attempt(const std::string& name, std::uint64_t number);

  EventLoop& loop_;
  const Send send_;
  std::map<std::string, Pending> pending_;
  std::uint64_t count_ = 0;
};

}  // namespace millrace
