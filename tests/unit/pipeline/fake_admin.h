#pragma once

#include "kafka/admin.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::pipeline {

/// The topics of a cluster, behind any number of admin clients.
/// Threads: the task's.
struct TopicsOfCluster {
  TopicsOfCluster();
  ~TopicsOfCluster();

  std::map<std::string, kafka::NewTopic> topics;
  std::vector<std::string> described;  ///< what was asked for, in order
  std::optional<Error> no_client;
  std::optional<Error> describe_error;
  std::optional<Error> create_error;
  /// Somebody else makes the topic between the question and the creation.
  bool others_are_faster = false;

  [[nodiscard]] std::function<Result<std::unique_ptr<kafka::Admin>>()> make_admin();
};

}  // namespace millrace::pipeline
