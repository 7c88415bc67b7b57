#pragma once

#include "group/host.h"
#include "group/incremental_assignor.h"
#include "group/messages.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::group {

/// What the leader makes of the members' metadata: an assignment for each of them. Keeps what it
/// remembers from one round to the next; no threads, no time but what it is told.
/// Rules: G4, A1 to A10 of the specification.
class Leader {
 public:
  using Config = std::shared_ptr<const ConfigSnapshot>;

  explicit Leader(std::chrono::milliseconds max_delay) : max_delay_(max_delay) {}

  struct Input {
    ProtocolVersion version = ProtocolVersion::v2;
    std::string leader;  ///< this member's id
    std::string leader_url;
    std::vector<JoinGroupResponse::Member> members;
    std::int32_t generation = 0;
    std::int32_t last_completed_generation = -1;  ///< of this worker
    std::chrono::milliseconds now{0};
    Config config;                  ///< as it was when this worker joined
    std::function<Config()> fresh;  ///< as it is now; asked when somebody knows a newer one
  };
  struct Decision {
    std::vector<SyncGroupRequest::Assignment> assignments;  ///< one for every member
    std::shared_ptr<const Owners> owners;
  };
  Decision decide(const Input& input);

 private:
  const std::chrono::milliseconds max_delay_;
  LeaderMemory memory_;
};

}  // namespace millrace::group
