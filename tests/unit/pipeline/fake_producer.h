#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "kafka/producer.h"
#include "task_world.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::pipeline {

/// The Kafka behind a FakeProducer: what it was sent, and what it answers.
/// Threads: the members that are no functions belong to the task's; the functions to any.
class TargetKafka {
 public:
  struct Sent {
    std::string topic;
    std::optional<std::int32_t> partition;
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::optional<std::int64_t> timestamp;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  };

  TargetKafka(Clock& clock, Journal& journal);
  ~TargetKafka();

  /// What send says; empty: it accepts.
  std::function<Result<kafka::SendStatus>(const kafka::OutgoingRecord&)> on_send;
  /// Called in each serve, flush included, before the reports.
  std::function<void()> on_serve;
  std::vector<Sent> sent;
  bool remembers = true;     ///< false: `sent` stays empty, and nothing is allocated
  bool acknowledges = true;  ///< by itself, in the next serve
  std::chrono::milliseconds max_block = std::chrono::milliseconds::max();
  std::optional<Error> fatal;
  std::atomic<bool> abandoned = false;

  /// Answers the first record with that value that has no answer yet.
  void acknowledge(const std::string& value);
  void refuse(const std::string& value, Error error);
  /// Whether a record was sent that has no answer yet.
  [[nodiscard]] bool has_waiting();
  [[nodiscard]] std::vector<std::string> values() const;
  /// The task's client, which tells the listener of what is answered.
  std::unique_ptr<kafka::Producer> make_producer(kafka::DeliveryListener& listener);

 private:
  friend class FakeProducer;
  struct Waiting {
    void* tag;
    Sent record;
  };
  struct Report {
    void* tag;
    std::string topic;  // empty: "orders"
    std::optional<Error> error;
    Sent record;  // of an error
  };
  void answer(const std::string& value, std::optional<Error> error);
  void give_up();

  Clock& clock_;
  Journal& journal_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Waiting> waiting_ GUARDED_BY(mutex_);
  std::vector<Report> reports_ GUARDED_BY(mutex_);
};

}  // namespace millrace::pipeline
