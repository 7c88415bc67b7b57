// How a storage topic comes into being, and what is asked of one that is there already.
#include "storage/storage_topics.h"

#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace millrace::storage {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance = log::logger("org.apache.kafka.connect.util.TopicAdmin");
  return instance;
}

bool is(const Error& error, std::string_view simple_name) {
  constexpr std::string_view package = "org.apache.kafka.common.errors.";
  const std::string_view name = error.java_class();
  return name.starts_with(package) && name.substr(package.size()) == simple_name;
}

/// Somebody else makes the topics of this cluster.
bool may_not_ask(const Error& error) {
  return is(error, "TopicAuthorizationException") || is(error, "ClusterAuthorizationException") ||
         is(error, "UnsupportedVersionException");
}

/// Brokers that have not come up yet look like too few for so many copies.
bool may_pass(const Error& error) {
  return error.code() == ErrorCode::retriable || is(error, "InvalidReplicationFactorException");
}

/// What the settings asked for, for who has to change them.
std::string asked(const TopicPlan& plan) {
  std::string text =
      fmt::format("{}replication.factor = {}", plan.prefix, plan.creation.replication_factor);
  if (plan.log.most_partitions != 1) {
    text += fmt::format(", {}partitions = {}", plan.prefix, plan.creation.partitions);
  }
  for (const auto& [key, value] : plan.creation.configs) {
    if (value && key != "cleanup.policy")
      text += fmt::format(", {}{} = {}", plan.prefix, key, *value);
  }
  return text;
}

enum class Outcome : std::uint8_t { created, exists, not_ours_to_make };

Result<Outcome> create(const TopicPlan& plan, kafka::Admin& admin, Clock& clock,
                       const TopicLogParts::Pause& pause) {
  const std::string& topic = plan.creation.name;
  const Clock::Time deadline = deadline_after(clock.now(), plan.retry_time);
  bool told = false;
  while (true) {
    const Result<void> made = admin.create({plan.creation}).front();
    if (made) {
      logger().info("Created topic '{}' ({})", topic, plan.log.setting);
      return Outcome::created;
    }
    const Error& error = made.error();
    if (error.code() == ErrorCode::conflict) return Outcome::exists;
    if (may_not_ask(error)) {
      logger().info("Topic '{}' ({}) cannot be created by this worker and should be there: {}",
                    topic, plan.log.setting, error.message());
      return Outcome::not_ours_to_make;
    }
    if (!may_pass(error) || clock.now() + plan.retry_pause > deadline || !pause(plan.retry_pause)) {
      return Error{ErrorCode::fatal, error.java_class(),
                   fmt::format("{} = '{}': {}; asked for: {}", plan.log.setting, topic,
                               error.message(), asked(plan))};
    }
    if (!std::exchange(told, true)) {
      logger().warn("Topic '{}' ({}) cannot be created yet, trying again for {} ms: {}", topic,
                    plan.log.setting, plan.retry_time.count(), error.message());
    }
  }
}

/// Exactly "compact": beside "delete", even in one list, what was stored long ago would go.
bool is_compacted_only(std::string_view policy) {
  bool compacted = false;
  while (true) {
    const std::size_t comma = std::min(policy.find(','), policy.size());
    std::string_view word = policy.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (word != "compact") return false;
    compacted = true;
    if (comma == policy.size()) return compacted;
    policy.remove_prefix(comma + 1);
  }
}

/// exists: the controller says so; a broker that does not know the topic will hear of it soon.
Result<void> check_policy(const TopicPlan& plan, bool exists, kafka::Admin& admin, Clock& clock,
                          const TopicLogParts::Pause& pause) {
  const std::string& topic = plan.creation.name;
  const Clock::Time deadline = deadline_after(clock.now(), plan.retry_time);
  while (true) {
    const Result<std::optional<std::string>> policy = admin.topic_setting(topic, "cleanup.policy");
    if (policy && *policy) {
      if (is_compacted_only(**policy)) return {};
      return Error{ErrorCode::invalid_config,
                   fmt::format("{} = '{}': the topic has cleanup.policy = '{}', and must have "
                               "'compact' alone: Kafka would delete what the cluster needs",
                               plan.log.setting, topic, **policy)};
    }
    const bool unknown = !policy && is(policy.error(), "UnknownTopicOrPartitionException");
    if (policy || may_not_ask(policy.error()) || (unknown && !exists)) {
      logger().info("Whether topic '{}' ({}) is compacted could not be found out{}{}", topic,
                    plan.log.setting, policy ? "" : ": ", policy ? "" : policy.error().message());
      return {};
    }
    const Error& error = policy.error();
    const bool later = unknown || error.code() == ErrorCode::retriable;
    if (!later || clock.now() + plan.retry_pause > deadline || !pause(plan.retry_pause)) {
      return Error{ErrorCode::fatal, error.java_class(),
                   fmt::format("{} = '{}': {}", plan.log.setting, topic, error.message())};
    }
  }
}

}  // namespace

Result<void> create_or_check(const TopicPlan& plan, kafka::Admin& admin, Clock& clock,
                             const TopicLogParts::Pause& pause) {
  const Result<Outcome> outcome = create(plan, admin, clock, pause);
  if (!outcome) return outcome.error();
  if (*outcome == Outcome::created) return {};
  return check_policy(plan, *outcome == Outcome::exists, admin, clock, pause);
}

}  // namespace millrace::storage
