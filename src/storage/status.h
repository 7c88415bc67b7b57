#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

struct TaskId {
  std::string connector;
  std::int32_t task = 0;

  auto operator<=>(const TaskId&) const = default;
  [[nodiscard]] std::string to_string() const { return connector + "-" + std::to_string(task); }
};

/// What a connector or task is doing. Source: AbstractStatus.State.
enum class State : std::uint8_t {
  unassigned,
  running,
  paused,
  failed,
  restarting,
  stopped,
  destroyed
};
/// What somebody wants a connector to do. Source: TargetState.
enum class TargetState : std::uint8_t { started, paused, stopped };
std::string_view to_string(State state);        ///< "RUNNING", …
std::string_view to_string(TargetState state);  ///< "STARTED", …

/// The state of one connector or task, as its worker last told it.
struct Status {
  State state = State::unassigned;
  std::string worker_id;               ///< host:port of the worker's REST address
  std::optional<std::string> version;  ///< of the plugin; none: it tells none
  std::string trace;                   ///< why it failed; empty: nothing to tell
};

struct TaskStatus {
  TaskId id;
  Status status;
};

}  // namespace millrace
