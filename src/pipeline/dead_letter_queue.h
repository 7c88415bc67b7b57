#pragma once

#include "base/mutex.h"
#include "kafka/producer.h"
#include "millrace/sink.h"
#include "pipeline/dead_letter.h"
#include "pipeline/surroundings.h"

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace millrace::pipeline {

/// The dead letter topic of a sink task: takes letters from any thread and writes them on one of
/// its own, which begins with the first letter. A letter that Kafka does not take is logged and
/// counted, no more.
/// Threads: add and abandon from any, the rest from the task's.
/// Source:  DeadLetterQueueReporter.
class DeadLetterQueue final : private kafka::DeliveryListener {
 public:
  using MakeProducer =
      std::function<Result<std::unique_ptr<kafka::Producer>>(kafka::DeliveryListener&)>;
  /// Completes a letter on the queue's thread; an error is that of the letter.
  using Prepare = std::function<Result<void>(DeadLetter&)>;
  using Promise = std::promise<Result<void>>;

  /// Errors: those of the producer.
  static Result<std::unique_ptr<DeadLetterQueue>> open(std::string topic, const MakeProducer& make,
                                                       const Surroundings& surroundings);
  ~DeadLetterQueue() override;

  /// Waits while too much is waiting already.
  /// of:     the partition whose offsets must not be committed before the letter is written.
  /// answer: kept once Kafka has answered; if that was an error, await fails from then on.
  void add(DeadLetter letter, const TopicPartition& of,
           std::optional<Promise> answer = std::nullopt, Prepare prepare = {});
  /// Waits for the letters of these partitions. False: there was no answer in time.
  /// Errors (fatal): a letter that the task itself had asked for was not written.
  Result<bool> await(const PartitionSet& partitions, std::chrono::milliseconds timeout);
  /// Waits for what is on its way, gives up what is left, and frees the client.
  void close(std::chrono::milliseconds timeout);
  /// Gives up everything at once.
  void abandon();

 private:
  using Outstanding = std::map<TopicPartition, std::size_t>;
  struct Pending {
    Outstanding::value_type* of;  // never erased
    std::optional<Promise> answer;
  };
  struct Waiting {
    DeadLetter letter;
    Prepare prepare;
    std::unique_ptr<Pending> pending;
  };

  DeadLetterQueue(std::string topic, const Surroundings& surroundings);
  void run();
  /// Waits for letters, or for the end. False: it has come.
  bool take(std::deque<Waiting>& letters);
  void send(Waiting letter);
  void delivered(void* tag, const RecordMetadata& metadata, const Error* error) override;
  void answer(Pending& pending, const Error* error);
  [[nodiscard]] bool given_up();
  [[nodiscard]] bool has_outstanding(const PartitionSet& partitions) const REQUIRES(mutex_);
  [[nodiscard]] bool has_outstanding() const REQUIRES(mutex_);

  const std::string topic_;
  const Surroundings surroundings_;
  const std::string log_context_;
  std::size_t in_flight_ = 0;                  // touched by the queue's thread only
  std::vector<kafka::MessageHeader> headers_;  // the same; kept for its memory

  Mutex mutex_;
  CondVar changed_;
  std::deque<Waiting> queue_ GUARDED_BY(mutex_);
  std::size_t queued_bytes_ GUARDED_BY(mutex_) = 0;
  Outstanding outstanding_ GUARDED_BY(mutex_);    // letters without answer
  std::optional<Error> lost_ GUARDED_BY(mutex_);  // of a letter that somebody waits for
  bool closing_ GUARDED_BY(mutex_) = false;
  bool given_up_ GUARDED_BY(mutex_) = false;
  kafka::Producer* abandonable_ GUARDED_BY(mutex_) = nullptr;  // until it is closed
  std::unique_ptr<kafka::Producer> producer_;  // used by the queue's thread once that has begun
  std::thread thread_ GUARDED_BY(mutex_);      // joined by close
};

}  // namespace millrace::pipeline
