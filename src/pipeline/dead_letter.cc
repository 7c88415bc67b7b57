#include "pipeline/dead_letter.h"

#include "base/secrets.h"

namespace millrace::pipeline {

namespace {

constexpr std::size_t context_size = 1024;   // about as many bytes as ten headers take
constexpr std::size_t context_headers = 12;  // those of a source

template <class Number>
std::optional<std::string> text(const std::optional<Number>& number) {
  return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

}  // namespace

DeadLetter DeadLetter::of(const kafka::Message& message) {
  std::size_t size = context_size;
  const auto count = [&size](NullableBytes bytes) { size += bytes ? bytes->size() : 0; };
  count(message.key);
  count(message.value);
  for (const kafka::MessageHeader& header : message.headers) {
    count(header.name);
    count(header.value);
  }
  DeadLetter letter;
  letter.memory_.reserve(size);
  letter.headers_.reserve(message.headers.size() + context_headers);
  letter.set_key(message.key);
  letter.set_value(message.value);
  if (message.timestamp != -1) letter.timestamp = message.timestamp;
  for (const kafka::MessageHeader& header : message.headers) {
    letter.add_header(header.name, header.value);
  }
  return letter;
}

DeadLetter::Piece DeadLetter::keep(NullableBytes bytes) {
  if (!bytes) return {};
  const Piece piece{memory_.size(), bytes->size()};
  memory_ += *bytes;
  return piece;
}

NullableBytes DeadLetter::view(const Piece& piece) const {
  if (!piece.size) return std::nullopt;
  return std::string_view(memory_).substr(piece.at, *piece.size);
}

void DeadLetter::add_header(std::string_view name, NullableBytes value) {
  const Piece kept = keep(name);
  headers_.push_back({kept, keep(value)});
}

void DeadLetter::add_headers_of(const DeadLetter& other) {
  for (const Header& header : other.headers_) {
    add_header(other.view(header.name).value_or(""), other.view(header.value));
  }
}

kafka::OutgoingRecord DeadLetter::outgoing(std::string_view topic, void* tag,
                                           std::vector<kafka::MessageHeader>& headers) const {
  headers.clear();
  for (const Header& header : headers_) {
    headers.push_back({view(header.name).value_or(""), view(header.value)});
  }
  return {.topic = topic,
          .partition = std::nullopt,
          .key = view(key_),
          .value = view(value_),
          .timestamp = timestamp,
          .headers = headers,
          .tag = tag};
}

void add_context(DeadLetter& letter, std::string_view task_id, const DeadLetterPlace& place,
                 const FailedRecord& failed) {
  const auto add = [&letter](std::string_view name, const std::optional<std::string>& value) {
    letter.add_header(name, value ? NullableBytes(*value) : std::nullopt);
  };
  const std::size_t dash = task_id.rfind('-');
  letter.add_header("__connect.errors.topic", place.topic);
  add("__connect.errors.partition", text(place.partition));
  add("__connect.errors.offset", text(place.offset));
  letter.add_header("__connect.errors.connector.name", task_id.substr(0, dash));
  letter.add_header("__connect.errors.task.id", task_id.substr(dash + 1));
  letter.add_header("__connect.errors.stage", to_string(failed.stage));
  letter.add_header("__connect.errors.class.name", failed.class_name);
  letter.add_header("__connect.errors.exception.class.name", failed.error.java_class());
  letter.add_header("__connect.errors.exception.message", secrets::redact(failed.error.message()));
  letter.add_header("__connect.errors.exception.stacktrace", secrets::redact(failed.error.trace()));
}

}  // namespace millrace::pipeline
