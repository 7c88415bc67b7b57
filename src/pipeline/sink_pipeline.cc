#include "pipeline/sink_pipeline.h"

#include "base/log.h"
#include "base/plugin_call.h"

#include <algorithm>
#include <utility>

namespace millrace::pipeline {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.WorkerSinkTask");
  return instance;
}

}  // namespace

SinkPipeline::SinkPipeline(SinkParts parts, Surroundings surroundings)
    : parts_(std::move(parts)),
      surroundings_(surroundings),
      policy_(parts_.task_id, parts_.errors, surroundings),
      retry_(parts_.errors, surroundings),
      commits_(parts_.task_id, surroundings.counters) {}

SinkPipeline::~SinkPipeline() = default;

Result<void> SinkPipeline::run() {
  Result<void> result = start();
  while (result && !surroundings_.control.stopping()) result = iterate();
  finish();
  return result;
}

Result<void> SinkPipeline::start() {
  if (surroundings_.control.paused()) {
    surroundings_.listener.paused();
    if (surroundings_.control.wait_while_paused()) return {};
  }
  MILLRACE_TRY(open_reporters());
  auto consumer = parts_.make_consumer();
  if (!consumer) return std::move(consumer.error());
  consumer_ = std::move(*consumer);
  surroundings_.control.set_wake([this] { consumer_->wake(); });
  if (parts_.topic_matches) {
    MILLRACE_TRY(follow_topics());
  } else {
    MILLRACE_TRY(consumer_->subscribe(parts_.topics, *this));
  }
  started_ = true;
  MILLRACE_TRY(call_plugin("initialize", [this] { return parts_.task->initialize(*this); }));
  MILLRACE_TRY(call_plugin("start", [this] { return parts_.task->start(parts_.config); }));
  next_commit_ = deadline_after(surroundings_.clock.now(), parts_.offset_flush_interval);
  logger().info("Sink task finished initialization and start");
  surroundings_.listener.running();
  return {};
}

Result<void> SinkPipeline::iterate() {
  follow_pause();
  commit_if_due();
  if (parts_.topic_matches) MILLRACE_TRY(follow_topics());
  MILLRACE_TRY(apply_seeks());
  MILLRACE_TRY(poll());
  if (surroundings_.control.stopping()) return {};
  if (!redelivering_) MILLRACE_TRY(convert_batch());
  if (surroundings_.control.cancelled()) return {};  // records may be missing from the batch
  return deliver();
}

/// Until the next commit, or as long as the task has asked for, once.
std::chrono::milliseconds SinkPipeline::poll_time() const {
  const Clock::Time now = surroundings_.clock.now();
  Clock::Time until = next_commit_;
  if (const auto deadline = commits_.deadline()) until = std::min(until, *deadline);
  if (parts_.topic_matches) until = std::min(until, next_topic_refresh_);
  auto time = std::chrono::ceil<std::chrono::milliseconds>(until - now);
  if (timeout_) time = std::min(time, *timeout_);
  return std::max(time, std::chrono::milliseconds(0));
}

Result<void> SinkPipeline::poll() {
  kafka::MessageBatch& batch = redelivering_ ? spare_ : batch_;
  const std::chrono::milliseconds time = poll_time();
  timeout_.reset();
  MILLRACE_TRY(consumer_->poll(time, batch));
  if (raised_) return *std::exchange(raised_, std::nullopt);
  if (std::exchange(rebalanced_, false)) {
    batch.remove_if([this](const kafka::Message& message) {
      return !assignment_.contains({std::string(message.topic), message.partition});
    });
  }
  if (spare_.empty()) return {};
  PartitionOffsets back;  // fetched before the pause took hold: they come again
  for (const kafka::Message& message : spare_.messages()) {
    back.try_emplace({std::string(message.topic), message.partition}, message.offset);
  }
  spare_.clear();
  return consumer_->seek(back);
}

Result<void> SinkPipeline::convert_batch() {
  const std::span<const kafka::Message> messages = batch_.messages();
  surroundings_.counters.sink_record_read.add(messages.size());
  count_ = 0;
  if (records_.size() < messages.size()) records_.resize(messages.size());
  SinkCommits::Position* position = nullptr;
  const kafka::Message* previous = nullptr;
  for (const kafka::Message& message : messages) {
    if (previous == nullptr || previous->partition != message.partition ||
        previous->topic != message.topic) {
      position = commits_.find({std::string(message.topic), message.partition});
      if (previous == nullptr || previous->topic != message.topic) {
        surroundings_.listener.topic_used(message.topic);
      }
    }
    previous = &message;
    const Result<bool> converted = convert(message, records_[count_]);
    if (!converted) return converted.error();
    if (*converted) ++count_;
    if (position != nullptr) position->taken = message.offset + 1;
  }
  return {};
}

/// One record on its way: convert, transform. False: it is left out.
Result<bool> SinkPipeline::convert(const kafka::Message& message, SinkRecord& record) {
  if (message.timestamp < -1) {
    return Error{ErrorCode::fatal, "org.apache.kafka.common.InvalidRecordException",
                 "Invalid record timestamp " + std::to_string(message.timestamp)}
        .at(std::string(message.topic) + "-" + std::to_string(message.partition) + "@" +
            std::to_string(message.offset));
  }
  const Converters& with = parts_.converters;
  raw_headers_.clear();
  for (const kafka::MessageHeader& header : message.headers) {
    raw_headers_.push_back(
        {Text::borrow(header.name),
         header.value ? std::optional(Bytes::borrow(*header.value)) : std::nullopt});
  }
  auto key = retry_([&] {
    return call_plugin("key converter", [&] {
      return with.key->to_connect(message.topic, raw_headers_, message.key);
    });
  });
  if (!key) return failed(message, Stage::key_converter, with.key_class, std::move(key.error()));
  auto value = retry_([&] {
    return call_plugin("value converter", [&] {
      return with.value->to_connect(message.topic, raw_headers_, message.value);
    });
  });
  if (!value) {
    return failed(message, Stage::value_converter, with.value_class, std::move(value.error()));
  }
  record.headers.clear();
  for (const RawHeader& header : raw_headers_) {
    auto content = retry_([&] {
      return call_plugin("header converter", [&] {
        return with.header->to_connect_header(
            message.topic, header.key.view(),
            header.value ? NullableBytes(header.value->view()) : std::nullopt);
      });
    });
    if (!content) {
      return failed(message, Stage::header_converter, with.header_class,
                    std::move(content.error()));
    }
    record.headers.append({header.key, std::move(content->schema), std::move(content->value)});
  }
  record.topic = Text::borrow(message.topic);
  record.partition = message.partition;
  record.key_schema = std::move(key->schema);
  record.key = std::move(key->value);
  record.value_schema = std::move(value->schema);
  record.value = std::move(value->value);
  record.timestamp = message.timestamp == -1 ? std::nullopt : std::optional(message.timestamp);
  record.kafka_offset = record.original_offset = message.offset;
  record.sink_offset = message.offset;
  record.timestamp_type = message.timestamp_type;
  record.original_topic = record.topic;
  record.original_partition = message.partition;
  if (parts_.transforms.empty()) return true;

  auto transformed = parts_.transforms.apply(record, [&](auto&& stage) {
    return retry_([&] { return call_plugin("transformation", stage); });
  });
  if (!transformed) {
    return failed(message, Stage::transformation, failed_class(parts_.transforms),
                  std::move(transformed.error()));
  }
  if (!*transformed) return false;
  static_cast<Record&>(record) = std::move(**transformed);
  return true;
}

Result<void> SinkPipeline::deliver() {
  const std::span<const SinkRecord> records(records_.data(), count_);
  if (errant_) errant_->delivering(batch_.messages());
  Result<void> taken = call_plugin("put", [&] { return parts_.task->put(records); });
  if (errant_) {
    errant_->delivering({});
    if (std::optional<Error> failure = errant_->take_failure()) taken = std::move(*failure);
  }
  if (!taken) {
    if (taken.error().code() != ErrorCode::retriable) {
      return Error{ErrorCode::fatal, "Exiting WorkerSinkTask due to unrecoverable exception."}
          .caused_by(taken.error());
    }
    logger().warn("{} was asked to offer {} records again: {}", parts_.task_id, count_,
                  taken.error().message());
    if (!std::exchange(redelivering_, true)) pause_all();
    return {};
  }
  surroundings_.counters.sink_record_send.add(count_);
  commits_.batch_done();
  count_ = 0;
  batch_.clear();
  if (std::exchange(redelivering_, false) && !paused_) resume_all();
  return {};
}

/// The end, whatever led to it: flush and commit what was delivered, close, stop, leave the group.
void SinkPipeline::finish() {
  if (consumer_) {
    if (!assignment_.empty()) commit(assignment_, true);
    if (raised_) {
      logger().warn("{} failed to close its partitions: {}", parts_.task_id, raised_->message());
    }
  }
  if (started_) {
    const Result<void> stopped = call_plugin("stop", [this] { return parts_.task->stop(); });
    if (!stopped) {
      logger().warn("Could not stop task {}: {}", parts_.task_id, stopped.error().message());
    }
  }
  close_reporters();
  batch_.clear();
  spare_.clear();
  surroundings_.control.set_wake({});
  if (consumer_) consumer_->close();
  parts_.transforms.close();
  parts_.converters.close();
  parts_.task.reset();  // on the thread that it has lived on
}

}  // namespace millrace::pipeline
