#include "group/eager_assignor.h"

#include <algorithm>

namespace millrace::group {

std::map<std::string, Work> assign_eagerly(std::vector<std::string> members,
                                           const TaskCounts& configured) {
  std::map<std::string, Work> plans;
  if (members.empty()) return plans;
  std::ranges::sort(members);
  for (const std::string& member : members) plans[member];
  std::size_t turn = 0;
  const auto next = [&]() -> Work& { return plans[members[turn++ % members.size()]]; };
  for (const auto& [connector, count] : configured) next().connectors.insert(connector);
  for (const auto& [connector, count] : configured) {
    for (std::int32_t number = 0; number < count; ++number)
      next().tasks.insert({connector, number});
  }
  return plans;
}

}  // namespace millrace::group
