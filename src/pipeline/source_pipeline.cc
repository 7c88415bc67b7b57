#include "pipeline/source_pipeline.h"

#include "base/log.h"
#include "base/plugin_call.h"

#include <algorithm>
#include <utility>

namespace millrace::pipeline {

namespace {

constexpr std::chrono::milliseconds send_retry_pause{100};
constexpr std::chrono::milliseconds serve_slice{100};  // while acknowledgements are outstanding
constexpr std::chrono::milliseconds close_timeout{30'000};

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.WorkerSourceTask");
  return instance;
}

}  // namespace

SourcePipeline::SourcePipeline(SourceParts parts, Surroundings surroundings)
    : parts_(std::move(parts)),
      surroundings_(surroundings),
      policy_(parts_.task_id, parts_.errors, surroundings),
      retry_(parts_.errors, surroundings),
      submitted_(pool_) {}

SourcePipeline::~SourcePipeline() = default;

Result<void> SourcePipeline::run() {
  Result<void> result = start();
  while (result && !surroundings_.control.stopping()) result = iterate();
  finish();
  return result;
}

Result<void> SourcePipeline::start() {
  if (surroundings_.control.paused()) {
    surroundings_.listener.paused();
    if (surroundings_.control.wait_while_paused()) return {};
  }
  auto producer = parts_.make_producer(*this);
  if (!producer) return std::move(producer.error());
  producer_ = std::move(*producer);
  {
    const MutexLock lock(mutex_);
    abandonable_ = producer_.get();
  }
  MILLRACE_TRY(open_dead_letters());
  started_ = true;
  MILLRACE_TRY(call_plugin("initialize", [this] { return parts_.task->initialize(*this); }));
  MILLRACE_TRY(call_plugin("start", [this] { return parts_.task->start(parts_.config); }));
  logger().info("Source task finished initialization and start");
  surroundings_.listener.running();
  return {};
}

Result<void> SourcePipeline::iterate() {
  collect_offsets();
  tell_task_of_commit();
  told_topic_.clear();
  if (surroundings_.control.paused()) {
    wait_while_paused();
    return {};
  }
  MILLRACE_TRY(take_send_error());
  if (batch_ == nullptr) MILLRACE_TRY(poll_batch());
  if (batch_ != nullptr) MILLRACE_TRY(send_batch());
  producer_->serve(std::chrono::milliseconds(0));
  dead_letters_sent();
  return {};
}

Result<void> SourcePipeline::poll_batch() {
  TrackedBatch* batch = pool_.take();
  const Result<void> polled =
      call_plugin("poll", [this, batch] { return parts_.task->poll(batch->batch); });
  if (!polled && polled.error().code() == ErrorCode::retriable) {
    logger().warn("{} failed to poll records, will poll again: {}", parts_.task_id,
                  polled.error().message());
  }
  if (!polled || batch->batch.empty()) {
    pool_.release(*batch);
    if (!polled && polled.error().code() != ErrorCode::retriable) return polled;
    return {};
  }
  surroundings_.counters.source_record_poll.add(batch->batch.size());
  batch_ = batch;
  next_ = 0;
  return {};
}

Result<void> SourcePipeline::send_batch() {
  const std::span<const SourceRecord> records = std::as_const(batch_->batch).records();
  for (; next_ < records.size(); ++next_) {
    if (send_error_) return take_send_error();
    if (!dead_letters_sent()) {
      producer_->serve(serve_slice);
      return {};
    }
    const Result<Sent> sent = send_record(records[next_]);
    if (!sent) return sent.error();
    if (*sent == Sent::later) {
      surroundings_.control.wait_for(send_retry_pause);
      return {};
    }
  }
  pool_.release(*std::exchange(batch_, nullptr));
  return {};
}

/// One record on its way: transform, convert, see to its topic, hand over to the producer.
Result<SourcePipeline::Sent> SourcePipeline::send_record(const SourceRecord& polled) {
  const Record* current = &polled;
  std::optional<Record> transformed;
  if (!parts_.transforms.empty()) {
    auto result = parts_.transforms.apply(polled, [&](auto&& stage) {
      return retry_([&] { return call_plugin("transformation", stage); });
    });
    if (!result) {
      const FailedStep step{Stage::transformation, failed_class(parts_.transforms)};
      return failed(polled, polled, step, result.error());
    }
    if (!*result) {
      leave_out(polled);
      return Sent::yes;
    }
    transformed = std::move(*result);
    current = &*transformed;
  }
  MILLRACE_TRY(check_destination(*current));
  const Result<kafka::OutgoingRecord> outgoing = convert(*current);
  if (!outgoing) return failed(polled, *current, failed_step_, outgoing.error());
  if (parts_.topic_creation) {
    const Result<void> there = parts_.topic_creation->ensure(outgoing->topic);
    if (!there && there.error().code() == ErrorCode::retriable) {
      logger().warn("{} cannot make sure that topic '{}' exists, tries again: {}", parts_.task_id,
                    outgoing->topic, there.error().message());
      return Sent::later;
    }
    if (!there) return there.error();
  }
  return hand_over(polled, *outgoing);
}

/// What no producer takes ends the task, whatever is tolerated.
Result<void> SourcePipeline::check_destination(const Record& record) {
  if (record.topic.empty()) {
    return Error{ErrorCode::fatal, "java.lang.IllegalArgumentException", "Topic cannot be null."};
  }
  if (record.partition && *record.partition < 0) {
    return Error{ErrorCode::fatal, "java.lang.IllegalArgumentException",
                 "Invalid partition: " + std::to_string(*record.partition) +
                     ". Partition number should always be non-negative or null."};
  }
  if (record.timestamp && *record.timestamp < -1) {
    return Error{ErrorCode::fatal, "org.apache.kafka.common.InvalidRecordException",
                 "Invalid record timestamp " + std::to_string(*record.timestamp)};
  }
  return {};
}

/// The bytes of a record, valid until the next one is converted. Errors: failed_step_ says where.
Result<kafka::OutgoingRecord> SourcePipeline::convert(const Record& record) {
  const std::string_view topic = record.topic.view();
  kafka::OutgoingRecord outgoing{.topic = topic, .partition = record.partition};
  if (record.timestamp && *record.timestamp != -1) outgoing.timestamp = record.timestamp;

  const Converters& with = parts_.converters;
  raw_headers_.clear();
  failed_step_ = {Stage::header_converter, with.header_class};
  for (const Header& header : record.headers) {
    auto bytes = retry_([&] {
      return call_plugin("header converter", [&] {
        return with.header->from_connect_header(topic, header.key.view(), header.schema,
                                                header.value);
      });
    });
    if (!bytes) return std::move(bytes.error());
    raw_headers_.push_back({header.key, *bytes ? std::optional(Bytes(**bytes)) : std::nullopt});
  }
  failed_step_ = {Stage::key_converter, with.key_class};
  auto key = retry_([&] {
    return call_plugin("key converter", [&] {
      return with.key->from_connect(topic, raw_headers_, record.key_schema, record.key);
    });
  });
  if (!key) return std::move(key.error());
  failed_step_ = {Stage::value_converter, with.value_class};
  auto value = retry_([&] {
    return call_plugin("value converter", [&] {
      return with.value->from_connect(topic, raw_headers_, record.value_schema, record.value);
    });
  });
  if (!value) return std::move(value.error());
  outgoing.key = *key;
  outgoing.value = *value;
  if (!raw_headers_.empty()) {
    message_headers_.clear();
    for (const RawHeader& header : raw_headers_) {
      message_headers_.push_back(
          {header.key.view(), header.value ? NullableBytes(header.value->view()) : std::nullopt});
    }
    outgoing.headers = message_headers_;
  }
  return outgoing;
}

/// Waits for room in the producer's queue and for the topic to appear, as long as max.block.ms.
Result<SourcePipeline::Sent> SourcePipeline::hand_over(const SourceRecord& polled,
                                                       kafka::OutgoingRecord outgoing) {
  SubmittedOffsets::Entry& entry = submitted_.submit(*batch_, polled);
  outgoing.tag = &entry;
  entry.timestamp = outgoing.timestamp;
  std::optional<Clock::Time> deadline;
  while (true) {
    const Result<kafka::SendStatus> status = producer_->send(outgoing);
    if (!status) return refused(entry, outgoing, status.error());
    if (*status == kafka::SendStatus::accepted) return Sent::yes;
    if (!deadline) {
      deadline = deadline_after(surroundings_.clock.now(), producer_->max_block());
      if (*status == kafka::SendStatus::no_topic) {
        logger().info("{} waits until topic '{}' can be written to", parts_.task_id,
                      outgoing.topic);
      }
    } else if (surroundings_.clock.now() >= *deadline) {
      return refused(entry, outgoing,
                     Error{ErrorCode::retriable, "org.apache.kafka.common.errors.TimeoutException",
                           "Topic " + std::string(outgoing.topic) +
                               " could not be written to within max.block.ms=" +
                               std::to_string(producer_->max_block().count())});
    }
    producer_->serve(serve_slice);
    if (surroundings_.control.stopping() || surroundings_.control.paused() || send_error_) {
      submitted_.withdraw(entry);
      return Sent::later;
    }
  }
}

/// A record that the producer does not take is treated as if the broker had refused it; unless the
/// producer takes nothing any more.
Result<SourcePipeline::Sent> SourcePipeline::refused(SubmittedOffsets::Entry& entry,
                                                     const kafka::OutgoingRecord& outgoing,
                                                     const Error& error) {
  if (producer_->fatal_error()) {
    submitted_.withdraw(entry);
    return Error{ErrorCode::fatal, "Unrecoverable exception trying to send"}.caused_by(error);
  }
  not_delivered(&entry, outgoing, error);
  return Sent::yes;
}

/// metadata: null for a record that did not get to Kafka.
void SourcePipeline::tell_task(const SourceRecord& record, const RecordMetadata* metadata) {
  if (stopped_) return;
  const Result<void> told =
      call_plugin("commit_record", [&] { return parts_.task->commit_record(record, metadata); });
  if (!told) logger().warn("{} commit_record failed: {}", parts_.task_id, told.error().message());
}

void SourcePipeline::delivered(void* tag, const RecordMetadata& metadata, const Error* /*none*/) {
  auto& entry = *static_cast<SubmittedOffsets::Entry*>(tag);
  if (entry.dead_letter) return dead_letter_done(entry, nullptr);
  surroundings_.counters.source_record_write.add();
  if (metadata.topic != told_topic_) {
    told_topic_ = metadata.topic;
    surroundings_.listener.topic_used(told_topic_);
  }
  tell_task(*entry.record, &metadata);
  submitted_.acknowledge(entry);
}

Result<void> SourcePipeline::take_send_error() {
  if (!send_error_ && producer_) send_error_ = producer_->fatal_error();
  if (!send_error_) return {};
  return *send_error_;
}

bool SourcePipeline::wait_for(std::chrono::milliseconds time) {
  TaskControl& control = surroundings_.control;
  const Clock& clock = surroundings_.clock;
  const Clock::Time deadline = deadline_after(clock.now(), time);
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.now());
    if (left.count() <= 0 || producer_->outstanding() == 0 || control.interrupted()) {
      return control.wait_for(left);
    }
    producer_->serve(std::min(left, serve_slice));
    collect_offsets();
  }
}

void SourcePipeline::wait_while_paused() {
  surroundings_.listener.paused();
  while (producer_->outstanding() > 0 && surroundings_.control.paused() &&
         !surroundings_.control.stopping() && !send_error_) {
    producer_->serve(serve_slice);
  }
  collect_offsets();
  if (!surroundings_.control.wait_while_paused()) surroundings_.listener.running();
}

void SourcePipeline::collect_offsets() {
  if (submitted_.empty()) return;
  const MutexLock lock(mutex_);
  submitted_.collect(committable_);
}

void SourcePipeline::tell_task_of_commit() {
  {
    const MutexLock lock(mutex_);
    if (!std::exchange(committed_, false)) return;
  }
  const Result<void> told = call_plugin("commit", [this] { return parts_.task->commit(); });
  if (!told) logger().warn("{} commit failed: {}", parts_.task_id, told.error().message());
}

void SourcePipeline::commit_offsets() {
  CommittableOffsets offsets;
  {
    const MutexLock lock(mutex_);
    if (committing_ || ended_ || surroundings_.control.cancelled()) return;
    committing_ = true;
    offsets = std::exchange(committable_, {});
  }
  store_offsets(std::move(offsets));
  const MutexLock lock(mutex_);
  committing_ = false;
  commit_done_.notify_all();
}

/// Threads: the committer's, and at the end the task's.
void SourcePipeline::store_offsets(CommittableOffsets offsets) {
  for (const auto& [partition, offset] : offsets) parts_.writer->offset(partition, offset);
  const Result<std::size_t> stored = parts_.writer->flush(parts_.offset_flush_timeout);
  if (stored) {
    surroundings_.counters.offset_commit_success.add();
    logger().debug("{} stored the offsets of {} source partitions", parts_.task_id, *stored);
  } else {
    surroundings_.counters.offset_commit_failure.add();
    logger().error("{} failed to commit offsets, will try again at the next interval: {}",
                   parts_.task_id, stored.error().message());
  }
  const MutexLock lock(mutex_);
  committed_ = committed_ || static_cast<bool>(stored);
}

void SourcePipeline::abandon() {
  parts_.writer->cancel();
  parts_.reader->close();
  const MutexLock lock(mutex_);  // keeps the producer from being closed meanwhile
  if (abandonable_ != nullptr) abandonable_->abandon();
}

/// The end: what is still on its way gets a last chance to be acknowledged, then one last commit.
void SourcePipeline::finish() {
  if (producer_ && !surroundings_.control.cancelled()) {
    flush_everything();
    collect_offsets();
    commit_for_the_last_time();
  }
  {
    const MutexLock lock(mutex_);
    ended_ = true;
  }
  if (started_) {
    const Result<void> stopped = call_plugin("stop", [this] { return parts_.task->stop(); });
    if (!stopped) {
      logger().warn("Could not stop task {}: {}", parts_.task_id, stopped.error().message());
    }
  }
  stopped_ = true;
  if (producer_) close_producer();
  parts_.transforms.close();
  parts_.converters.close();
  parts_.task.reset();  // on the thread that it has lived on
}

/// No commit of the committer's begins any more, and one that is running comes first.
void SourcePipeline::commit_for_the_last_time() {
  CommittableOffsets offsets;
  {
    const MutexLock lock(mutex_);
    ended_ = true;
    while (committing_) commit_done_.wait(mutex_);
    offsets = std::exchange(committable_, {});
  }
  if (surroundings_.control.cancelled()) return;
  store_offsets(std::move(offsets));
  tell_task_of_commit();
}

/// Waits for what is on its way while abandon can still put an end to that, then frees the client.
void SourcePipeline::close_producer() {
  if (!surroundings_.control.cancelled()) producer_->flush(close_timeout);
  {
    const MutexLock lock(mutex_);
    abandonable_ = nullptr;
  }
  producer_->close(std::chrono::milliseconds(0));
}

}  // namespace millrace::pipeline
