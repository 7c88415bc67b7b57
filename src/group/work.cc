#include "group/work.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace millrace::group {

Work without(Work work, const Work& other) {
  work.remove(other);
  return work;
}

Work common(const Work& work, const Work& other) {
  Work both;
  std::ranges::set_intersection(work.connectors, other.connectors,
                                std::inserter(both.connectors, both.connectors.end()));
  std::ranges::set_intersection(work.tasks, other.tasks,
                                std::inserter(both.tasks, both.tasks.end()));
  return both;
}

std::string to_string(const Work& work) {
  const auto counted = [](std::size_t count, const char* word) {
    return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
  };
  return counted(work.connectors.size(), "connector") + " and " +
         counted(work.tasks.size(), "task");
}

}  // namespace millrace::group
