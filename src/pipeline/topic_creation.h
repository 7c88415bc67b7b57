#pragma once

#include "kafka/admin.h"
#include "millrace/config_map.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::pipeline {

/// topic.creation.<group>.*: how the topics of a group are made.
struct TopicGroup {
  std::string name;
  std::function<bool(std::string_view topic)> matches;
  std::int32_t partitions = -1;          ///< -1: the broker's default
  std::int16_t replication_factor = -1;  ///< -1: the broker's default
  ConfigMap configs;
};

/// Makes the topics of a source task that are missing, before their first record. Each topic is
/// asked for once.
/// Threads: the task's.
/// Source:  AbstractWorkerSourceTask.maybeCreateTopic.
class TopicCreation {
 public:
  using MakeAdmin = std::function<Result<std::unique_ptr<kafka::Admin>>()>;

  /// groups: the first that matches a topic holds; the last matches all.
  TopicCreation(std::vector<TopicGroup> groups, MakeAdmin make_admin)
      : groups_(std::move(groups)), make_admin_(std::move(make_admin)) {}

  /// Errors: retriable: Kafka did not answer, ask again; others: the task fails.
  Result<void> ensure(std::string_view topic) {
    if (topic == last_ && !last_.empty()) [[likely]]
      return {};
    return known_.contains(topic) ? remember(topic) : make(topic);
  }

 private:
  Result<void> make(std::string_view topic);
  Result<void> remember(std::string_view topic);
  [[nodiscard]] const TopicGroup& group_of(std::string_view topic) const;

  const std::vector<TopicGroup> groups_;
  const MakeAdmin make_admin_;
  std::unique_ptr<kafka::Admin> admin_;  // made with the first topic
  std::set<std::string, std::less<>> known_;
  std::string last_;  // the topic of the record before
};

}  // namespace millrace::pipeline
