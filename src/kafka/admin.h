#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"
#include "millrace/sink.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace millrace::kafka {

struct TopicDescription {
  std::string name;
  std::vector<std::int32_t> partitions;
};

struct NewTopic {
  std::string name;
  std::int32_t partitions = 1;          ///< -1: the broker's default
  std::int16_t replication_factor = 1;  ///< -1: the broker's default
  ConfigMap configs = {};
};

/// Questions to the cluster, and changes of its topics and of what consumer groups have committed.
/// Threads: any; every call blocks until the answer, at most default.api.timeout.ms.
/// Errors:  retriable: no answer in time; fatal: refused.
class Admin {
 public:
  virtual ~Admin() = default;
  virtual Result<std::string> cluster_id() = 0;
  /// Those of the named topics that exist.
  virtual Result<std::map<std::string, TopicDescription>> describe(
      const std::vector<std::string>& topics) = 0;
  /// One result for each topic, in order; one that exists already is Errors (conflict). Other
  /// reasons are told apart by java_class: TopicAuthorizationException,
  /// UnsupportedVersionException, InvalidReplicationFactorException, …
  virtual std::vector<Result<void>> create(const std::vector<NewTopic>& topics) = 0;
  /// The value in force of one of a topic's settings; none: it has no such setting.
  virtual Result<std::optional<std::string>> topic_setting(const std::string& topic,
                                                           const std::string& key) = 0;

  // Consumer groups. Errors of the changes: conflict: the group still has members.

  /// What a group has committed; nothing for a group that does not exist.
  virtual Result<PartitionOffsets> group_offsets(const std::string& group) = 0;
  /// Commits in the group's place; makes the group if there is none.
  virtual Result<void> set_group_offsets(const std::string& group,
                                         const PartitionOffsets& offsets) = 0;
  /// Takes back commits; partitions without any are fine.
  virtual Result<void> delete_group_offsets(const std::string& group,
                                            const PartitionSet& partitions) = 0;
  /// A group that does not exist is fine.
  virtual Result<void> delete_group(const std::string& group) = 0;
};

}  // namespace millrace::kafka
