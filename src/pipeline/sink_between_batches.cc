// What a sink task's pipeline does beside the records: commits, rebalances, pauses, seeks.
#include "base/log.h"
#include "base/plugin_call.h"
#include "pipeline/sink_pipeline.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::pipeline {

namespace {

constexpr std::array<std::string_view, 3> internal_topics = {
    "__consumer_offsets", "__transaction_state", "__share_group_state"};

constexpr std::chrono::milliseconds topic_retry_pause{5'000};

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.WorkerSinkTask");
  return instance;
}

/// The first few by name, the others by number: a line of the log must stay readable.
std::string listed(const PartitionSet& partitions) {
  constexpr std::size_t named = 16;
  std::string text = std::to_string(partitions.size()) + " partitions: ";
  std::size_t count = 0;
  for (const TopicPartition& partition : partitions) {
    if (count == named) return text + " and " + std::to_string(partitions.size() - named) + " more";
    text.append(count++ == 0 ? "" : ", ").append(partition.to_string());
  }
  return text;
}

}  // namespace

Result<void> SinkPipeline::follow_topics() {
  const Clock::Time now = surroundings_.clock.now();
  if (started_ && now < next_topic_refresh_) return {};
  next_topic_refresh_ = deadline_after(now, parts_.topic_refresh_interval);
  const Result<std::vector<std::string>> all = consumer_->topics();
  if (!all) {
    logger().warn("{} cannot list topics, tries again: {}", parts_.task_id, all.error().message());
    next_topic_refresh_ = deadline_after(now, topic_retry_pause);
    return {};
  }
  std::vector<std::string> matching;
  for (const std::string& topic : *all) {
    if (std::find(internal_topics.begin(), internal_topics.end(), topic) == internal_topics.end() &&
        parts_.topic_matches(topic)) {
      matching.push_back(topic);
    }
  }
  std::sort(matching.begin(), matching.end());
  if (matching == subscribed_) return {};
  subscribed_ = matching;
  return consumer_->subscribe(subscribed_, *this);
}

void SinkPipeline::follow_pause() {
  const bool wanted = surroundings_.control.paused();
  if (wanted == paused_) return;
  paused_ = wanted;
  if (paused_) {
    pause_all();
    request_commit();
    surroundings_.listener.paused();
    return;
  }
  if (!redelivering_) resume_all();
  surroundings_.listener.running();
}

void SinkPipeline::pause_all() {
  if (const Result<void> done = consumer_->pause(assignment_); !done) {
    logger().warn("{} cannot pause: {}", parts_.task_id, done.error().message());
  }
}

/// All but those that the task itself has paused.
void SinkPipeline::resume_all() {
  if (paused_ || redelivering_) return;
  PartitionSet flowing;
  std::set_difference(assignment_.begin(), assignment_.end(), paused_by_task_.begin(),
                      paused_by_task_.end(), std::inserter(flowing, flowing.end()));
  if (const Result<void> done = consumer_->resume(flowing); !done) {
    logger().warn("{} cannot resume: {}", parts_.task_id, done.error().message());
  }
}

void SinkPipeline::offset(const PartitionOffsets& offsets) {
  for (const auto& [partition, offset] : offsets) seeks_.insert_or_assign(partition, offset);
}

Result<void> SinkPipeline::apply_seeks() {
  if (seeks_.empty()) return {};
  PartitionOffsets seeks = std::exchange(seeks_, {});
  std::erase_if(seeks, [this](const auto& seek) {
    if (assignment_.contains(seek.first)) return false;
    logger().warn("{} cannot go to offset {} of {}, which is not assigned", parts_.task_id,
                  seek.second, seek.first.to_string());
    return true;
  });
  if (seeks.empty()) return {};
  MILLRACE_TRY(consumer_->seek(seeks));
  for (const auto& [partition, offset] : seeks) commits_.move_to(partition, offset);
  return {};
}

Result<void> SinkPipeline::pause(const PartitionSet& partitions) {
  for (const TopicPartition& partition : partitions) {
    if (!assignment_.contains(partition)) {
      return Error{ErrorCode::fatal, "org.apache.kafka.connect.errors.IllegalWorkerStateException",
                   "SinkTasks may not pause partitions that are not currently assigned to them: " +
                       partition.to_string()};
    }
  }
  paused_by_task_.insert(partitions.begin(), partitions.end());
  if (paused_ || redelivering_) return {};  // paused anyhow; it stays so later
  return consumer_->pause(partitions);
}

Result<void> SinkPipeline::resume(const PartitionSet& partitions) {
  for (const TopicPartition& partition : partitions) {
    if (!assignment_.contains(partition)) {
      return Error{ErrorCode::fatal, "org.apache.kafka.connect.errors.IllegalWorkerStateException",
                   "SinkTasks may not resume partitions that are not currently assigned to them: " +
                       partition.to_string()};
    }
  }
  for (const TopicPartition& partition : partitions) paused_by_task_.erase(partition);
  if (paused_ || redelivering_) return {};
  return consumer_->resume(partitions);
}

void SinkPipeline::commit_if_due() {
  const Clock::Time now = surroundings_.clock.now();
  if (const auto deadline = commits_.deadline(); deadline && now >= *deadline) commits_.timed_out();
  if (commits_.running() || (now < next_commit_ && !commit_requested_)) return;
  commit(assignment_, false);
  commit_requested_ = false;
  next_commit_ = deadline_after(now, parts_.offset_flush_interval);
}

/// closing: the partitions are about to go; the task closes them between its flush and the commit,
/// and the commit is waited for.
void SinkPipeline::commit(const PartitionSet& partitions, bool closing) {
  const bool written = dead_letters_written(partitions);
  const PartitionOffsets current = commits_.current(partitions);
  if (current.empty()) return;
  const std::uint64_t sequence = commits_.begin();
  if (!written) {
    if (closing) close_partitions(partitions);
    commits_.completed(sequence, {},
                       Error{ErrorCode::retriable, "dead letters are not written yet"});
    return;
  }
  const Result<PartitionOffsets> wanted =
      call_plugin("pre_commit", [&] { return parts_.task->pre_commit(current); });
  if (closing) close_partitions(partitions);
  if (!wanted) {
    logger().error("{} refused to let offsets be committed: {}", parts_.task_id,
                   wanted.error().message());
    if (!closing) {
      const PartitionOffsets back = commits_.committed(partitions);
      raise(consumer_->seek(back));  // going on from here would commit what the task has refused
      for (const auto& [partition, offset] : back) commits_.move_to(partition, offset);
    }
    commits_.completed(sequence, {}, wanted.error());
    return;
  }
  const std::optional<PartitionOffsets> offsets = commits_.select(partitions, *wanted);
  if (!offsets) {
    commits_.completed(sequence, {}, {});
    return;
  }
  if (surroundings_.control.cancelled()) {
    logger().warn("{} was cancelled and does not commit its offsets", parts_.task_id);
    return;
  }
  if (closing) {
    commits_.completed(sequence, *offsets, consumer_->commit_sync(*offsets));
    return;
  }
  commits_.sent(deadline_after(surroundings_.clock.now(), parts_.offset_flush_timeout));
  consumer_->commit_async(*offsets, [this, sequence, sent = *offsets](const Result<void>& result) {
    commits_.completed(sequence, sent, result);
  });
}

void SinkPipeline::close_partitions(const PartitionSet& partitions) {
  raise(call_plugin("close", [&] { return parts_.task->close(partitions); }));
}

/// Lets the task fail after the poll; the first reason stands.
void SinkPipeline::raise(Result<void> failed) {
  if (!failed && !raised_) raised_ = std::move(failed.error());
}

void SinkPipeline::assigned(const PartitionOffsets& positions) {
  rebalanced_ = true;
  PartitionSet added;
  PartitionSet still;  // to stay paused
  for (const auto& [partition, offset] : positions) {
    commits_.assign(partition, offset);
    assignment_.insert(partition);
    added.insert(partition);
    if (paused_ || redelivering_ || paused_by_task_.contains(partition)) still.insert(partition);
  }
  if (added.empty()) return;
  logger().info("{} was assigned {}", parts_.task_id, listed(added));
  // What the task has paused stays so when all partitions are taken away and given back.
  std::erase_if(paused_by_task_, [this](const auto& one) { return !assignment_.contains(one); });
  if (!still.empty()) {
    if (const Result<void> done = consumer_->pause(still); !done) {
      logger().warn("{} cannot pause: {}", parts_.task_id, done.error().message());
    }
  }
  Result<void> opened = call_plugin("open", [&] { return parts_.task->open(added); });
  if (opened) opened = apply_seeks();  // the poll that goes on must not read from elsewhere
  raise(std::move(opened));
}

void SinkPipeline::revoked(const PartitionSet& partitions) {
  rebalanced_ = true;
  if (!partitions.empty()) logger().info("{} gives back {}", parts_.task_id, listed(partitions));
  commit(partitions, true);
  forget(partitions);
}

void SinkPipeline::lost(const PartitionSet& partitions) {
  rebalanced_ = true;
  if (!partitions.empty()) {
    logger().warn("{} has lost {}", parts_.task_id, listed(partitions));
    close_partitions(partitions);
  }
  forget(partitions);
}

void SinkPipeline::forget(const PartitionSet& partitions) {
  for (const TopicPartition& partition : partitions) {
    assignment_.erase(partition);
    seeks_.erase(partition);
    commits_.forget(partition);
  }
  const auto gone = [&partitions](const SinkRecord& record) {
    return partitions.contains({record.original_topic.str(), record.original_partition});
  };
  const auto kept = std::remove_if(records_.begin(),
                                   records_.begin() + static_cast<std::ptrdiff_t>(count_), gone);
  count_ = static_cast<std::size_t>(kept - records_.begin());
}

}  // namespace millrace::pipeline
