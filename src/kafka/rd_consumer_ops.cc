// RdConsumer's work between two batches: handing out messages, rebalances, positions and commits.
#include "kafka/embedded.h"
#include "kafka/rd_batch.h"
#include "kafka/rd_consumer.h"
#include "kafka/rd_log.h"
#include "kafka/rd_metadata.h"
#include "kafka/rd_offsets.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstring>
#include <thread>

namespace millrace::kafka {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr milliseconds retry_pause{100};

void read_headers(const rd_kafka_headers_t* headers, std::size_t message, BatchHolder& holder) {
  const std::size_t first = holder.headers.size();
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    holder.headers.push_back({name, bytes(value, size)});
  }
  holder.with_headers.push_back({message, first, holder.headers.size() - first});
}

PartitionSet to_set(const rd_kafka_topic_partition_list_t& list) {
  PartitionSet set;
  for (int i = 0; i < list.cnt; ++i) set.insert({list.elems[i].topic, list.elems[i].partition});
  return set;
}

bool assigns_incrementally(rd_kafka_s& client) {
  return std::strcmp(rd_kafka_rebalance_protocol(&client), "COOPERATIVE") == 0;
}

/// Frees what librdkafka says about a call that failed, and says it in our words.
Result<void> take(rd_kafka_error_t* error, std::string_view what) {
  if (error == nullptr) return {};
  Error ours = error_from(rd_kafka_error_code(error), what, rd_kafka_error_string(error));
  rd_kafka_error_destroy(error);
  return ours;
}

}  // namespace

void RdConsumer::fill(std::size_t count, MessageBatch& batch) {
  if (count == 0) return;
  BatchHolder& holder = holder_of(batch, client_);
  std::vector<Message>& out = batch.fill();
  out.reserve(count);
  holder.messages.reserve(count);
  const rd_kafka_topic_t* topic = nullptr;  // of the message before, with its name
  std::string_view name;
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) {
    rd_kafka_message_t* const from = slots_[i];
    if (from->err != RD_KAFKA_RESP_ERR_NO_ERROR) [[unlikely]] {
      take_error(*from);
      rd_kafka_message_destroy(from);
      continue;
    }
    holder.messages.push_back(from);
    size += from->len + from->key_len;
    if (from->rkt != topic) {
      topic = from->rkt;
      name = rd_kafka_topic_name(topic);
    }
    out.push_back(to_message(*from, name));
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(from, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      read_headers(headers, out.size() - 1, holder);
    }
  }
  for (const BatchHolder::HeaderRange& range : holder.with_headers) {
    out[range.message].headers = std::span(holder.headers).subspan(range.first, range.count);
  }
  keep_fetching(static_cast<std::int64_t>(out.size()), static_cast<std::int64_t>(size));
  if (!settings_.cooperative) return;
  for (std::size_t i = 0; i < out.size(); ++i) {  // the last of each run
    const bool last = i + 1 == out.size() || out[i + 1].partition != out[i].partition ||
                      out[i + 1].topic.data() != out[i].topic.data();
    if (last) follow(out[i].topic, out[i].partition, out[i].offset + 1);
  }
}

void RdConsumer::keep_fetching(std::int64_t messages, std::int64_t bytes) {
  if (!fetch_wake_.needed()) return;
  const auto waiting = static_cast<std::int64_t>(rd_kafka_queue_length(queue_.get()));
  if (fetch_wake_.handed_out(messages, bytes, waiting))
    FetchWake::wake(*client_, *to_list(assigned_));
}

void RdConsumer::take_error(const rd_kafka_message_s& message) {
  const std::string_view detail(static_cast<const char*>(message.payload),
                                message.payload == nullptr ? 0 : message.len);
  const std::string where =
      message.rkt == nullptr ? fmt::format("group '{}'", group_)
                             : fmt::format("{}-{} in group '{}'", rd_kafka_topic_name(message.rkt),
                                           message.partition, group_);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      if (settings_.reset == ResetPolicy::by_duration && message.rkt != nullptr) {
        return reset_by_time(message);
      }
      [[fallthrough]];
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
      error_ = error_from(message.err, "cannot read " + where, detail);
      fatal_ = true;
      return;
    default: break;
  }
  if (not_too_often(fmt::format("{} {} {}", rd_kafka_name(client_.get()), where,
                                static_cast<int>(message.err)),
                    std::chrono::seconds(10))) {
    client_logger().warn("[{}] reading {}: {}", rd_kafka_name(client_.get()), where,
                         detail.empty() ? rd_kafka_err2str(message.err) : detail);
  }
}

void RdConsumer::reset_by_time(const rd_kafka_message_s& message) {
  const TopicPartition partition{rd_kafka_topic_name(message.rkt), message.partition};
  const Result<PartitionOffsets> positions =
      reset_positions(*client_, settings_, {partition}, settings_.default_api_timeout);
  const Result<void> moved = positions ? seek(*positions) : Result<void>(positions.error());
  if (moved) return;
  error_ = moved.error();
  fatal_ = true;
}

void RdConsumer::follow(std::string_view topic, std::int32_t partition, std::int64_t next) {
  const auto it = positions_.find({std::string(topic), partition});
  if (it != positions_.end()) it->second = next;
}

bool RdConsumer::serve_assign(Rebalance& rebalance, Time deadline) {
  const PartitionSet partitions = to_set(*rebalance.partitions);
  PartitionOffsets positions;
  while (!partitions.empty()) {
    lookup_time_ = std::clamp(lookup_time_ * 2, milliseconds(2000), milliseconds(30'000));
    Result<PartitionOffsets> found = start_positions(*client_, settings_, partitions, lookup_time_);
    if (found) {
      positions = std::move(*found);
      break;
    }
    if (found.error().code() != ErrorCode::retriable) {
      error_ = found.error();
      fatal_ = true;
      return false;
    }
    if (not_too_often(fmt::format("{} positions", rd_kafka_name(client_.get())),
                      std::chrono::seconds(10))) {
      client_logger().warn("[{}] {}; trying again", rd_kafka_name(client_.get()),
                           found.error().message());
    }
    if (woken_.load(std::memory_order_acquire) || SteadyClock::now() + retry_pause > deadline)
      return false;
    std::this_thread::sleep_for(retry_pause);
  }
  lookup_time_ = milliseconds(0);
  assigned_.insert(partitions.begin(), partitions.end());
  assigning_ = &positions;
  if (listener_ != nullptr && !partitions.empty()) listener_->assigned(PartitionOffsets(positions));
  assigning_ = nullptr;
  finish_assign(*client_, to_list(positions).get());
  PartitionSet again;
  std::set_intersection(partitions.begin(), partitions.end(), paused_.begin(), paused_.end(),
                        std::inserter(again, again.end()));
  if (const Result<void> paused = set_paused(again, true); !paused) error_ = paused.error();
  if (settings_.cooperative) {
    restore_positions();
    positions_.merge(positions);
  }
  return true;
}

void RdConsumer::serve_revoke(Rebalance& rebalance) {
  const PartitionSet partitions = to_set(*rebalance.partitions);
  if (listener_ != nullptr && !partitions.empty()) {
    if (rd_kafka_assignment_lost(client_.get()) != 0) {
      listener_->lost(partitions);
    } else {
      listener_->revoked(partitions);
    }
  }
  PartitionSet resumed;  // librdkafka would keep them paused if they came back
  for (const TopicPartition& partition : partitions) {
    if (paused_.erase(partition) != 0) resumed.insert(partition);
    assigned_.erase(partition);
    positions_.erase(partition);
  }
  static_cast<void>(set_paused(resumed, false));
  finish_revoke(*client_, rebalance.partitions.get());
  if (settings_.cooperative) restore_positions();
}

void RdConsumer::finish_assign(rd_kafka_s& client,
                               const rd_kafka_topic_partition_list_s* partitions) {
  const std::string what = fmt::format("group '{}' cannot take over partitions", group_);
  Result<void> done;
  if (assigns_incrementally(client)) {
    done = take(rd_kafka_incremental_assign(&client, partitions), what);
  } else if (const auto err = rd_kafka_assign(&client, partitions);
             err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    done = error_from(err, what);
  }
  if (!done) client_logger().warn("[{}] {}", rd_kafka_name(&client), done.error().message());
}

void RdConsumer::finish_revoke(rd_kafka_s& client,
                               const rd_kafka_topic_partition_list_s* partitions) {
  const std::string what = fmt::format("group '{}' cannot give partitions back", group_);
  Result<void> done;
  if (assigns_incrementally(client)) {
    done = take(rd_kafka_incremental_unassign(&client, partitions), what);
  } else if (const auto err = rd_kafka_assign(&client, nullptr);
             err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    done = error_from(err, what);
  }
  if (!done) client_logger().warn("[{}] {}", rd_kafka_name(&client), done.error().message());
}

void RdConsumer::restore_positions() {
  if (positions_.empty()) return;
  if (const Result<void> done = seek_now(positions_); !done) error_ = done.error();
}

Result<void> RdConsumer::set_paused(const PartitionSet& partitions, bool paused) {
  if (partitions.empty()) return {};
  const PartitionList list = to_list(partitions);
  const rd_kafka_resp_err_t err = paused ? rd_kafka_pause_partitions(client_.get(), list.get())
                                         : rd_kafka_resume_partitions(client_.get(), list.get());
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return error_from(err, fmt::format("group '{}' cannot {} {}", group_, paused ? "pause" : "resume",
                                     partitions.begin()->to_string()));
}

Result<void> RdConsumer::pause(const PartitionSet& partitions) {
  PartitionSet now;
  for (const TopicPartition& partition : partitions) {
    if (!assigned_.contains(partition) || !paused_.insert(partition).second) continue;
    if (assigning_ == nullptr || !assigning_->contains(partition)) now.insert(partition);
  }
  return set_paused(now, true);
}

Result<void> RdConsumer::resume(const PartitionSet& partitions) {
  PartitionSet now;  // only what is paused: librdkafka may go back in others
  for (const TopicPartition& partition : partitions) {
    if (paused_.erase(partition) == 0) continue;
    if (assigning_ == nullptr || !assigning_->contains(partition)) now.insert(partition);
  }
  return set_paused(now, false);
}

Result<void> RdConsumer::seek(const PartitionOffsets& offsets) {
  PartitionOffsets now;
  for (const auto& [partition, offset] : offsets) {
    if (!assigned_.contains(partition)) {
      return Error{ErrorCode::fatal, fmt::format("group '{}' cannot seek in {}: it is not assigned",
                                                 group_, partition.to_string())};
    }
    if (assigning_ != nullptr && assigning_->contains(partition)) {
      (*assigning_)[partition] = offset;
    } else {
      now[partition] = offset;
      if (settings_.cooperative) positions_[partition] = offset;
    }
  }
  return seek_now(now);
}

Result<void> RdConsumer::seek_now(const PartitionOffsets& offsets) {
  if (offsets.empty()) return {};
  const auto deadline = SteadyClock::now() + settings_.default_api_timeout;
  PartitionList list = to_list(offsets);
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - SteadyClock::now());
    const int timeout = static_cast<int>(std::clamp<std::int64_t>(left.count(), 1, 60'000));
    MILLRACE_TRY(take(rd_kafka_seek_partitions(client_.get(), list.get(), timeout),
                      fmt::format("group '{}' cannot seek", group_)));
    PartitionOffsets again;  // the partition has just been assigned and is not started yet
    for (int i = 0; i < list->cnt; ++i) {
      const rd_kafka_topic_partition_t& one = list->elems[i];
      if (one.err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      const bool early =
          one.err == RD_KAFKA_RESP_ERR__STATE || one.err == RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS;
      if (!early || SteadyClock::now() > deadline) {
        return error_from(one.err, fmt::format("group '{}' cannot seek to {}-{}@{}", group_,
                                               one.topic, one.partition, one.offset));
      }
      again[{one.topic, one.partition}] = one.offset;
    }
    if (again.empty()) return {};
    list = to_list(again);
    std::this_thread::sleep_for(milliseconds(2));
  }
}

Result<void> RdConsumer::commit_result(int code,
                                       const rd_kafka_topic_partition_list_s* offsets) const {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR && offsets != nullptr) {
    for (int i = 0; i < offsets->cnt && code == 0; ++i) code = offsets->elems[i].err;
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET) return {};
  return error_from(code, fmt::format("cannot commit offsets of group '{}'", group_));
}

void RdConsumer::commit_async(const PartitionOffsets& offsets, CommitCallback callback) {
  PendingCommit& commit = commits_.emplace_back(PendingCommit{this, std::move(callback), {}});
  commit.self = std::prev(commits_.end());
  const rd_kafka_resp_err_t err = rd_kafka_commit_queue(
      client_.get(), to_list(offsets).get(), queue_.get(),
      [](rd_kafka_t* rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list,
         void* opaque) { on_commit(rk, code, list, opaque); },
      &commit);
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR) on_commit(client_.get(), err, nullptr, &commit);
}

Result<void> RdConsumer::commit_sync(const PartitionOffsets& offsets) {
  if (offsets.empty()) return {};
  const auto deadline = SteadyClock::now() + settings_.default_api_timeout;
  const PartitionList list = to_list(offsets);
  while (true) {
    struct Answer {
      const RdConsumer* consumer;
      bool here = false;
      Result<void> result = {};
    } answer{this};
    const std::unique_ptr<rd_kafka_queue_s, QueueDeleter> queue(rd_kafka_queue_new(client_.get()));
    const rd_kafka_resp_err_t err = rd_kafka_commit_queue(
        client_.get(), list.get(), queue.get(),
        [](rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* answered,
           void* opaque) {
          auto& to = *static_cast<Answer*>(opaque);
          to.here = true;
          to.result = to.consumer->commit_result(code, answered);
        },
        &answer);
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      answer.here = true;
      answer.result = commit_result(err, nullptr);
    }
    while (!answer.here && SteadyClock::now() < deadline) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - SteadyClock::now());
      rd_kafka_queue_poll_callback(
          queue.get(), static_cast<int>(std::clamp<std::int64_t>(left.count(), 1, 1000)));
    }
    if (!answer.here) answer.result = commit_result(RD_KAFKA_RESP_ERR__TIMED_OUT, nullptr);
    const bool again = !answer.result && answer.result.error().code() == ErrorCode::retriable &&
                       SteadyClock::now() + retry_pause < deadline;
    if (!again) return answer.result;
    std::this_thread::sleep_for(retry_pause);
  }
}

Result<std::vector<std::string>> RdConsumer::topics() {
  return all_topics(*client_, settings_.default_api_timeout);
}

}  // namespace millrace::kafka
