#pragma once

#include "herder/herder.h"
#include "herder/types.h"
#include "millrace/result.h"

#include <string>
#include <vector>

namespace millrace {

/// What a restart of a connector and its tasks concerns.
struct RestartPlan {
  bool connector = false;
  std::vector<TaskId> tasks;
  ConnectorStatus status;  ///< in which all of that is RESTARTING
};

/// Errors (not_found): there is no such connector, or it has no status yet.
/// Source: RestartPlan, AbstractHerder.buildRestartPlan.
Result<RestartPlan> plan_restart(const Herder& herder, const std::string& name,
                                 const Herder::RestartRequest& request);

}  // namespace millrace
