#include "pipeline/dead_letter_topic.h"

#include "base/log.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace millrace::pipeline {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter");
  return instance;
}

Result<void> create_if_missing(const ErrorSettings& settings, const MakeAdmin& make_admin) {
  Result<std::unique_ptr<kafka::Admin>> admin = make_admin();
  if (!admin) return std::move(admin.error());
  const std::string& topic = settings.dead_letter_topic;
  const Result<std::map<std::string, kafka::TopicDescription>> found = (*admin)->describe({topic});
  if (!found) return found.error();
  if (found->contains(topic)) return {};
  logger().info("Dead letter topic '{}' does not exist and is created, with {} copies", topic,
                settings.dead_letter_replication_factor);
  std::vector<Result<void>> created =
      (*admin)->create({{.name = topic,
                         .partitions = 1,
                         .replication_factor = settings.dead_letter_replication_factor}});
  if (created.front() || created.front().error().code() == ErrorCode::conflict) return {};
  return std::move(created.front());
}

}  // namespace

Result<void> ensure_dead_letter_topic(const ErrorSettings& settings, const MakeAdmin& make_admin) {
  if (settings.dead_letter_topic.empty()) return {};
  Result<void> done = create_if_missing(settings, make_admin);
  if (done) return done;
  return Error{ErrorCode::fatal,
               "Could not initialize dead letter queue with topic=" + settings.dead_letter_topic}
      .caused_by(std::move(done.error()));
}

}  // namespace millrace::pipeline
