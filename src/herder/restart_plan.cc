#include "herder/restart_plan.h"

#include <utility>

namespace millrace {

Result<RestartPlan> plan_restart(const Herder& herder, const std::string& name,
                                 const Herder::RestartRequest& request) {
  if (!herder.connector_info(name)) {
    return Error{ErrorCode::not_found, "Unknown connector: " + name};
  }
  Result<ConnectorStatus> status = herder.connector_status(name);
  if (!status) return Error{ErrorCode::not_found, "Status for connector " + name + " not found"};
  const auto wanted = [&request](const Status& one) {
    return !request.only_failed || one.state == State::failed;
  };
  RestartPlan plan{wanted(status->connector), {}, *std::move(status)};
  if (plan.connector) plan.status.connector.state = State::restarting;
  for (TaskStatus& task : plan.status.tasks) {
    if (!request.include_tasks || !wanted(task.status)) continue;
    plan.tasks.push_back(task.id);
    task.status.state = State::restarting;
  }
  return plan;
}

}  // namespace millrace
