#pragma once

#include "kafka/message.h"
#include "kafka/rd_client.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

struct rd_kafka_message_s;

// How librdkafka's messages become those of a batch.

namespace millrace::kafka {

/// The messages behind a batch, and the list of their headers.
class BatchHolder final : public MessageBatch::Holder {
 public:
  explicit BatchHolder(Handle client) : client_(std::move(client)) {}
  ~BatchHolder() override;
  void release() override;
  [[nodiscard]] bool belongs_to(const Handle& client) const { return client_ == client; }

  struct HeaderRange {
    std::size_t message, first, count;
  };
  std::vector<rd_kafka_message_s*> messages;
  std::vector<MessageHeader> headers;
  std::vector<HeaderRange> with_headers;

 private:
  const Handle client_;  // last to go: the messages are its
};

/// The one that the batch has, if it is this client's, else a new one.
BatchHolder& holder_of(MessageBatch& batch, const Handle& client);

inline NullableBytes bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

/// Without headers. The topic's name lives as long as the message.
Message to_message(const rd_kafka_message_s& from, std::string_view topic);

}  // namespace millrace::kafka
