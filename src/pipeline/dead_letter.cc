#include "pipeline/dead_letter.h"

#include "base/secrets.h"

namespace millrace::pipeline {

namespace {

constexpr std::string_view prefix = "__connect.errors.";

std::optional<std::string> owned(const NullableBytes& bytes) {
  return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
}

NullableBytes view(const std::optional<std::string>& bytes) {
  return bytes ? NullableBytes(*bytes) : std::nullopt;
}

template <class Number>
std::optional<std::string> text(const std::optional<Number>& number) {
  return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

}  // namespace

DeadLetter DeadLetter::of(const kafka::Message& message) {
  DeadLetter letter{.key = owned(message.key), .value = owned(message.value)};
  if (message.timestamp != -1) letter.timestamp = message.timestamp;
  for (const kafka::MessageHeader& header : message.headers) {
    letter.headers.emplace_back(header.name, owned(header.value));
  }
  return letter;
}

std::size_t DeadLetter::bytes() const {
  const auto size = [](const std::optional<std::string>& one) { return one ? one->size() : 0; };
  std::size_t sum = sizeof(DeadLetter) + size(key) + size(value);
  for (const auto& [name, content] : headers) sum += name.size() + size(content);
  return sum;
}

void add_context(DeadLetter& letter, std::string_view task_id, const DeadLetterPlace& place,
                 const FailedRecord& failed) {
  const auto add = [&letter](std::string_view name, std::optional<std::string> value) {
    letter.headers.emplace_back(std::string(prefix) + std::string(name), std::move(value));
  };
  const std::size_t dash = task_id.rfind('-');
  add("topic", std::string(place.topic));
  add("partition", text(place.partition));
  add("offset", text(place.offset));
  add("connector.name", std::string(task_id.substr(0, dash)));
  add("task.id", std::string(task_id.substr(dash + 1)));
  add("stage", std::string(to_string(failed.stage)));
  add("class.name", std::string(failed.class_name));
  add("exception.class.name", failed.error.java_class());
  add("exception.message", secrets::redact(failed.error.message()));
  add("exception.stacktrace", secrets::redact(failed.error.trace()));
}

OutgoingLetter::OutgoingLetter(std::string_view topic, const DeadLetter& letter, void* tag)
    : record_{.topic = topic,
              .partition = std::nullopt,
              .key = view(letter.key),
              .value = view(letter.value),
              .timestamp = letter.timestamp,
              .headers = {},
              .tag = tag} {
  for (const auto& [name, content] : letter.headers) headers_.push_back({name, view(content)});
  record_.headers = headers_;
}

}  // namespace millrace::pipeline
