#include "pipeline/topic_creation.h"

#include "base/log.h"

#include <algorithm>
#include <map>
#include <utility>

namespace millrace::pipeline {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.AbstractWorkerSourceTask");
  return instance;
}

}  // namespace

Result<void> TopicCreation::remember(std::string_view topic) {
  known_.emplace(topic);
  last_ = topic;
  return {};
}

const TopicGroup& TopicCreation::group_of(std::string_view topic) const {
  const auto it = std::find_if(groups_.begin(), groups_.end() - 1,
                               [topic](const TopicGroup& one) { return one.matches(topic); });
  return *it;
}

Result<void> TopicCreation::make(std::string_view topic) {
  const std::string name(topic);
  if (!admin_) {
    Result<std::unique_ptr<kafka::Admin>> made = make_admin_();
    if (!made) return std::move(made.error());
    admin_ = std::move(*made);
  }
  Result<std::map<std::string, kafka::TopicDescription>> found = admin_->describe({name});
  if (!found) return std::move(found.error());
  if (found->contains(name)) return remember(topic);

  const TopicGroup& group = group_of(topic);
  logger().info(
      "Topic '{}' does not exist and is created by group '{}': partitions={}, "
      "replication.factor={}",
      name, group.name, group.partitions, group.replication_factor);
  const std::vector<Result<void>> created =
      admin_->create({{.name = name,
                       .partitions = group.partitions,
                       .replication_factor = group.replication_factor,
                       .configs = group.configs}});
  const Result<void>& outcome = created.front();
  if (outcome || outcome.error().code() == ErrorCode::conflict) return remember(topic);
  if (outcome.error().code() == ErrorCode::retriable) return outcome.error();
  return Error{ErrorCode::fatal,
               "Task failed to create new topic '" + name + "' by group '" + group.name +
                   "': it needs the right to create topics, or the topic has to be made by others "
                   "before the task is restarted"}
      .caused_by(outcome.error());
}

}  // namespace millrace::pipeline
