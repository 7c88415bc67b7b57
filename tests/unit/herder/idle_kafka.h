#pragma once

#include "base/mutex.h"
#include "kafka/client_factory.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

/// A Kafka in which nothing happens: consumers wait until they are woken, producers take
/// everything and acknowledge it at once.
class IdleConsumer final : public kafka::Consumer {
 public:
  Result<void> subscribe(const std::vector<std::string>& topics,
                         kafka::RebalanceListener& listener) override {
    topics_ = topics;
    listener_ = &listener;
    return {};
  }
  Result<void> poll(std::chrono::milliseconds timeout, kafka::MessageBatch& batch) override {
    batch.clear();
    if (!std::exchange(assigned_, true)) {
      PartitionOffsets positions;
      for (const std::string& topic : topics_) positions.emplace(TopicPartition{topic, 0}, 0);
      listener_->assigned(positions);
      return {};
    }
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const MutexLock lock(mutex_);
    while (!woken_ && woken_condition_.wait_until(mutex_, deadline)) {
    }
    woken_ = false;
    return {};
  }
  void wake() override {
    const MutexLock lock(mutex_);
    woken_ = true;
    woken_condition_.notify_all();
  }
  Result<void> pause(const PartitionSet&) override { return {}; }
  Result<void> resume(const PartitionSet&) override { return {}; }
  Result<void> seek(const PartitionOffsets&) override { return {}; }
  void commit_async(const PartitionOffsets&, CommitCallback callback) override { callback({}); }
  Result<void> commit_sync(const PartitionOffsets&) override { return {}; }
  Result<std::vector<std::string>> topics() override { return std::vector<std::string>{}; }
  void close() override {}

 private:
  std::vector<std::string> topics_;
  kafka::RebalanceListener* listener_ = nullptr;
  bool assigned_ = false;
  Mutex mutex_;
  CondVar woken_condition_;
  bool woken_ GUARDED_BY(mutex_) = false;
};

class WillingProducer final : public kafka::Producer {
 public:
  explicit WillingProducer(kafka::DeliveryListener& listener) : listener_(listener) {}
  Result<kafka::SendStatus> send(const kafka::OutgoingRecord& record) override {
    tags_.push_back(record.tag);
    return kafka::SendStatus::accepted;
  }
  void serve(std::chrono::milliseconds) override {
    for (void* tag : std::exchange(tags_, {})) listener_.delivered(tag, {}, nullptr);
  }
  [[nodiscard]] std::size_t outstanding() const override { return tags_.size(); }
  bool flush(std::chrono::milliseconds) override { return serve({}), true; }
  [[nodiscard]] std::chrono::milliseconds max_block() const override {
    return std::chrono::milliseconds::max();
  }
  [[nodiscard]] std::optional<Error> fatal_error() const override { return std::nullopt; }
  void close(std::chrono::milliseconds) override {}
  void abandon() override {}

 private:
  kafka::DeliveryListener& listener_;
  std::vector<void*> tags_;
};

/// Remembers what one consumer group has committed.
class GroupAdmin final : public kafka::Admin {
 public:
  explicit GroupAdmin(PartitionOffsets& offsets) : offsets_(offsets) {}
  Result<std::string> cluster_id() override { return std::string("cluster"); }
  Result<std::map<std::string, kafka::TopicDescription>> describe(
      const std::vector<std::string>&) override {
    return std::map<std::string, kafka::TopicDescription>();
  }
  std::vector<Result<void>> create(const std::vector<kafka::NewTopic>& topics) override {
    return std::vector<Result<void>>(topics.size());
  }
  Result<std::optional<std::string>> topic_setting(const std::string&,
                                                   const std::string&) override {
    return std::optional<std::string>();
  }
  Result<PartitionOffsets> group_offsets(const std::string&) override { return offsets_; }
  Result<void> set_group_offsets(const std::string&, const PartitionOffsets& offsets) override {
    for (const auto& [partition, offset] : offsets) offsets_[partition] = offset;
    return {};
  }
  Result<void> delete_group_offsets(const std::string&, const PartitionSet& partitions) override {
    for (const TopicPartition& partition : partitions) offsets_.erase(partition);
    return {};
  }
  Result<void> delete_group(const std::string&) override {
    offsets_.clear();
    return {};
  }

 private:
  PartitionOffsets& offsets_;
};

class IdleKafka final : public kafka::ClientFactory {
 public:
  Result<std::unique_ptr<kafka::Consumer>> consumer(const ConfigMap&) override {
    return std::unique_ptr<kafka::Consumer>(std::make_unique<IdleConsumer>());
  }
  Result<std::unique_ptr<kafka::Producer>> producer(const ConfigMap&,
                                                    kafka::DeliveryListener& listener) override {
    return std::unique_ptr<kafka::Producer>(std::make_unique<WillingProducer>(listener));
  }
  Result<std::unique_ptr<kafka::Admin>> admin(const ConfigMap& settings) override {
    admin_settings = settings;
    return std::unique_ptr<kafka::Admin>(std::make_unique<GroupAdmin>(committed));
  }

  /// No worker without a cluster has storage topics.
  Result<std::unique_ptr<kafka::TopicReader>> topic_reader(const ConfigMap&,
                                                           const std::string& topic) override {
    return Error{ErrorCode::fatal, "no topic '" + topic + "' here"};
  }

  // Touched by one thread at a time: while somebody waits for the answer.
  PartitionOffsets committed;
  ConfigMap admin_settings;
};

}  // namespace millrace
