#pragma once

#include "kafka/message.h"
#include "kafka/producer.h"
#include "pipeline/failed_record.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::pipeline {

/// A record on its way into a dead letter topic, with memory of its own.
struct DeadLetter {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::optional<std::int64_t> timestamp;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;

  /// The message as it was consumed.
  static DeadLetter of(const kafka::Message& message);
  [[nodiscard]] std::size_t bytes() const;
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

/// The letter as a producer takes it; both point into the letter.
class OutgoingLetter {
 public:
  OutgoingLetter(std::string_view topic, const DeadLetter& letter, void* tag);
  [[nodiscard]] const kafka::OutgoingRecord& record() const { return record_; }

 private:
  std::vector<kafka::MessageHeader> headers_;
  kafka::OutgoingRecord record_;
};

}  // namespace millrace::pipeline
