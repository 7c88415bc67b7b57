#include "kafka/rd_batch.h"

#include <librdkafka/rdkafka.h>

#include <memory>

namespace millrace::kafka {

namespace {

TimestampType type_of(rd_kafka_timestamp_type_t type) {
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME: return TimestampType::create_time;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: return TimestampType::log_append_time;
    case RD_KAFKA_TIMESTAMP_NOT_AVAILABLE: break;
  }
  return TimestampType::none;
}

}  // namespace

BatchHolder::~BatchHolder() { release(); }

void BatchHolder::release() {
  for (rd_kafka_message_t* message : messages) rd_kafka_message_destroy(message);
  messages.clear();
  headers.clear();
  with_headers.clear();
}

BatchHolder& holder_of(MessageBatch& batch, const Handle& client) {
  auto* holder = dynamic_cast<BatchHolder*>(batch.holder().get());
  if (holder == nullptr || !holder->belongs_to(client)) {
    auto made = std::make_unique<BatchHolder>(client);
    holder = made.get();
    batch.holder() = std::move(made);
  }
  return *holder;
}

Message to_message(const rd_kafka_message_s& from, std::string_view topic) {
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
