#include "storage/status.h"

namespace millrace {

std::string_view to_string(State state) {
  switch (state) {
    case State::unassigned: return "UNASSIGNED";
    case State::running: return "RUNNING";
    case State::paused: return "PAUSED";
    case State::failed: return "FAILED";
    case State::restarting: return "RESTARTING";
    case State::stopped: return "STOPPED";
    case State::destroyed: break;
  }
  return "DESTROYED";
}

std::string_view to_string(TargetState state) {
  switch (state) {
    case TargetState::started: return "STARTED";
    case TargetState::paused: return "PAUSED";
    case TargetState::stopped: break;
  }
  return "STOPPED";
}

}  // namespace millrace
