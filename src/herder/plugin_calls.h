#pragma once

#include "base/clock.h"
#include "herder/reply.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {

/// Has requests call the code of plugins on threads of their own, and bounds what code that never
/// returns can cost. Each class has so many threads at most; further requests wait for their turn.
/// When every one of them has been busy with one call for too long the class hangs: whoever waits
/// for it, or comes from now on, is refused, until a call returns. Other classes do not notice.
/// Threads: any. Those of the calls may outlive this object; what they call is the caller's affair.
/// Source:  Kafka Connect takes a thread for each call, without a bound.
class PluginCalls {
 public:
  struct Limits {
    std::size_t calls = 8;        ///< of one class at a time
    std::size_t waiting = 1'024;  ///< requests that wait for their turn
    std::chrono::milliseconds hung{10'000};
  };
  using Work = std::function<void()>;
  using Refused = std::function<void(const Error&)>;

  /// The clock outlives stop.
  explicit PluginCalls(Clock& clock);
  PluginCalls(Clock& clock, Limits limits);
  /// As stop.
  ~PluginCalls();
  PluginCalls(const PluginCalls&) = delete;
  PluginCalls& operator=(const PluginCalls&) = delete;

  /// whose:   the class, as messages name it: "Connector class com.example.Orders". Of these there
  ///          are only so many, whatever clients send.
  /// work:    called on a thread of its own, unless refused is, on this thread or another one, with
  ///          an error that says why (REST 503).
  void run(const std::string& whose, Work work, Refused refused);
  /// The same for a request, whose progress says that it waits for a thread for this purpose.
  template <class T>
  void run(const std::string& whose, const Reply<T>& reply, std::string_view purpose, Work work) {
    reply.progress().begin("waiting for a new thread to become available for " +
                           std::string(purpose));
    run(whose, std::move(work), [reply](const Error& error) { reply(error); });
  }
  /// Refuses what waits and what comes; calls that have begun go on.
  void stop();
  /// A clock that was moved by hand needs this.
  void check_time();

 private:
  struct State;
  static void call(const std::shared_ptr<State>& state, const std::string& whose,
                   std::size_t number, Work work);
  static void watch(const std::shared_ptr<State>& state, const std::string& whose);
  const std::shared_ptr<State> state_;  // shared with the threads
};

}  // namespace millrace
