#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace millrace::group {

/// One task of a connector.
struct Task {
  std::string connector;
  std::int32_t number = 0;
  auto operator<=>(const Task&) const = default;
};

/// Connectors and tasks, each in order: what a worker holds, gets or gives up.
struct Work {
  std::set<std::string> connectors;
  std::set<Task> tasks;

  [[nodiscard]] bool empty() const { return connectors.empty() && tasks.empty(); }
  [[nodiscard]] std::size_t size() const { return connectors.size() + tasks.size(); }
  void add(const Work& other) {
    connectors.insert(other.connectors.begin(), other.connectors.end());
    tasks.insert(other.tasks.begin(), other.tasks.end());
  }
  void remove(const Work& other) {
    for (const std::string& connector : other.connectors) connectors.erase(connector);
    for (const Task& task : other.tasks) tasks.erase(task);
  }
  bool operator==(const Work&) const = default;
};

Work without(Work work, const Work& other);
Work common(const Work& work, const Work& other);

/// "2 connectors and 9 tasks", for the log.
std::string to_string(const Work& work);

}  // namespace millrace::group
