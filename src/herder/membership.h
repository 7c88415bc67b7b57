#pragma once

#include "group/host.h"

#include <chrono>
#include <string>

namespace millrace {

/// A worker's place in its group, as the herder sees it: group::GroupMember (member.h, which tells
/// what the calls mean) in a worker, something that follows a script in a test.
/// Threads: any; calls return at once, but for close.
class Membership {
 public:
  virtual ~Membership() = default;
  virtual void join(group::EventNumber seen, std::string reason) = 0;
  virtual void leave(std::string reason) = 0;
  virtual void forget_work() = 0;
  virtual void close(std::chrono::milliseconds limit) = 0;
};

}  // namespace millrace
