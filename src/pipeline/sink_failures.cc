// What becomes of a sink's records that failed: reports, dead letters, and what waits for them.
#include "pipeline/sink_pipeline.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace millrace::pipeline {

namespace {

constexpr std::chrono::milliseconds close_timeout{30'000};

}  // namespace

/// The dead letter topic and its producer, and the reporter that the task may ask for.
Result<void> SinkPipeline::open_reporters() {
  const ErrorSettings& errors = parts_.errors;
  if (!errors.dead_letter_topic.empty()) {
    MILLRACE_TRY(ensure_dead_letter_topic(errors, parts_.make_admin));
    auto queue =
        DeadLetterQueue::open(errors.dead_letter_topic, parts_.make_producer, surroundings_);
    if (!queue) return std::move(queue.error());
    dead_letters_ = std::move(*queue);
    const MutexLock lock(abandon_mutex_);
    abandonable_ = dead_letters_.get();
  }
  if (dead_letters_ || errors.log) {
    errant_ = std::make_unique<ErrantRecords>(parts_.task_id, errors.dead_letter_context, policy_,
                                              dead_letters_.get(), parts_.make_converters);
  }
  return {};
}

/// A record failed for good: it is reported. False: it is left out. Errors: it ends the task.
Result<bool> SinkPipeline::failed(const kafka::Message& message, Stage stage,
                                  std::string_view class_name, Error error) {
  if (surroundings_.control.cancelled()) return false;
  const TopicPartition from{std::string(message.topic), message.partition};
  error =
      std::move(error).at(fmt::format("{}-{}@{}", from.topic, message.partition, message.offset));
  const FailedRecord failed{
      .stage = stage, .class_name = class_name, .error = error, .message = &message};
  if (dead_letters_) {
    DeadLetter letter = DeadLetter::of(message);
    if (parts_.errors.dead_letter_context) {
      add_context(letter, parts_.task_id, {from.topic, message.partition, message.offset}, failed);
    }
    dead_letters_->add(std::move(letter), from);
  }
  MILLRACE_TRY(policy_.failed(failed));
  return false;
}

/// Whether offsets of these partitions may be committed: what failed before them is in the dead
/// letter topic, or was given up there.
bool SinkPipeline::dead_letters_written(const PartitionSet& partitions) {
  if (!dead_letters_ || surroundings_.control.cancelled()) return true;
  const Result<bool> written = dead_letters_->await(partitions, parts_.offset_flush_timeout);
  if (!written) raise(written.error());
  return written && *written;
}

void SinkPipeline::close_reporters() {
  if (dead_letters_) dead_letters_->close(close_timeout);
}

void SinkPipeline::abandon() {
  const MutexLock lock(abandon_mutex_);
  if (abandonable_ != nullptr) abandonable_->abandon();
}

}  // namespace millrace::pipeline
