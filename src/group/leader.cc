#include "group/leader.h"

#include "base/log.h"

#include <algorithm>
#include <map>

namespace millrace::group {

namespace {

log::Logger& logger() {
  static log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.distributed.IncrementalCooperativeAssignor");
  return instance;
}

/// The members whose metadata can be read.
std::map<std::string, WorkerMetadata> read_members(const Leader::Input& input) {
  std::map<std::string, WorkerMetadata> members;
  for (const JoinGroupResponse::Member& member : input.members) {
    Result<WorkerMetadata> metadata = decode_metadata(member.metadata);
    if (metadata) {
      members.emplace(member.id, std::move(*metadata));
    } else {
      logger().warn("member {} gets no work: {}", member.id, metadata.error().message());
    }
  }
  return members;
}

std::shared_ptr<const Owners> owners_of(const std::map<std::string, WorkerMetadata>& members,
                                        const std::map<std::string, Work>& plans) {
  auto owners = std::make_shared<Owners>();
  for (const auto& [member, work] : plans) {
    const std::string& url = members.at(member).url;
    for (const std::string& connector : work.connectors) owners->connectors[connector] = url;
    for (const Task& task : work.tasks) owners->tasks[task] = url;
  }
  return owners;
}

}  // namespace

Leader::Decision Leader::decide(const Input& input) {
  const std::map<std::string, WorkerMetadata> members = read_members(input);
  std::int64_t newest = -1;
  for (const auto& [id, metadata] : members) newest = std::max(newest, metadata.config_offset);
  Config config = input.config;
  if (config->offset < newest) config = input.fresh();
  const bool behind = config->offset < newest;

  Assignment common{.version = input.version,
                    .leader = input.leader,
                    .leader_url = input.leader_url,
                    .config_offset = config->offset};
  std::map<std::string, Assignment> told;
  std::map<std::string, Work> plans;
  if (behind) {  // everybody keeps what it has, and comes back
    common.error = AssignmentError::config_mismatch;
    common.config_offset = newest;
    logger().warn("the leader has read the config topic up to {}, another worker up to {}",
                  config->offset, newest);
  } else if (input.version == ProtocolVersion::v0) {
    std::vector<std::string> ids;
    for (const auto& [id, metadata] : members) ids.push_back(id);
    plans = assign_eagerly(std::move(ids), config->connectors);
    for (const auto& [id, work] : plans) {
      told[id] = common;
      told[id].assigned = work;
    }
  } else {
    Round round{.now = input.now,
                .max_delay = max_delay_,
                .last_completed_generation = input.last_completed_generation,
                .generation = input.generation,
                .configured = config->connectors};
    for (const JoinGroupResponse::Member& member : input.members) {
      const auto found = members.find(member.id);
      if (found == members.end()) continue;
      const std::optional<Assignment>& held = found->second.allocation;
      round.claims.emplace_back(member.id, held ? held->assigned : Work());
    }
    const RoundResult result = assign_incrementally(memory_, round);
    common.delay = result.delay;
    for (const auto& [id, change] : result.members) {
      told[id] = common;
      told[id].assigned = change.assigned;
      told[id].revoked = change.revoked;
      plans[id] = change.keeps;
    }
  }
  Decision decision;
  for (const JoinGroupResponse::Member& member : input.members) {
    const auto found = told.find(member.id);
    decision.assignments.push_back(
        {member.id, encode(found == told.end() ? common : found->second)});
  }
  decision.owners = owners_of(members, plans);
  return decision;
}

}  // namespace millrace::group
