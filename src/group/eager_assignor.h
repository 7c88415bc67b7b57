#pragma once

#include "group/work.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace millrace::group {

/// Connector → how many tasks it has. Connectors whose task configurations are incomplete have 0.
using TaskCounts = std::map<std::string, std::int32_t>;

/// V0: everything anew at each rebalance. All connectors, then all tasks, are dealt out to the
/// members in turn, both in order.
/// Source: EagerAssignor; rule A0 of the specification.
std::map<std::string, Work> assign_eagerly(std::vector<std::string> members,
                                           const TaskCounts& configured);

}  // namespace millrace::group
