#include "fake_consumer.h"

#include "base/mutex.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace millrace::pipeline {

namespace {

/// The memory of one batch; its storage is used again.
class Arena final : public kafka::MessageBatch::Holder {
 public:
  ~Arena() override { release(); }
  void release() override {
    std::fill(bytes.begin(), bytes.end(), '#');
    bytes.clear();
    headers.clear();
  }
  NullableBytes keep(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    const std::size_t place = bytes.size();
    EXPECT_LE(place + text->size(), bytes.capacity()) << "views would move";
    bytes.append(*text);
    return std::string_view(bytes).substr(place);
  }
  std::string bytes;
  std::vector<kafka::MessageHeader> headers;
};

constexpr std::size_t arena_bytes = 256 * 1024;
constexpr std::size_t arena_headers = 1024;

}  // namespace

class FakeConsumer final : public kafka::Consumer {
 public:
  explicit FakeConsumer(SourceKafka& kafka) : kafka_(kafka) {}
  ~FakeConsumer() override {
    if (!closed_) close();
  }

  Result<void> subscribe(const std::vector<std::string>& topics,
                         kafka::RebalanceListener& listener) override;
  Result<void> poll(std::chrono::milliseconds timeout, kafka::MessageBatch& batch) override;
  void wake() override;
  Result<void> pause(const PartitionSet& partitions) override;
  Result<void> resume(const PartitionSet& partitions) override;
  Result<void> seek(const PartitionOffsets& offsets) override;
  void commit_async(const PartitionOffsets& offsets, CommitCallback callback) override;
  Result<void> commit_sync(const PartitionOffsets& offsets) override;
  Result<std::vector<std::string>> topics() override;
  void close() override;

 private:
  void serve_commits();
  void fill(kafka::MessageBatch& batch);

  SourceKafka& kafka_;
  kafka::RebalanceListener* listener_ = nullptr;
  std::atomic<bool> closed_ = false;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ GUARDED_BY(mutex_) = false;
};

TopicPartition partition(const std::string& text) {
  const std::size_t dash = text.rfind('-');
  return {text.substr(0, dash), std::stoi(text.substr(dash + 1))};
}

PartitionSet partitions(const std::vector<std::string>& texts) {
  PartitionSet set;
  for (const std::string& text : texts) set.insert(partition(text));
  return set;
}

std::string to_text(const PartitionOffsets& offsets) {
  std::string text;
  for (const auto& [where, offset] : offsets) {
    text += (text.empty() ? "" : " ") + where.to_string() + "=" + std::to_string(offset);
  }
  return text;
}

std::string to_text(const PartitionSet& partitions) {
  std::string text;
  for (const TopicPartition& one : partitions) text += (text.empty() ? "" : " ") + one.to_string();
  return text;
}

SourceKafka::SourceKafka(Clock& clock, Journal& journal) : clock_(clock), journal_(journal) {}
SourceKafka::~SourceKafka() = default;

std::unique_ptr<kafka::Consumer> SourceKafka::make_consumer() {
  return std::make_unique<FakeConsumer>(*this);
}

void SourceKafka::produce(const std::string& where, const std::vector<std::string>& values) {
  for (const std::string& value : values) logs[partition(where)].push_back({{}, value});
}

void SourceKafka::store(const std::string& where, Stored message) {
  logs[partition(where)].push_back(std::move(message));
}

void SourceKafka::assign(const std::vector<std::string>& to_come) {
  rebalances_.push_back([this, to_come](kafka::RebalanceListener& listener) {
    PartitionOffsets starts;
    for (const TopicPartition& one : partitions(to_come)) {
      const auto it = committed.find(one);
      starts[one] = positions[one] = it == committed.end() ? 0 : it->second;
      assigned.insert(one);
    }
    listener.assigned(starts);
  });
}

void SourceKafka::revoke(const std::vector<std::string>& to_go) {
  rebalances_.push_back([this, to_go](kafka::RebalanceListener& listener) {
    const PartitionSet set = partitions(to_go);
    listener.revoked(set);
    for (const TopicPartition& one : set) {
      assigned.erase(one);
      paused.erase(one);
    }
  });
}

void SourceKafka::lose(const std::vector<std::string>& gone) {
  rebalances_.push_back([this, gone](kafka::RebalanceListener& listener) {
    const PartitionSet set = partitions(gone);
    listener.lost(set);
    for (const TopicPartition& one : set) {
      assigned.erase(one);
      paused.erase(one);
    }
  });
}

void SourceKafka::answer_commits(Result<void> answer) {
  for (PendingCommit& commit : commits_) commit.answer = answer;
}

Result<void> FakeConsumer::subscribe(const std::vector<std::string>& topics,
                                     kafka::RebalanceListener& listener) {
  listener_ = &listener;
  kafka_.subscribed = topics;
  return {};
}

Result<void> FakeConsumer::poll(std::chrono::milliseconds timeout, kafka::MessageBatch& batch) {
  EXPECT_FALSE(closed_) << "poll after close";
  batch.clear();
  if (kafka_.remembers) kafka_.polls.push_back(timeout);
  if (kafka_.on_poll) kafka_.on_poll();
  serve_commits();
  if (!kafka_.rebalances_.empty()) {
    const SourceKafka::Rebalance rebalance = std::move(kafka_.rebalances_.front());
    kafka_.rebalances_.pop_front();
    rebalance(*listener_);
  }
  if (kafka_.poll_error) return *kafka_.poll_error;
  fill(batch);
  const MutexLock lock(mutex_);
  if (batch.empty() && kafka_.rebalances_.empty()) {
    const Clock::Time deadline = deadline_after(kafka_.clock_.now(), timeout);
    while (!woken_ && kafka_.clock_.now() < deadline) {
      kafka_.clock_.wait_until(mutex_, changed_, deadline);
    }
  }
  woken_ = false;
  return {};
}

void FakeConsumer::serve_commits() {
  while (!kafka_.commits_.empty()) {
    SourceKafka::PendingCommit& first = kafka_.commits_.front();
    if (!first.answer && kafka_.answers_commits) first.answer = Result<void>();
    if (!first.answer) return;
    const SourceKafka::PendingCommit commit = std::move(first);
    kafka_.commits_.pop_front();
    if (*commit.answer) {
      for (const auto& [where, offset] : commit.offsets) kafka_.committed[where] = offset;
    }
    commit.callback(*commit.answer);
  }
}

void FakeConsumer::fill(kafka::MessageBatch& batch) {
  if (!batch.holder()) {
    auto made = std::make_unique<Arena>();
    made->bytes.reserve(arena_bytes);
    made->headers.reserve(arena_headers);
    batch.holder() = std::move(made);
  }
  Arena& arena = static_cast<Arena&>(*batch.holder());
  std::vector<kafka::Message>& out = batch.fill();
  for (const TopicPartition& where : kafka_.assigned) {
    const std::vector<SourceKafka::Stored>& log = kafka_.logs[where];
    std::int64_t& position = kafka_.positions[where];
    while (out.size() < kafka_.max_poll_records) {
      if (!kafka_.endless && position >= static_cast<std::int64_t>(log.size())) break;
      if (kafka_.paused.contains(where)) {
        if (kafka_.slip_through_pause == 0) break;
        --kafka_.slip_through_pause;
      }
      const SourceKafka::Stored& stored = log[static_cast<std::size_t>(position) % log.size()];
      const std::size_t first = arena.headers.size();
      for (const auto& [name, value] : stored.headers) {
        arena.headers.push_back({*arena.keep(name), arena.keep(value)});
      }
      out.push_back({.topic = where.topic,
                     .partition = where.partition,
                     .offset = position,
                     .key = arena.keep(stored.key),
                     .value = arena.keep(stored.value),
                     .timestamp = stored.timestamp,
                     .timestamp_type =
                         stored.timestamp == -1 ? TimestampType::none : TimestampType::create_time,
                     .headers = std::span(arena.headers).subspan(first)});
      ++position;
    }
  }
  if (!kafka_.remembers) return;
  kafka_.handed_out.clear();
  for (const kafka::Message& one : out) kafka_.handed_out.push_back(one.value.value_or(""));
}

void FakeConsumer::wake() {
  EXPECT_FALSE(closed_) << "wake after close";
  const MutexLock lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

Result<void> FakeConsumer::pause(const PartitionSet& partitions) {
  EXPECT_TRUE(std::includes(kafka_.assigned.begin(), kafka_.assigned.end(), partitions.begin(),
                            partitions.end()))
      << to_text(partitions);
  kafka_.paused.insert(partitions.begin(), partitions.end());
  return {};
}

Result<void> FakeConsumer::resume(const PartitionSet& partitions) {
  for (const TopicPartition& one : partitions) kafka_.paused.erase(one);
  return {};
}

Result<void> FakeConsumer::seek(const PartitionOffsets& offsets) {
  kafka_.journal_.note("seek " + to_text(offsets));
  if (kafka_.seek_error) return *kafka_.seek_error;
  for (const auto& [where, offset] : offsets) {
    if (!kafka_.assigned.contains(where)) {
      return Error{ErrorCode::fatal, where.to_string() + " is not assigned"};
    }
    kafka_.positions[where] = offset;
  }
  return {};
}

void FakeConsumer::commit_async(const PartitionOffsets& offsets, CommitCallback callback) {
  kafka_.journal_.note("commit " + to_text(offsets));
  kafka_.commits_.push_back({offsets, std::move(callback), {}});
}

Result<void> FakeConsumer::commit_sync(const PartitionOffsets& offsets) {
  kafka_.journal_.note("commit_sync " + to_text(offsets));
  if (kafka_.commit_error) return *kafka_.commit_error;
  for (const auto& [where, offset] : offsets) kafka_.committed[where] = offset;
  return {};
}

Result<std::vector<std::string>> FakeConsumer::topics() {
  kafka_.journal_.note("list topics");
  if (kafka_.topics_error) return *kafka_.topics_error;
  return kafka_.topics;
}

void FakeConsumer::close() {
  kafka_.answer_commits(Error{ErrorCode::retriable, "left before the answer"});
  serve_commits();
  closed_ = true;
  kafka_.journal_.note("consumer close");
}

}  // namespace millrace::pipeline
