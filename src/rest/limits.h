#pragma once

#include <chrono>
#include <cstddef>

namespace millrace::rest {

/// What a client may send, in bytes.
struct SizeLimits {
  std::size_t head = 8 * 1024;     ///< request line and headers: beyond it 414 or 431
  std::size_t body = 1024 * 1024;  ///< beyond it 413, before it is read if the header says so
  /// The same for POST /connectors/{name}/tasks, where workers talk to each other: the
  /// configurations of all tasks of a connector.
  std::size_t task_configs = 16 * 1024 * 1024;
};

/// How long a client may take.
struct TimeLimits {
  std::chrono::milliseconds open{10'000};     ///< to agree upon TLS; then it is hung up
  std::chrono::milliseconds idle{90'000};     ///< between two requests; then it is hung up
  std::chrono::milliseconds request{30'000};  ///< from a request's first byte to its last: 408
  std::chrono::milliseconds write{30'000};    ///< to take an answer
  std::chrono::milliseconds linger{2'000};    ///< to hang up after the last answer
  /// How long a look at the files of https holds, before a new connection makes it look again.
  std::chrono::milliseconds certificate{1'000};
};

/// How long a request may wait for the herder; then the route's `when_late` answers.
struct ReplyLimits {
  std::chrono::milliseconds change{90'000};  ///< anything that the herder carries out
  std::chrono::milliseconds probe{10'000};   ///< GET /health
};

}  // namespace millrace::rest
