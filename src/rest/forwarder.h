#pragma once

#include "base/mutex.h"
#include "millrace/result.h"
#include "peers/peer_client.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

namespace millrace::rest {

/// Sends requests to other workers, on threads that exist only while there is something to send.
/// Threads: any. `send` returns at once; the answer is handed over on a thread of the forwarder's.
/// Source:  org.apache.kafka.connect.runtime.rest.RestClient, which holds up the server's threads.
class Forwarder : public std::enable_shared_from_this<Forwarder> {
 public:
  using Clock = std::chrono::steady_clock;
  using Answered = std::function<void(Result<peers::PeerAnswer>)>;

  /// client: stopped together with the forwarder.
  explicit Forwarder(std::shared_ptr<peers::PeerClient> client) : client_(std::move(client)) {}

  /// Two workers may each think that the other one leads. That requests on their second way, whose
  /// answer hangs on nobody else, have threads of their own keeps those from waiting for each
  /// other.
  enum class Way : std::uint8_t { first, second };
  /// until: what waits longer is not sent any more.
  void send(Way way, peers::PeerRequest request, Clock::time_point until, Answered answered);
  /// Gives up everything, and returns when nothing is being sent any more.
  void stop();

 private:
  /// At most so many requests are on one way at the same time; the others wait. There are no more
  /// of those than clients that wait for an answer.
  static constexpr std::size_t most_at_once = 16;

  struct Job {
    peers::PeerRequest request;
    Clock::time_point until;
    Answered answered;
  };
  struct Queue {
    std::deque<Job> jobs;
    std::size_t threads = 0;
  };
  void run(Way way);
  void carry_out(const Job& job);
  Queue& queue(Way way) REQUIRES(mutex_) { return queues_[static_cast<std::size_t>(way)]; }

  const std::shared_ptr<peers::PeerClient> client_;
  Mutex mutex_;
  CondVar thread_ended_;
  std::array<Queue, 2> queues_ GUARDED_BY(mutex_);  // by way
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::rest
