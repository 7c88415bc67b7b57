#include "pipeline/errant_records.h"

#include "base/plugin_call.h"

#include <utility>
#include <vector>

namespace millrace::pipeline {

namespace {

SinkRecord retained(const SinkRecord& record) {
  SinkRecord kept = record;
  static_cast<Record&>(kept) = record.retained();
  kept.original_topic = record.original_topic.retained();
  return kept;
}

}  // namespace

ErrantRecords::ErrantRecords(std::string task_id, bool with_context, ErrorPolicy& policy,
                             DeadLetterQueue* queue, MakeConverters make_converters)
    : task_id_(std::move(task_id)),
      with_context_(with_context),
      policy_(policy),
      queue_(queue),
      make_converters_(std::move(make_converters)) {}

ErrantRecords::~ErrantRecords() {
  if (converters_) converters_->close();
}

void ErrantRecords::delivering(std::span<const kafka::Message> messages) {
  const MutexLock lock(mutex_);
  messages_ = messages;
  next_ = 0;
}

std::optional<Error> ErrantRecords::take_failure() {
  const MutexLock lock(mutex_);
  return std::exchange(failure_, std::nullopt);
}

const kafka::Message* ErrantRecords::find(const SinkRecord& record) {
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    const kafka::Message& message = messages_[(next_ + i) % messages_.size()];
    if (message.offset != record.original_offset ||
        message.partition != record.original_partition ||
        message.topic != record.original_topic.view()) {
      continue;
    }
    next_ = (next_ + i) % messages_.size();
    return &message;
  }
  return nullptr;
}

Result<std::future<Result<void>>> ErrantRecords::report(const SinkRecord& record, Error error) {
  const kafka::Message place{.topic = record.original_topic.view(),
                             .partition = record.original_partition,
                             .offset = record.original_offset,
                             .timestamp = record.timestamp.value_or(-1),
                             .timestamp_type = record.timestamp_type};
  error = std::move(error).at(std::string(place.topic) + "-" + std::to_string(place.partition) +
                              "@" + std::to_string(place.offset));
  const FailedRecord failed{.stage = Stage::task_put,
                            .class_name = "org.apache.kafka.connect.sink.SinkTask",
                            .error = error,
                            .message = &place};
  DeadLetterQueue::Promise answer;
  std::future<Result<void>> future = answer.get_future();
  if (queue_ == nullptr) {
    answer.set_value({});
  } else {
    std::optional<DeadLetter> letter;
    {
      const MutexLock lock(mutex_);
      if (const kafka::Message* message = find(record)) letter = DeadLetter::of(*message);
    }
    DeadLetterQueue::Prepare prepare;
    if (!letter) {
      letter.emplace();
      letter->timestamp = record.timestamp;
      prepare = [this, kept = retained(record)](DeadLetter& unfinished) {
        return convert(kept, unfinished);
      };
    }
    if (with_context_) {
      add_context(*letter, task_id_, {place.topic, place.partition, place.offset}, failed);
    }
    queue_->add(std::move(*letter), {std::string(place.topic), place.partition}, std::move(answer),
                std::move(prepare));
  }
  Result<void> tolerated = policy_.failed(failed);
  if (tolerated) return future;
  const MutexLock lock(mutex_);
  if (!failure_) failure_ = tolerated.error();
  return std::move(tolerated.error());
}

/// Threads: the queue's. The context is there already; the record's own headers come before it.
Result<void> ErrantRecords::convert(const SinkRecord& record, DeadLetter& letter) {
  if (!converters_) {
    Result<Converters> made = make_converters_();
    if (!made) return std::move(made.error());
    converters_ = std::move(*made);
  }
  const std::string_view topic = record.topic.view();
  std::vector<RawHeader> raw;
  const auto key = call_plugin("key converter", [&] {
    return converters_->key->from_connect(topic, raw, record.key_schema, record.key);
  });
  if (!key) return key.error();
  DeadLetter whole;
  whole.timestamp = letter.timestamp;
  whole.set_key(*key);
  const auto value = call_plugin("value converter", [&] {
    return converters_->value->from_connect(topic, raw, record.value_schema, record.value);
  });
  if (!value) return value.error();
  whole.set_value(*value);
  for (const Header& header : record.headers) {
    const auto bytes = call_plugin("header converter", [&] {
      return converters_->header->from_connect_header(topic, header.key.view(), header.schema,
                                                      header.value);
    });
    if (!bytes) return bytes.error();
    whole.add_header(header.key.view(), *bytes);
  }
  for (const RawHeader& header : raw) {
    whole.add_header(header.key.view(),
                     header.value ? NullableBytes(header.value->view()) : std::nullopt);
  }
  whole.add_headers_of(letter);
  letter = std::move(whole);
  return {};
}

}  // namespace millrace::pipeline
