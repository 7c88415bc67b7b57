#include "pipeline/source_dead_letters.h"

#include "base/plugin_call.h"
#include "data/values.h"
#include "millrace/value_text.h"
#include "storage/offset_json.h"

#include <utility>

namespace millrace::pipeline {

namespace {

/// {"filename":"a.txt"}; none for null, and for what has no such text.
std::optional<std::string> json_of(const OffsetView& view) {
  Result<storage::NullableString> text = storage::offset_value("", view);
  return text ? std::optional<std::string>(std::move(*text)) : std::nullopt;
}

NullableBytes view(const std::optional<std::string>& text) {
  return text ? NullableBytes(*text) : std::nullopt;
}

bool is_too_large(const Error& error) {
  return error.java_class() == "org.apache.kafka.common.errors.RecordTooLargeException";
}

}  // namespace

SourceDeadLetters::SourceDeadLetters(std::string task_id, const ErrorSettings& settings,
                                     Converters json, metrics::TaskCounters& counters, Done done)
    : task_id_(std::move(task_id)),
      topic_(settings.dead_letter_topic),
      with_context_(settings.dead_letter_context),
      json_(std::move(json)),
      counters_(counters),
      done_(std::move(done)) {}

SourceDeadLetters::~SourceDeadLetters() { json_.close(); }

std::optional<std::string> SourceDeadLetters::text_of(Converter& json, std::string_view topic,
                                                      const SchemaPtr& schema,
                                                      const Value& value) const {
  if (schema == nullptr && value.is_null()) return std::nullopt;
  std::vector<RawHeader> none;
  const auto bytes =
      call_plugin("JSON converter", [&] { return json.from_connect(topic, none, schema, value); });
  if (!bytes) return to_text(value);  // it does not fit its schema
  return *bytes ? std::optional<std::string>(**bytes) : std::nullopt;
}

void SourceDeadLetters::add(SubmittedOffsets::Entry& entry, const Record& record,
                            const FailedRecord& failed) {
  const std::string_view topic = record.topic.view();
  DeadLetter letter;
  letter.set_key(view(text_of(*json_.key, topic, record.key_schema, record.key)));
  letter.set_value(view(text_of(*json_.value, topic, record.value_schema, record.value)));
  if (record.timestamp && *record.timestamp >= 0) letter.timestamp = record.timestamp;
  for (const Header& header : record.headers) {
    const auto text =
        header.value.is_null() ? std::nullopt : std::optional(data::print(header.value));
    letter.add_header(header.key.view(), view(text));
  }
  add(entry, std::move(letter), {topic, record.partition, std::nullopt}, failed);
}

void SourceDeadLetters::add(SubmittedOffsets::Entry& entry, const kafka::OutgoingRecord& record,
                            const FailedRecord& failed) {
  const kafka::Message as_message{.topic = record.topic,
                                  .key = record.key,
                                  .value = record.value,
                                  .timestamp = record.timestamp.value_or(-1),
                                  .headers = record.headers};
  add(entry, DeadLetter::of(as_message), {record.topic, record.partition, std::nullopt}, failed);
}

void SourceDeadLetters::add(SubmittedOffsets::Entry& entry, DeadLetter letter,
                            const DeadLetterPlace& place, const FailedRecord& failed) {
  counters_.dead_letter_requests.add();
  if (with_context_) {
    add_context(letter, task_id_, place, failed);
    letter.add_header("__connect.errors.source.partition",
                      view(json_of(entry.record->source_partition)));
    letter.add_header("__connect.errors.source.offset", view(json_of(entry.record->source_offset)));
  }
  entry.dead_letter = true;
  waiting_.push_back({std::move(letter), &entry});
}

bool SourceDeadLetters::send(kafka::Producer& producer) {
  while (!waiting_.empty()) {
    Waiting& next = waiting_.front();
    const Result<kafka::SendStatus> status =
        producer.send(next.letter.outgoing(topic_, next.entry, headers_));
    if (status && *status != kafka::SendStatus::accepted) return false;
    if (!status && is_too_large(status.error()) && next.letter.value()) {
      // Without its value it fits: that it failed, and why, is not lost.
      next.letter.add_header("__connect.errors.value.bytes",
                             std::to_string(next.letter.value()->size()));
      next.letter.set_value(std::nullopt);
      continue;
    }
    const Waiting sent = std::move(next);
    waiting_.pop_front();
    if (!status) done_(*sent.entry, &status.error());
  }
  return true;
}

}  // namespace millrace::pipeline
