#include "kafka/rd_topic_reader.h"

#include "kafka/embedded.h"
#include "kafka/rd_batch.h"
#include "kafka/rd_log.h"
#include "kafka/rd_metadata.h"
#include "kafka/rd_offsets.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

namespace millrace::kafka {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

void RdTopicReader::QueueDeleter::operator()(rd_kafka_queue_s* queue) const {
  rd_kafka_queue_destroy(queue);
}

void RdTopicReader::TopicDeleter::operator()(rd_kafka_topic_s* topic) const {
  rd_kafka_topic_destroy(topic);
}

Result<NativeSettings> RdTopicReader::translate(const ConfigMap& settings) {
  ConfigMap own = settings;
  // What a member of a group would need; a worker has some of these for a group of its own.
  for (const char* key :
       {"group.instance.id", "session.timeout.ms", "heartbeat.interval.ms", "max.poll.interval.ms",
        "partition.assignment.strategy", "group.protocol", "group.remote.assignor"}) {
    own.erase(key);
  }
  own.set("group.id", "none");  // must be there, for a consumer
  own.set("enable.auto.commit", "false");
  own.set("auto.offset.reset", "earliest");
  own.set("allow.auto.create.topics", "false");  // a deleted topic would come back, uncompacted
  Result<NativeSettings> native = kafka::translate(ClientKind::consumer, own);
  if (!native) return native;
  std::erase_if(native->properties, [](const auto& entry) { return entry.first == "group.id"; });
  native->set("enable.partition.eof", "true");
  return native;
}

RdTopicReader::RdTopicReader(NativeSettings settings, std::string topic, MemoryBudget::Share share,
                             std::shared_ptr<Embedded> embedded,
                             std::function<Result<Handle>()> ends)
    : settings_(std::move(settings)),
      topic_(std::move(topic)),
      share_(std::move(share)),
      embedded_(std::move(embedded)),
      make_ends_(std::move(ends)),
      fetch_wake_(settings_),
      slots_(std::clamp<std::size_t>(settings_.max_poll_records, 1, 500)) {}

Result<std::unique_ptr<TopicReader>> RdTopicReader::make(NativeSettings settings, std::string topic,
                                                         MemoryBudget::Share share,
                                                         std::shared_ptr<Embedded> embedded,
                                                         std::function<Result<Handle>()> ends) {
  apply_share(ClientKind::consumer, settings, share.bytes());
  std::unique_ptr<RdTopicReader> self(new RdTopicReader(std::move(settings), std::move(topic),
                                                        std::move(share), std::move(embedded),
                                                        std::move(ends)));
  Result<Handle> client = make_handle(
      ClientKind::consumer, self->settings_, self.get(),
      [](rd_kafka_conf_t* conf) { rd_kafka_conf_set_error_cb(conf, &RdTopicReader::on_error); });
  if (!client) return client.error();
  self->client_ = *client;
  self->queue_.reset(rd_kafka_queue_new(self->client_.get()));
  // So that errors of the client come out of the same queue as messages.
  const std::unique_ptr<rd_kafka_queue_s, QueueDeleter> main(
      rd_kafka_queue_get_main(self->client_.get()));
  rd_kafka_queue_forward(main.get(), self->queue_.get());
  return std::unique_ptr<TopicReader>(std::move(self));
}

RdTopicReader::~RdTopicReader() {
  if (!client_) return;
  if (native_topic_) {
    for (const auto& [partition, position] : positions_) {
      rd_kafka_consume_stop(native_topic_.get(), partition);
    }
  }
  {
    const std::unique_ptr<rd_kafka_queue_s, QueueDeleter> main(
        rd_kafka_queue_get_main(client_.get()));
    rd_kafka_queue_forward(main.get(), nullptr);
  }
  native_topic_.reset();
  queue_.reset();
  client_.reset();  // batches that still hold messages keep it
}

Result<std::size_t> RdTopicReader::open(milliseconds timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  const auto described = describe_topics(*client_, {topic_}, timeout);
  rd_kafka_queue_poll_callback(queue_.get(), 0);  // why there was no answer
  if (error_) return *std::exchange(error_, std::nullopt);
  if (!described) return described.error();
  const auto found = described->find(topic_);
  if (found == described->end()) {
    return error_from(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                      fmt::format("topic '{}' is not there", topic_));
  }
  PartitionSet partitions;
  for (const std::int32_t partition : found->second.partitions) {
    partitions.insert({topic_, partition});
  }
  const Result<PartitionOffsets> begin = edge_offsets(
      *client_, partitions, Edge::first, milliseconds(std::max(timeout_until(deadline), 1)));
  if (!begin) return begin.error();
  MILLRACE_TRY(start_partitions(*begin));
  return partitions_.size();
}

Result<void> RdTopicReader::start_partitions(const PartitionOffsets& begin) {
  const std::string what = fmt::format("cannot read topic '{}'", topic_);
  native_topic_.reset(rd_kafka_topic_new(client_.get(), topic_.c_str(), nullptr));
  if (!native_topic_) return error_from(rd_kafka_last_error(), what);
  for (const auto& [partition, offset] : begin) {
    if (rd_kafka_consume_start_queue(native_topic_.get(), partition.partition, offset,
                                     queue_.get()) != 0) {
      return error_from(rd_kafka_last_error(), what);
    }
    partitions_.insert(partition);
    positions_[partition.partition] = offset;
  }
  return {};
}

void RdTopicReader::wake() {
  woken_.store(true, std::memory_order_release);
  rd_kafka_queue_yield(queue_.get());
}

std::size_t RdTopicReader::collect(Time deadline) {
  // librdkafka's batch call waits for a full batch; so take what is there, and wait for one only.
  const auto take = [this](int timeout, std::size_t from, std::size_t most) {
    return static_cast<std::size_t>(std::max<ssize_t>(
        rd_kafka_consume_batch_queue(queue_.get(), timeout, slots_.data() + from, most), 0));
  };
  std::size_t count = take(0, 0, slots_.size());
  while (count == 0 && !error_ && !woken_.load(std::memory_order_acquire)) {
    const int timeout = timeout_until(deadline);
    if (timeout == 0) break;
    count = take(timeout, 0, 1);
    if (count == 1 && slots_.size() > 1) count += take(0, 1, slots_.size() - 1);
  }
  return count;
}

Result<void> RdTopicReader::poll(milliseconds timeout, MessageBatch& batch) {
  batch.clear();
  const Time deadline =
      SteadyClock::now() + std::clamp(timeout, milliseconds(0), milliseconds(86'400'000));
  fill(collect(deadline), batch);
  woken_.store(false, std::memory_order_release);
  if (!error_ || !batch.empty()) return {};
  return *std::exchange(error_, std::nullopt);
}

void RdTopicReader::fill(std::size_t count, MessageBatch& batch) {
  if (count == 0) return;
  BatchHolder& holder = holder_of(batch, client_);
  std::vector<Message>& out = batch.fill();
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) {
    rd_kafka_message_t* const from = slots_[i];
    if (from->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      take_error(*from);
      rd_kafka_message_destroy(from);
      continue;
    }
    holder.messages.push_back(from);
    size += from->len + from->key_len;
    out.push_back(to_message(*from, topic_));
    positions_[from->partition] = from->offset + 1;
  }
  keep_fetching(static_cast<std::int64_t>(out.size()), static_cast<std::int64_t>(size));
}

void RdTopicReader::keep_fetching(std::int64_t messages, std::int64_t bytes) {
  if (!fetch_wake_.needed()) return;
  const auto waiting = static_cast<std::int64_t>(rd_kafka_queue_length(queue_.get()));
  if (fetch_wake_.handed_out(messages, bytes, waiting)) {
    FetchWake::wake(*client_, *to_list(partitions_));
  }
}

void RdTopicReader::take_error(const rd_kafka_message_s& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    positions_[message.partition] = message.offset;
    return;
  }
  const std::string_view detail(static_cast<const char*>(message.payload),
                                message.payload == nullptr ? 0 : message.len);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
      error_ = error_from(message.err, fmt::format("cannot read topic '{}'", topic_), detail);
      return;
    default: break;
  }
  if (not_too_often(
          fmt::format("{} {}", rd_kafka_name(client_.get()), static_cast<int>(message.err)),
          std::chrono::seconds(10))) {
    client_logger().warn("[{}] reading topic '{}': {}", rd_kafka_name(client_.get()), topic_,
                         detail.empty() ? rd_kafka_err2str(message.err) : detail);
  }
}

void RdTopicReader::on_error(rd_kafka_s* client, int code, const char* reason, void* opaque) {
  auto& self = *static_cast<RdTopicReader*>(opaque);
  if (!log_client_error(client, code, reason)) return;
  self.error_ = error_from(code, fmt::format("cannot read topic '{}'", self.topic_),
                           reason == nullptr ? "" : reason);
  if (self.queue_) rd_kafka_queue_yield(self.queue_.get());
}

Result<Handle> RdTopicReader::make_ends_client(NativeSettings settings) {
  settings.set("isolation.level", "read_uncommitted");
  return make_handle(ClientKind::consumer, settings, nullptr, [](rd_kafka_conf_t* conf) {
    rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t* client, int code, const char* reason, void*) {
      static_cast<void>(log_client_error(client, code, reason));
    });
  });
}

Result<TopicOffsets> RdTopicReader::end_offsets(milliseconds timeout) {
  if (!ends_client_) {
    Result<Handle> made = make_ends_();
    if (!made) return made.error();
    ends_client_ = *made;
  }
  const Result<PartitionOffsets> ends =
      edge_offsets(*ends_client_, partitions_, Edge::next, std::max(timeout, milliseconds(1)));
  rd_kafka_poll(ends_client_.get(), 0);
  if (!ends) return ends.error();
  TopicOffsets result;
  for (const auto& [partition, offset] : *ends) result[partition.partition] = offset;
  return result;
}

TopicOffsets RdTopicReader::positions() const {
  // librdkafka takes transaction markers out of the queue and moves its position; that a partition
  // ends behind them it only says when a fetch has waited for more in vain.
  TopicOffsets result = positions_;
  const PartitionList list = to_list(partitions_);
  if (rd_kafka_position(client_.get(), list.get()) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    for (int i = 0; i < list->cnt; ++i) {
      std::int64_t& position = result[list->elems[i].partition];
      position = std::max(position, list->elems[i].offset);
    }
  }
  return result;
}

}  // namespace millrace::kafka
