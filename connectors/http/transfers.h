#pragma once

#include "http/outcome.h"
#include "http/request.h"
#include "http/settings.h"

#include <chrono>
#include <memory>
#include <span>
#include <vector>

namespace millrace::http {

class Transfer;

/// Sends requests, several at once, over connections that are kept and used again.
/// Threads: one. Nothing happens but inside `drive`.
class Transfers {
 public:
  using Slot = std::size_t;
  struct Finished {
    Slot slot = 0;
    Outcome outcome;
  };

  /// One slot more than in_flight: for requests of our own, such as for a token.
  explicit Transfers(const Settings& settings);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  [[nodiscard]] std::size_t open() const { return open_; }
  /// The request that a slot sends, or is to send next: fill it, then begin.
  Request& request(Slot slot);
  /// header_bearer: a token for the Authorization header; empty: none.
  void begin(Slot slot, const std::string& bearer = {});
  /// Ends it at once, without an outcome; the connection is closed.
  void abort(Slot slot);

  /// Works for so long at the most, and comes back as soon as a request is over. What is returned
  /// is valid until the next call.
  std::span<Finished> drive(std::chrono::milliseconds longest);

 private:
  void collect();
  void check_silence(std::chrono::milliseconds& longest);
  void finish(Slot slot, int code);

  const Settings& settings_;
  void* multi_ = nullptr;  // CURLM
  std::vector<std::unique_ptr<Transfer>> slots_;
  std::vector<Finished> finished_;
  std::vector<Slot> never_sent_;  // begun, but with time limits that nothing can keep
  std::size_t open_ = 0;
};

}  // namespace millrace::http
