#pragma once

#include "kafka/message.h"
#include "kafka/producer.h"
#include "pipeline/failed_record.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::pipeline {

/// A record on its way into a dead letter topic. All that it holds lies in one piece of memory of
/// its own: one thread makes letters and another one frees them, which costs more than to copy
/// bytes.
class DeadLetter {
 public:
  std::optional<std::int64_t> timestamp;

  /// The message as it was consumed.
  static DeadLetter of(const kafka::Message& message);

  void set_key(NullableBytes key) { key_ = keep(key); }
  void set_value(NullableBytes value) { value_ = keep(value); }
  void add_header(std::string_view name, NullableBytes value);
  /// Those of another letter, behind its own.
  void add_headers_of(const DeadLetter& other);

  [[nodiscard]] NullableBytes value() const { return view(value_); }
  [[nodiscard]] std::size_t bytes() const { return sizeof(DeadLetter) + memory_.size(); }
  /// As a producer takes it; it points into the letter, and into `headers`, which is filled anew.
  [[nodiscard]] kafka::OutgoingRecord outgoing(std::string_view topic, void* tag,
                                               std::vector<kafka::MessageHeader>& headers) const;

 private:
  /// A part of memory_, or null.
  struct Piece {
    std::size_t at = 0;
    std::optional<std::size_t> size;
  };
  struct Header {
    Piece name;
    Piece value;
  };
  Piece keep(NullableBytes bytes);
  [[nodiscard]] NullableBytes view(const Piece& piece) const;

  std::string memory_;
  Piece key_;
  Piece value_;
  std::vector<Header> headers_;
};

/// Where a record that failed came from, or was to go.
struct DeadLetterPlace {
  std::string_view topic;
  std::optional<std::int32_t> partition;
  std::optional<std::int64_t> offset;
};

/// Appends the ten headers `__connect.errors.…` that say what happened; what is not known has no
/// value. task_id: "orders-0".
/// Source: DeadLetterQueueReporter.populateContextHeaders.
void add_context(DeadLetter& letter, std::string_view task_id, const DeadLetterPlace& place,
                 const FailedRecord& failed);

}  // namespace millrace::pipeline
