// What becomes of a source's records that failed: reports, dead letters, and their offsets.
#include "base/log.h"
#include "base/plugin_call.h"
#include "pipeline/source_pipeline.h"

#include <chrono>
#include <utility>

namespace millrace::pipeline {

namespace {

constexpr std::string_view producing_class = "org.apache.kafka.connect.runtime.WorkerSourceTask";

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.WorkerSourceTask");
  return instance;
}

}  // namespace

Result<void> SourcePipeline::open_dead_letters() {
  if (parts_.errors.dead_letter_topic.empty()) return {};
  MILLRACE_TRY(ensure_dead_letter_topic(parts_.errors, parts_.make_admin));
  dead_letters_ = std::make_unique<SourceDeadLetters>(
      parts_.task_id, parts_.errors, std::move(parts_.json_converters), surroundings_.counters,
      [this](SubmittedOffsets::Entry& entry, const Error* error) {
        dead_letter_done(entry, error);
      });
  return {};
}

/// A record cannot be transformed or converted: it is reported, and left out unless that ends the
/// task. Its offset goes on once its dead letter is written, and not at all without one.
Result<SourcePipeline::Sent> SourcePipeline::failed(const SourceRecord& polled,
                                                    const Record& current, FailedStep step,
                                                    const Error& error) {
  if (surroundings_.control.cancelled()) return Sent::later;
  const FailedRecord failed{
      .stage = step.stage, .class_name = step.class_name, .error = error, .record = &polled};
  if (dead_letters_) dead_letters_->add(submitted_.submit(*batch_, polled), current, failed);
  MILLRACE_TRY(policy_.failed(failed));
  if (!dead_letters_) leave_out(polled);
  return Sent::yes;
}

/// Kafka does not take a record, or a dead letter. Called inside the producer's calls. The letter
/// of a record holds the bytes that were sent: nothing is transformed or converted once more.
void SourcePipeline::not_delivered(void* tag, const kafka::OutgoingRecord& record,
                                   const Error& error) {
  auto& entry = *static_cast<SubmittedOffsets::Entry*>(tag);
  if (entry.dead_letter) return dead_letter_done(entry, &error);
  if (surroundings_.control.cancelled()) return;
  logger().error("{} failed to send record to {}: {}", parts_.task_id, record.topic,
                 error.message());
  if (!policy_.tolerates() || producer_->fatal_error()) {  // nothing is left out silently
    if (!send_error_) {
      send_error_ =
          Error{ErrorCode::fatal, "Unrecoverable exception from producer send callback"}.caused_by(
              error);
    }
    return;
  }
  const FailedRecord failed{.stage = Stage::kafka_produce,
                            .class_name = producing_class,
                            .error = error,
                            .record = entry.record};
  static_cast<void>(policy_.failed(failed));
  if (dead_letters_) {
    kafka::OutgoingRecord whole = record;
    whole.timestamp = entry.timestamp;
    dead_letters_->add(entry, whole, failed);
    return;
  }
  tell_task(*entry.record, nullptr);
  submitted_.acknowledge(entry);
}

/// Between records: hands over the dead letters that wait. False: there is no room for them now.
bool SourcePipeline::dead_letters_sent() {
  if (!dead_letters_) return true;
  return dead_letters_->empty() || dead_letters_->send(*producer_);
}

/// A letter was written, or cannot be, which is logged and counted only. Without tolerance the
/// task is ending: the record is to come again.
void SourcePipeline::dead_letter_done(SubmittedOffsets::Entry& entry, const Error* error) {
  if (surroundings_.control.cancelled()) return;
  if (error != nullptr) {
    surroundings_.counters.dead_letter_failures.add();
    logger().error("Could not produce message to dead letter queue. topic={}: {}",
                   parts_.errors.dead_letter_topic, error->message());
    if (producer_->fatal_error()) return;  // which fails the task
  }
  if (!policy_.tolerates()) return;
  tell_task(*entry.record, nullptr);
  submitted_.acknowledge(entry);
}

/// The last chance to be acknowledged, for records and dead letters.
void SourcePipeline::flush_everything() {
  constexpr std::chrono::milliseconds slice{100};
  const Clock& clock = surroundings_.clock;
  const Clock::Time deadline = deadline_after(clock.now(), parts_.offset_flush_timeout);
  while (clock.now() < deadline) {
    const bool handed_over = dead_letters_sent();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.now());
    const bool answered = producer_->flush(handed_over ? left : slice);
    if (handed_over && answered && (!dead_letters_ || dead_letters_->empty())) return;
    if (!handed_over && answered) producer_->serve(slice);  // waits for room
  }
  logger().warn("{} gives up waiting for {} records that were not acknowledged within {} ms",
                parts_.task_id, producer_->outstanding(), parts_.offset_flush_timeout.count());
}

}  // namespace millrace::pipeline
