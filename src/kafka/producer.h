#pragma once

#include "kafka/message.h"
#include "millrace/result.h"
#include "millrace/source.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace millrace::kafka {

/// A record on its way out. Key, value and headers are copied by send.
struct OutgoingRecord {
  std::string_view topic;
  std::optional<std::int32_t> partition;
  NullableBytes key;
  NullableBytes value;
  std::optional<std::int64_t> timestamp;
  std::span<const MessageHeader> headers;
  void* tag = nullptr;  ///< comes back in the report
};

/// Told what became of each record.
class DeliveryListener {
 public:
  virtual ~DeliveryListener() = default;
  /// Called inside Producer::serve, flush and close, on their thread, once a record.
  /// error: null when the record was acknowledged; otherwise see not_delivered.
  virtual void delivered(void* tag, const RecordMetadata& metadata, const Error* error) = 0;
  /// Called instead for a record that was not written, with what it held, but
  /// for its timestamp; valid during the call.
  virtual void not_delivered(void* tag, const OutgoingRecord& record, const Error& error) {
    delivered(tag, {.topic = record.topic, .partition = record.partition.value_or(-1)}, &error);
  }
};

enum class SendStatus : std::uint8_t {
  accepted,    ///< a report will come
  queue_full,  ///< serve and try again
  no_topic,    ///< the topic's or partition's metadata is not there yet: serve and try again
};

/// Writes records to Kafka, in order within a partition.
/// Threads: one, except for abandon.
class Producer {
 public:
  virtual ~Producer() = default;

  /// Errors: a record that can never be sent, too large for instance; no report comes for it.
  virtual Result<SendStatus> send(const OutgoingRecord& record) = 0;
  /// Waits for reports, at most so long (0: takes what is there), and hands them to the listener.
  virtual void serve(std::chrono::milliseconds timeout) = 0;
  /// Records sent and not yet reported.
  [[nodiscard]] virtual std::size_t outstanding() const = 0;
  /// Waits until all are reported. False: the time is over first.
  virtual bool flush(std::chrono::milliseconds timeout) = 0;
  /// How long send may be tried again: max.block.ms.
  [[nodiscard]] virtual std::chrono::milliseconds max_block() const = 0;
  /// An error after which nothing can be sent any more, if there was one.
  [[nodiscard]] virtual std::optional<Error> fatal_error() const = 0;
  /// Waits for reports, gives up what is left, frees the client.
  virtual void close(std::chrono::milliseconds timeout) = 0;
  /// Gives up everything at once; for tasks that do not come to an end. Threads: any.
  virtual void abandon() = 0;
};

}  // namespace millrace::kafka
