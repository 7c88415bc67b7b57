#pragma once

#include "config/java_regex.h"
#include "millrace/config_def.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::config {

/// topic.creation.<name>.*: which topics of a source connector a group is for, and how they are
/// made.
struct TopicCreationGroup {
  std::string name;
  std::optional<JavaRegex> include;  ///< of the default group: none, it takes what is left
  std::optional<JavaRegex> exclude;
  std::int32_t partitions = -1;          ///< -1: the broker's default
  std::int16_t replication_factor = -1;  ///< -1: the broker's default
  ConfigMap configs;                     ///< of the topic

  /// A pattern that gives up on a topic's name does not match it.
  [[nodiscard]] bool matches(std::string_view topic) const;
};

/// The groups of a source connector, the default one last; none when it says nothing of topics.
/// Errors (invalid_config): the first setting that is missing, malformed or refused.
/// Source:  SourceConnectorConfig, TopicCreationConfig.
Result<std::vector<TopicCreationGroup>> topic_creation_groups(const ConfigMap& connector);

/// Every `topic.creation.` setting that is wrong, with its messages.
std::vector<ConfigValue> topic_creation_errors(const ConfigMap& connector);

}  // namespace millrace::config
