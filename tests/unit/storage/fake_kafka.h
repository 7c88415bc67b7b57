#pragma once

#include "base/mutex.h"
#include "kafka/client_factory.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::storage {

/// One topic, and the clients that read, write and make it.
/// Threads: any.
class FakeKafka final : public kafka::ClientFactory {
 public:
  struct Record {
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::optional<std::string> key;
    std::optional<std::string> value;
  };

  explicit FakeKafka(std::int32_t partitions = 1) {
    for (std::int32_t p = 0; p < partitions; ++p) ends_[p] = 0;
  }

  // What happens to the topic.
  void append(std::int32_t partition, std::optional<std::string> key,
              std::optional<std::string> value) {
    const MutexLock lock(mutex_);
    records_.push_back({partition, ends_[partition]++, std::move(key), std::move(value)});
    changed_.notify_all();
  }
  /// An offset without a record: a transaction marker, or what compaction took.
  void append_gap(std::int32_t partition) {
    const MutexLock lock(mutex_);
    ++ends_[partition];
    changed_.notify_all();
  }
  /// Readers get nothing until they are told to go on.
  void hold_reading(bool held) {
    const MutexLock lock(mutex_);
    reading_held_ = held;
    changed_.notify_all();
  }
  void hold_reports(bool held) {
    const MutexLock lock(mutex_);
    reports_held_ = held;
    changed_.notify_all();
  }
  std::vector<std::pair<std::optional<std::string>, std::optional<std::string>>> contents() {
    const MutexLock lock(mutex_);
    std::vector<std::pair<std::optional<std::string>, std::optional<std::string>>> all;
    for (const Record& record : records_) all.emplace_back(record.key, record.value);
    return all;
  }
  template <class Condition>
  void wait_for(Condition condition) {
    const MutexLock lock(mutex_);
    while (!condition(*this)) changed_.wait(mutex_);
  }

  // What goes wrong, each for one call, in order.
  void fail_open(Error error, std::size_t times) { fail(open_errors_, error, times); }
  void fail_ends(Error error, std::size_t times) { fail(end_errors_, error, times); }
  void fail_poll(Error error) { fail(poll_errors_, error, 1); }
  void fail_delivery(Error error) { fail(delivery_errors_, error, 1); }
  void refuse_sends(kafka::SendStatus status, std::size_t times) {
    const MutexLock lock(mutex_);
    for (std::size_t i = 0; i < times; ++i) send_answers_.push_back(status);
  }
  void break_producer(Error error) {
    const MutexLock lock(mutex_);
    broken_ = std::move(error);
  }

  // What was asked for; touched while the log does not start.
  ConfigMap reader_settings;
  ConfigMap producer_settings;
  kafka::NewTopic created;
  int producers = 0;
  bool make_admin = false;
  std::size_t waiting_sends = 0;  // under the mutex, in wait_for
  std::size_t asked_ends = 0;     // the same

  Result<std::unique_ptr<kafka::Consumer>> consumer(const ConfigMap&) override {
    return Error{ErrorCode::fatal, "nobody joins a group here"};
  }
  Result<std::unique_ptr<kafka::Admin>> admin(const ConfigMap&) override {
    if (make_admin) return std::unique_ptr<kafka::Admin>(std::make_unique<Admin>(*this));
    return Error{ErrorCode::fatal, "nobody administrates here"};
  }
  Result<std::unique_ptr<kafka::Producer>> producer(const ConfigMap& settings,
                                                    kafka::DeliveryListener& listener) override {
    producer_settings = settings;
    const MutexLock lock(mutex_);
    ++producers;
    broken_.reset();
    return std::unique_ptr<kafka::Producer>(std::make_unique<Producer>(*this, listener));
  }
  Result<std::unique_ptr<kafka::TopicReader>> topic_reader(const ConfigMap& settings,
                                                           const std::string& topic) override {
    reader_settings = settings;
    return std::unique_ptr<kafka::TopicReader>(std::make_unique<Reader>(*this, topic));
  }

 private:
  using Errors = std::deque<Error>;

  void fail(Errors& errors, const Error& error, std::size_t times) {
    const MutexLock lock(mutex_);
    for (std::size_t i = 0; i < times; ++i) errors.push_back(error);
    changed_.notify_all();
  }
  static std::optional<Error> next(Errors& errors) {
    if (errors.empty()) return std::nullopt;
    Error error = std::move(errors.front());
    errors.pop_front();
    return error;
  }

  /// Makes topics, and knows nothing else.
  class Admin final : public kafka::Admin {
   public:
    explicit Admin(FakeKafka& kafka) : kafka_(kafka) {}
    Result<std::string> cluster_id() override { return std::string("cluster"); }
    Result<std::map<std::string, kafka::TopicDescription>> describe(
        const std::vector<std::string>&) override {
      return std::map<std::string, kafka::TopicDescription>();
    }
    std::vector<Result<void>> create(const std::vector<kafka::NewTopic>& topics) override {
      kafka_.created = topics.front();
      return std::vector<Result<void>>(topics.size());
    }
    Result<std::optional<std::string>> topic_setting(const std::string&,
                                                     const std::string&) override {
      return std::optional<std::string>();
    }
    Result<PartitionOffsets> group_offsets(const std::string&) override {
      return PartitionOffsets();
    }
    Result<void> set_group_offsets(const std::string&, const PartitionOffsets&) override {
      return {};
    }
    Result<void> delete_group_offsets(const std::string&, const PartitionSet&) override {
      return {};
    }
    Result<void> delete_group(const std::string&) override { return {}; }

   private:
    FakeKafka& kafka_;
  };

  class Reader final : public kafka::TopicReader {
   public:
    Reader(FakeKafka& kafka, std::string topic) : kafka_(kafka), topic_(std::move(topic)) {}
    Result<std::size_t> open(std::chrono::milliseconds) override {
      const MutexLock lock(kafka_.mutex_);
      if (auto error = next(kafka_.open_errors_)) return *std::move(error);
      for (const auto& [partition, end] : kafka_.ends_) positions_[partition] = 0;
      return positions_.size();
    }
    Result<void> poll(std::chrono::milliseconds timeout, kafka::MessageBatch& batch) override {
      batch.clear();
      const auto deadline = std::chrono::steady_clock::now() + timeout;
      const MutexLock lock(kafka_.mutex_);
      while (!woken_ && !something()) {
        if (!kafka_.changed_.wait_until(kafka_.mutex_, deadline)) break;
      }
      woken_ = false;
      if (auto error = next(kafka_.poll_errors_)) return *std::move(error);
      if (kafka_.reading_held_) return {};
      for (; next_ < kafka_.records_.size(); ++next_) {
        held_.push_back(kafka_.records_[next_]);
        const Record& record = held_.back();
        batch.fill().push_back({.topic = topic_,
                                .partition = record.partition,
                                .offset = record.offset,
                                .key = record.key,
                                .value = record.value});
      }
      positions_ = kafka_.ends_;
      return {};
    }
    void wake() override {
      const MutexLock lock(kafka_.mutex_);
      woken_ = true;
      kafka_.changed_.notify_all();
    }
    Result<kafka::TopicOffsets> end_offsets(std::chrono::milliseconds) override {
      const MutexLock lock(kafka_.mutex_);
      ++kafka_.asked_ends;
      kafka_.changed_.notify_all();
      if (auto error = next(kafka_.end_errors_)) return *std::move(error);
      return kafka_.ends_;
    }
    [[nodiscard]] kafka::TopicOffsets positions() const override { return positions_; }

   private:
    bool something() REQUIRES(kafka_.mutex_) {
      return !kafka_.poll_errors_.empty() || (!kafka_.reading_held_ && positions_ != kafka_.ends_);
    }
    FakeKafka& kafka_;
    const std::string topic_;
    kafka::TopicOffsets positions_;
    std::size_t next_ = 0;
    std::list<Record> held_;  // what messages are views of
    bool woken_ = false;
  };

  class Producer final : public kafka::Producer {
   public:
    Producer(FakeKafka& kafka, kafka::DeliveryListener& listener)
        : kafka_(kafka), listener_(listener) {}
    Result<kafka::SendStatus> send(const kafka::OutgoingRecord& record) override {
      const MutexLock lock(kafka_.mutex_);
      if (kafka_.broken_) return *kafka_.broken_;
      if (!kafka_.send_answers_.empty()) {
        const kafka::SendStatus status = kafka_.send_answers_.front();
        kafka_.send_answers_.pop_front();
        return status;
      }
      const auto text = [](const NullableBytes& bytes) {
        return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
      };
      sent_.push_back({record.tag, text(record.key), text(record.value)});
      ++kafka_.waiting_sends;
      kafka_.changed_.notify_all();
      return kafka::SendStatus::accepted;
    }
    void serve(std::chrono::milliseconds) override {
      while (deliver_one()) {
      }
    }
    [[nodiscard]] std::size_t outstanding() const override { return sent_.size(); }
    bool flush(std::chrono::milliseconds) override { return serve({}), sent_.empty(); }
    [[nodiscard]] std::chrono::milliseconds max_block() const override {
      return std::chrono::seconds(60);
    }
    [[nodiscard]] std::optional<Error> fatal_error() const override {
      const MutexLock lock(kafka_.mutex_);
      return kafka_.broken_;
    }
    void close(std::chrono::milliseconds) override {
      serve({});
      const Error error{ErrorCode::fatal, "given up"};
      for (const Sent& one : std::exchange(sent_, {})) listener_.delivered(one.tag, {}, &error);
    }
    void abandon() override {}

   private:
    struct Sent {
      void* tag;
      std::optional<std::string> key;
      std::optional<std::string> value;
    };
    bool deliver_one() {
      std::optional<Error> error;
      void* tag = nullptr;
      {
        const MutexLock lock(kafka_.mutex_);
        if (sent_.empty() || kafka_.reports_held_) return false;
        Sent one = std::move(sent_.front());
        sent_.pop_front();
        tag = one.tag;
        error = next(kafka_.delivery_errors_);
        if (!error) {
          kafka_.records_.push_back(
              {0, kafka_.ends_[0]++, std::move(one.key), std::move(one.value)});
        }
        kafka_.changed_.notify_all();
      }
      listener_.delivered(tag, {}, error ? &*error : nullptr);
      return true;
    }
    FakeKafka& kafka_;
    kafka::DeliveryListener& listener_;
    std::deque<Sent> sent_;
  };

  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Record> records_;
  kafka::TopicOffsets ends_;
  bool reading_held_ = false;
  bool reports_held_ = false;
  Errors open_errors_, end_errors_, poll_errors_, delivery_errors_;
  std::deque<kafka::SendStatus> send_answers_;
  std::optional<Error> broken_;
};

}  // namespace millrace::storage
