#pragma once

#include "kafka/message.h"
#include "kafka/rd_client.h"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

// How librdkafka's messages become those of a batch.

namespace millrace::kafka {

/// The messages behind a batch, and the list of their headers.
class BatchHolder final : public MessageBatch::Holder {
 public:
  explicit BatchHolder(Handle client) : client_(std::move(client)) {}
  ~BatchHolder() override { release(); }
  void release() override {
    for (rd_kafka_message_t* message : messages) rd_kafka_message_destroy(message);
    messages.clear();
    headers.clear();
    with_headers.clear();
  }
  [[nodiscard]] bool belongs_to(const Handle& client) const { return client_ == client; }

  struct HeaderRange {
    std::size_t message, first, count;
  };
  std::vector<rd_kafka_message_t*> messages;
  std::vector<MessageHeader> headers;
  std::vector<HeaderRange> with_headers;

 private:
  const Handle client_;  // last to go: the messages are its
};

inline BatchHolder& holder_of(MessageBatch& batch, const Handle& client) {
  auto* holder = dynamic_cast<BatchHolder*>(batch.holder().get());
  if (holder == nullptr || !holder->belongs_to(client)) {
    auto made = std::make_unique<BatchHolder>(client);
    holder = made.get();
    batch.holder() = std::move(made);
  }
  return *holder;
}

inline NullableBytes bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

inline TimestampType type_of(rd_kafka_timestamp_type_t type) {
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME: return TimestampType::create_time;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: return TimestampType::log_append_time;
    case RD_KAFKA_TIMESTAMP_NOT_AVAILABLE: break;
  }
  return TimestampType::none;
}

/// Without headers. The topic's name lives as long as the message.
inline Message to_message(const rd_kafka_message_t& from, std::string_view topic) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t timestamp = rd_kafka_message_timestamp(&from, &type);
  return {.topic = topic,
          .partition = from.partition,
          .offset = from.offset,
          .key = bytes(from.key, from.key_len),
          .value = bytes(from.payload, from.len),
          .timestamp = timestamp,
          .timestamp_type = type_of(type),
          .headers = {}};
}

}  // namespace millrace::kafka
