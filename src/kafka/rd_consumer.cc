#include "kafka/rd_consumer.h"

#include "kafka/embedded.h"
#include "kafka/rd_log.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>

namespace millrace::kafka {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// Of the time that a task has to stop in.
constexpr std::chrono::seconds patience_for_id{3};

}  // namespace

/// A client and what its threads report to: destroyed in the reverse order.
struct RdConsumer::Watched {
  SystemClock clock;
  JoinWatch joins{clock};
  Handle client;
};

void RdConsumer::QueueDeleter::operator()(rd_kafka_queue_s* queue) const {
  rd_kafka_queue_destroy(queue);
}

RdConsumer::RdConsumer(NativeSettings settings, MemoryBudget::Share share,
                       std::shared_ptr<Embedded> embedded)
    : settings_(std::move(settings)),
      share_(std::move(share)),
      embedded_(std::move(embedded)),
      group_(*settings_.find("group.id")),
      fetch_wake_(settings_),
      slots_(std::min<std::size_t>(settings_.max_poll_records, 100'000)) {}

Result<std::unique_ptr<Consumer>> RdConsumer::make(NativeSettings settings,
                                                   MemoryBudget::Share share,
                                                   std::shared_ptr<Embedded> embedded) {
  apply_share(ClientKind::consumer, settings, share.bytes());
  std::unique_ptr<RdConsumer> self(
      new RdConsumer(std::move(settings), std::move(share), std::move(embedded)));
  const auto watched = std::make_shared<Watched>();
  Result<Handle> client = make_handle(
      ClientKind::consumer, self->settings_, self.get(), [&watched](rd_kafka_conf_t* conf) {
        watched->joins.attach(conf);
        rd_kafka_conf_set_rebalance_cb(
            conf, [](rd_kafka_t* rk, rd_kafka_resp_err_t err, rd_kafka_topic_partition_list_t* list,
                     void* opaque) { on_rebalance(rk, err, list, opaque); });
        rd_kafka_conf_set_error_cb(conf, &RdConsumer::on_error);
      });
  if (!client) return client.error();
  watched->client = *std::move(client);
  self->client_ = Handle(watched, watched->client.get());
  self->joins_ = &watched->joins;
  rd_kafka_poll_set_consumer(self->client_.get());
  self->queue_.reset(rd_kafka_queue_get_consumer(self->client_.get()));
  return std::unique_ptr<Consumer>(std::move(self));
}

RdConsumer::~RdConsumer() { close(); }

Result<void> RdConsumer::subscribe(const std::vector<std::string>& topics,
                                   RebalanceListener& listener) {
  listener_ = &listener;
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const std::string& topic : topics) {
    if (topic.starts_with('^')) {  // librdkafka's sign for a pattern
      return Error{ErrorCode::invalid_config, fmt::format("'{}' is not a topic's name", topic)};
    }
    if (embedded_) embedded_->ensure_topic(topic);
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const rd_kafka_resp_err_t err = topics.empty() ? rd_kafka_unsubscribe(client_.get())
                                                 : rd_kafka_subscribe(client_.get(), list.get());
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error_from(err, fmt::format("group '{}' cannot subscribe to its topics", group_));
  }
  return {};
}

void RdConsumer::wake() {
  woken_.store(true, std::memory_order_release);
  rd_kafka_queue_yield(queue_.get());
}

std::size_t RdConsumer::collect(Time deadline) {
  // librdkafka's batch call waits for a full batch; so take what is there, and wait for one only.
  const auto take = [this](int timeout, std::size_t most) {
    return static_cast<std::size_t>(std::max<ssize_t>(
        rd_kafka_consume_batch_queue(queue_.get(), timeout, slots_.data(), most), 0));
  };
  std::size_t count = take(0, slots_.size());
  while (count == 0 && !noted() && !error_ && !woken_.load(std::memory_order_acquire)) {
    const int timeout = timeout_until(deadline);
    if (timeout == 0) break;
    count = take(timeout, 1);
    if (count == 1 && slots_.size() > 1) {
      const ssize_t more =
          rd_kafka_consume_batch_queue(queue_.get(), 0, slots_.data() + 1, slots_.size() - 1);
      count += static_cast<std::size_t>(std::max<ssize_t>(more, 0));
    }
  }
  return count;
}

Result<void> RdConsumer::poll(milliseconds timeout, MessageBatch& batch) {
  batch.clear();
  const Time now = SteadyClock::now();
  const Time deadline = now + std::clamp(timeout, milliseconds(0), milliseconds(86'400'000));
  std::size_t count = 0;
  if (serve_noted(deadline) && !error_) {
    count = collect(deadline);
    // What librdkafka dropped meanwhile, or gave out twice, is set right by restore_positions; that
    // of a partition lost to another member is not ours any more.
    if (!rebalances_.empty() && rd_kafka_assignment_lost(client_.get()) != 0) {
      for (std::size_t i = 0; i < count; ++i) rd_kafka_message_destroy(slots_[i]);
      count = 0;
    }
    fill(count, batch);
    if (batch.empty() && !error_ && noted()) serve_noted(deadline);
  }
  woken_.store(false, std::memory_order_release);
  if (error_ && batch.empty()) {
    Error error = *error_;
    if (!fatal_) error_.reset();
    return error;
  }
  return {};
}

void RdConsumer::on_rebalance(rd_kafka_s* client, int code,
                              rd_kafka_topic_partition_list_s* partitions, void* opaque) {
  auto& self = *static_cast<RdConsumer*>(opaque);
  const bool assign = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  if (self.closing_) {
    Rebalance rebalance{assign, PartitionList(rd_kafka_topic_partition_list_copy(partitions))};
    if (assign) {
      self.finish_assign(*client, rebalance.partitions.get());
    } else {
      self.finish_revoke(*client, rebalance.partitions.get());
    }
    return;
  }
  self.rebalances_.push_back(
      {assign, PartitionList(rd_kafka_topic_partition_list_copy(partitions))});
  rd_kafka_queue_yield(self.queue_.get());  // ends the wait for a message
}

void RdConsumer::on_error(rd_kafka_s* client, int code, const char* reason, void* opaque) {
  auto& self = *static_cast<RdConsumer*>(opaque);
  if (!log_client_error(client, code, reason) || self.closing_) return;
  self.error_ = error_from(code, fmt::format("group '{}' cannot read", self.group_),
                           reason == nullptr ? "" : reason);
  self.fatal_ = true;
  rd_kafka_queue_yield(self.queue_.get());
}

bool RdConsumer::serve_noted(Time deadline) {
  for (const auto& [callback, result] : std::exchange(commit_results_, {})) callback(result);
  while (!rebalances_.empty()) {
    Rebalance& rebalance = rebalances_.front();
    if (rebalance.assign) {
      if (!serve_assign(rebalance, deadline)) return false;
    } else {
      serve_revoke(rebalance);
    }
    rebalances_.pop_front();
  }
  return true;
}

void RdConsumer::on_commit(rd_kafka_s*, int code, rd_kafka_topic_partition_list_s* offsets,
                           void* opaque) {
  PendingCommit& commit = *static_cast<PendingCommit*>(opaque);
  RdConsumer& self = *commit.consumer;
  self.commit_results_.emplace_back(std::move(commit.callback), self.commit_result(code, offsets));
  self.commits_.erase(commit.self);
  // While the group is being left it would end librdkafka's wait for that, and not only ours.
  if (!self.closing_) rd_kafka_queue_yield(self.queue_.get());
}

bool RdConsumer::has_member_id() const {
  char* id = rd_kafka_memberid(client_.get());
  const bool has = id != nullptr && *id != '\0';
  rd_kafka_mem_free(client_.get(), id);
  return has;
}

void RdConsumer::close() {
  if (closed_ || !client_) return;
  closed_ = closing_ = true;
  for (Rebalance& rebalance : rebalances_) {
    if (rebalance.assign) {  // librdkafka waits for an answer
      const PartitionList none(rd_kafka_topic_partition_list_new(0));
      finish_assign(*client_, none.get());
    } else {
      finish_revoke(*client_, rebalance.partitions.get());
    }
  }
  rebalances_.clear();
  if (listener_ != nullptr) {
    joins_->settle([this] { return has_member_id(); }, SteadyClock::now() + patience_for_id);
  }
  rd_kafka_consumer_close(client_.get());
  for (const auto& [callback, result] : std::exchange(commit_results_, {})) callback(result);
  for (const PendingCommit& commit : std::exchange(commits_, {})) {
    commit.callback(
        Error{ErrorCode::retriable,
              fmt::format("group '{}' was left before its commit was answered", group_)});
  }
  queue_.reset();
  client_.reset();  // batches that still hold messages keep it
}

}  // namespace millrace::kafka
