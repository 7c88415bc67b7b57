#include "kafka/rd_producer.h"

#include "kafka/embedded.h"
#include "kafka/rd_log.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <vector>

namespace millrace::kafka {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// librdkafka takes a null pointer for a null value, also when the length is 0.
void* data_of(const NullableBytes& bytes) {
  if (!bytes) return nullptr;
  return const_cast<char*>(bytes->empty() ? "" : bytes->data());
}

std::size_t size_of(const NullableBytes& bytes) { return bytes ? bytes->size() : 0; }

std::size_t varint_size(std::size_t number) {
  std::size_t size = 1;
  for (number = number * 2; number >= 128; number >>= 7) ++size;
  return size;
}

/// The most that a record takes alone in a batch, as Java's client counts it.
std::size_t wire_size(const OutgoingRecord& record) {
  constexpr std::size_t batch_overhead = 61;
  constexpr std::size_t record_overhead = 21;
  const auto sized = [](std::size_t size) { return varint_size(size) + size; };
  std::size_t size = batch_overhead + record_overhead + sized(size_of(record.key)) +
                     sized(size_of(record.value)) + varint_size(record.headers.size());
  for (const MessageHeader& header : record.headers) {
    size += sized(header.name.size()) + sized(size_of(header.value));
  }
  return size;
}

}  // namespace

void RdProducer::TopicDeleter::operator()(rd_kafka_topic_s* topic) const {
  rd_kafka_topic_destroy(topic);
}

RdProducer::RdProducer(NativeSettings settings, MemoryBudget::Share share,
                       std::shared_ptr<Embedded> embedded, DeliveryListener& listener)
    : settings_(std::move(settings)),
      share_(std::move(share)),
      embedded_(std::move(embedded)),
      listener_(listener),
      most_buffered_(std::stoull(*settings_.find("queue.buffering.max.kbytes")) * 1024) {}

Result<std::unique_ptr<Producer>> RdProducer::make(NativeSettings settings,
                                                   MemoryBudget::Share share,
                                                   std::shared_ptr<Embedded> embedded,
                                                   DeliveryListener& listener) {
  apply_share(ClientKind::producer, settings, share.bytes());
  std::unique_ptr<RdProducer> self(
      new RdProducer(std::move(settings), std::move(share), std::move(embedded), listener));
  Result<Handle> client =
      make_handle(ClientKind::producer, self->settings_, self.get(), [](rd_kafka_conf_t* conf) {
        rd_kafka_conf_set_dr_msg_cb(conf, &RdProducer::on_report);
        rd_kafka_conf_set_error_cb(conf, &RdProducer::on_error);
      });
  if (!client) return client.error();
  self->client_ = *client;
  return std::unique_ptr<Producer>(std::move(self));
}

RdProducer::~RdProducer() { close(milliseconds(0)); }

Result<RdProducer::Topic*> RdProducer::topic(std::string_view name) {
  if (last_ != nullptr && last_->name == name) return last_;
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    Topic made;
    made.name = name;
    // First: a topic that librdkafka asks its embedded broker for springs up with four partitions.
    if (embedded_) embedded_->ensure_topic(made.name);
    made.native.reset(rd_kafka_topic_new(client_.get(), made.name.c_str(), nullptr));
    if (!made.native) {
      return error_from(rd_kafka_last_error(), fmt::format("cannot write to topic '{}'", name));
    }
    found = topics_.emplace(std::string(name), std::move(made)).first;
  }
  return last_ = &found->second;
}

Result<bool> RdProducer::look_up(Topic& topic) {
  if (SteadyClock::now() < topic.next_check) return false;
  topic.check_time = std::clamp(topic.check_time * 2, milliseconds(100), milliseconds(1000));
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_resp_err_t err = rd_kafka_metadata(client_.get(), 0, topic.native.get(), &metadata,
                                              static_cast<int>(topic.check_time.count()));
  topic.next_check = SteadyClock::now() + milliseconds(100);
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (metadata->topic_cnt == 1) {
      err = metadata->topics[0].err;
      topic.partitions = metadata->topics[0].partition_cnt;
    }
    rd_kafka_metadata_destroy(metadata);
  }
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    topic.partitions = 0;
    if (is_retriable(err)) return false;
    return error_from(err, fmt::format("cannot write to topic '{}'", topic.name));
  }
  return topic.partitions > 0;
}

Result<SendStatus> RdProducer::send(const OutgoingRecord& record) {
  if (fatal_) [[unlikely]]
    return *fatal_;
  const Result<Topic*> found = topic(record.topic);
  if (!found) return found.error();
  Topic& to = **found;
  if (to.partitions == 0 || (record.partition && *record.partition >= to.partitions)) [[unlikely]] {
    const Result<bool> known = look_up(to);
    if (!known) return known.error();
    if (!*known || (record.partition && *record.partition >= to.partitions))
      return SendStatus::no_topic;
  }
  std::int32_t partition = RD_KAFKA_PARTITION_UA;
  if (record.partition) {
    partition = *record.partition;
  } else if (settings_.round_robin) {
    partition = static_cast<std::int32_t>(to.next++ % static_cast<std::uint32_t>(to.partitions));
  }
  constexpr std::size_t well_below = 1024;
  if (size_of(record.key) + size_of(record.value) + well_below > settings_.max_request_bytes ||
      !record.headers.empty()) {
    const std::size_t size = wire_size(record);
    if (size > settings_.max_request_bytes || size > most_buffered_) {
      return Error{
          ErrorCode::fatal, java_class_of_code(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE),
          size > settings_.max_request_bytes
              ? fmt::format(
                    "a record for topic '{}' takes {} bytes, more than max.request.size allows: {}",
                    to.name, size, settings_.max_request_bytes)
              : fmt::format(
                    "a record for topic '{}' takes {} bytes, more than buffer.memory has: {}",
                    to.name, size, most_buffered_)};
    }
  }
  const int code = produce(to, partition, record);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) [[likely]] {
    ++outstanding_;
    return SendStatus::accepted;
  }
  return refused(code, to, record);
}

Result<SendStatus> RdProducer::refused(int code, Topic& topic, const OutgoingRecord& record) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__QUEUE_FULL: return SendStatus::queue_full;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: topic.partitions = 0; return SendStatus::no_topic;
    default: break;
  }
  if (fatal_) return *fatal_;
  return error_from(code, fmt::format("cannot send a record of {} bytes to topic '{}'",
                                      size_of(record.key) + size_of(record.value), topic.name));
}

int RdProducer::produce(Topic& topic, std::int32_t partition, const OutgoingRecord& record) {
  if (record.timestamp || !record.headers.empty())
    return produce_with_extras(topic, partition, record);
  const int failed =
      rd_kafka_produce(topic.native.get(), partition, RD_KAFKA_MSG_F_COPY, data_of(record.value),
                       size_of(record.value), data_of(record.key), size_of(record.key), record.tag);
  return failed == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
}

int RdProducer::produce_with_extras(Topic& topic, std::int32_t partition,
                                    const OutgoingRecord& record) {
  std::array<rd_kafka_vu_t, 8> parts{};
  std::size_t count = 0;
  const auto add = [&parts, &count](rd_kafka_vtype_t type) -> auto& {
    rd_kafka_vu_t& part = parts[count++];
    part.vtype = type;
    return part.u;
  };
  add(RD_KAFKA_VTYPE_RKT).rkt = topic.native.get();
  add(RD_KAFKA_VTYPE_PARTITION).i32 = partition;
  add(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  add(RD_KAFKA_VTYPE_VALUE).mem = {data_of(record.value), size_of(record.value)};
  add(RD_KAFKA_VTYPE_KEY).mem = {data_of(record.key), size_of(record.key)};
  add(RD_KAFKA_VTYPE_OPAQUE).ptr = record.tag;
  if (record.timestamp) add(RD_KAFKA_VTYPE_TIMESTAMP).i64 = *record.timestamp;
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = rd_kafka_headers_new(record.headers.size());
    for (const MessageHeader& header : record.headers) {
      rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                          data_of(header.value), static_cast<ssize_t>(size_of(header.value)));
    }
    add(RD_KAFKA_VTYPE_HEADERS).headers = headers;
  }
  rd_kafka_error_t* failed = rd_kafka_produceva(client_.get(), parts.data(), count);
  if (failed == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const int code = rd_kafka_error_code(failed);
  rd_kafka_error_destroy(failed);
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  return code;
}

void RdProducer::on_report(rd_kafka_s*, const rd_kafka_message_s* message, void* self) {
  static_cast<RdProducer*>(self)->report(*message);
}

void RdProducer::report(const rd_kafka_message_s& message) {
  --outstanding_;
  if (message.rkt != reported_) {
    reported_ = message.rkt;
    reported_name_ = rd_kafka_topic_name(message.rkt);
  }
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) [[unlikely]]
    return report_failure(message);
  const RecordMetadata metadata{.topic = reported_name_,
                                .partition = message.partition,
                                .offset = message.offset,
                                .timestamp = rd_kafka_message_timestamp(&message, nullptr)};
  listener_.delivered(message._private, metadata, nullptr);
}

void RdProducer::report_failure(const rd_kafka_message_s& message) {
  const auto bytes = [](const void* data, std::size_t size) {
    return data == nullptr ? NullableBytes()
                           : NullableBytes(std::string_view(static_cast<const char*>(data), size));
  };
  OutgoingRecord record{.topic = reported_name_,
                        .key = bytes(message.key, message.key_len),
                        .value = bytes(message.payload, message.len)};
  if (message.partition >= 0) record.partition = message.partition;
  std::vector<MessageHeader> headers;
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(&message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      headers.push_back({name, bytes(value, size)});
    }
  }
  record.headers = headers;
  const Error error = error_from(message.err, fmt::format("a record for {}-{} was not written",
                                                          reported_name_, message.partition));
  listener_.not_delivered(message._private, record, error);
}

void RdProducer::on_error(rd_kafka_s* client, int code, const char* reason, void* opaque) {
  auto& self = *static_cast<RdProducer*>(opaque);
  if (!log_client_error(client, code, reason) || self.fatal_) return;
  if (code != RD_KAFKA_RESP_ERR__FATAL) {
    self.fatal_ =
        error_from(code, "the brokers refuse this producer", reason == nullptr ? "" : reason);
    return;
  }
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t cause = rd_kafka_fatal_error(client, text.data(), text.size());
  self.fatal_ =
      error_from(cause,
                 cause == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED
                     ? "the brokers do not allow an idempotent producer (enable.idempotence=true)"
                     : "the producer cannot go on",
                 text.data());
}

void RdProducer::serve(milliseconds timeout) {
  rd_kafka_poll(client_.get(),
                static_cast<int>(std::clamp<std::int64_t>(timeout.count(), 0, 3'600'000)));
}

bool RdProducer::flush(milliseconds timeout) {
  const auto longest = std::clamp<std::int64_t>(timeout.count(), 0, 3'600'000);
  const auto deadline = SteadyClock::now() + milliseconds(longest);
  while (outstanding_ > 0) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - SteadyClock::now()).count();
    if (left <= 0) break;
    rd_kafka_flush(client_.get(), static_cast<int>(left));  // sends at once what lingers
    rd_kafka_poll(client_.get(), 0);
  }
  return outstanding_ == 0;
}

void RdProducer::purge() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                    RD_KAFKA_PURGE_F_NON_BLOCKING);
}

void RdProducer::abandon() { purge(); }

void RdProducer::close(milliseconds timeout) {
  if (!client_) return;
  if (!flush(timeout)) {
    purge();
    flush(milliseconds(5000));
  }
  last_ = nullptr;
  topics_.clear();
  client_.reset();
}

}  // namespace millrace::kafka
