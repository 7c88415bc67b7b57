#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "kafka/client_factory.h"
#include "millrace/config_map.h"
#include "storage/topic_log.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace millrace::storage {

/// What a log is made of.
struct TopicLogParts {
  /// Waits so long; false: the log is being stopped.
  using Pause = std::function<bool(std::chrono::milliseconds)>;

  std::string topic;
  std::string setting;  ///< that names it, for messages: "config.storage.topic"
  /// More than so many are an error.
  std::size_t most_partitions = std::numeric_limits<std::int32_t>::max();
  ConfigMap producer;  ///< settings of the clients, in Java's words
  ConfigMap reader;
  /// Creates the topic, or checks it. Errors: the log does not start. Threads: the log's.
  std::function<Result<void>(const Pause&)> prepare;
};

/// TopicLog over a reader and a producer. One thread does all that concerns Kafka; others leave
/// what they want in two lists, and wake it.
class KafkaTopicLog final : public TopicLog, private kafka::DeliveryListener {
 public:
  /// The factory and the clock outlive the log.
  KafkaTopicLog(TopicLogParts parts, kafka::ClientFactory& clients, Clock& clock);
  ~KafkaTopicLog() override;

  Result<void> start(Consume record) override;
  void send(std::string key, NullableString value, Done done) override;
  void read_to_end(Done done) override;
  Result<void> read_to_end(std::chrono::milliseconds timeout) override;
  void stop() override;

 private:
  struct Unsent {
    std::string key;
    NullableString value;
    Done done;
  };
  /// Somebody who waits until the end is reached.
  struct Wait {
    Done done;
    Clock::Time deadline = Clock::Time::max();  ///< nobody listens any more
    std::optional<kafka::TopicOffsets> ends = {};
  };
  /// An answer for a thread that waits.
  struct Answer {
    std::optional<Result<void>> result;
  };

  /// To the log's thread; done is called at once where that does nothing any more.
  template <class One, class All>
  void hand_over(One one, All KafkaTopicLog::*all);
  void wake();
  /// The log is over, or it is to end. None: it goes on.
  [[nodiscard]] std::optional<Error> over() const REQUIRES(mutex_);
  [[nodiscard]] bool stopping() const;
  bool pause(std::chrono::milliseconds time);

  // Only on the log's thread:
  void run(const Done& started);
  Result<void> begin();
  Result<void> open_reader();
  Result<kafka::TopicOffsets> first_ends();
  void complain_of_ends(const Error& error);
  void serve();
  void take_requests();
  void send_queued();
  void replace_broken_producer();
  void serve_producer();
  void look_up_ends();
  void answer_waits();
  void answer_all_waits(const Error& error);
  void read(kafka::MessageBatch& batch);
  [[nodiscard]] std::chrono::milliseconds reading_time() const;
  void end(const Error& why);
  void delivered(void* tag, const RecordMetadata& metadata, const Error* error) override;

  const TopicLogParts parts_;
  kafka::ClientFactory& clients_;
  Clock& clock_;
  Consume consume_;  // touched by the log's thread only, once it runs

  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Unsent> queued_ GUARDED_BY(mutex_);
  std::vector<Wait> asked_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::optional<Error> ended_ GUARDED_BY(mutex_);                 ///< nothing is done any more
  kafka::TopicReader* open_reader_ GUARDED_BY(mutex_) = nullptr;  ///< to be woken

  // touched by the log's thread only:
  std::unique_ptr<kafka::TopicReader> reader_;  // lives to the end: others may still wake it
  std::unique_ptr<kafka::Producer> producer_;
  std::deque<Unsent> unsent_;
  std::map<std::uintptr_t, Done> in_flight_;  ///< by tag
  std::uintptr_t last_tag_ = 0;
  std::optional<Clock::Time> stuck_since_;  ///< the first of unsent_ finds no partition
  std::chrono::milliseconds serving_time_{1};
  std::vector<Wait> waits_;
  Clock::Time next_look_up_{};
  std::chrono::milliseconds look_up_time_{0};
  Clock::Time next_complaint_{};
  Clock::Time next_producer_{};

  std::thread thread_ GUARDED_BY(mutex_);
};

}  // namespace millrace::storage
