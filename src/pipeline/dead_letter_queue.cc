#include "pipeline/dead_letter_queue.h"

#include "base/log.h"
#include "base/thread.h"

#include <algorithm>
#include <utility>

namespace millrace::pipeline {

namespace {

constexpr std::size_t most_queued_bytes = std::size_t{4} << 20U;
constexpr std::chrono::milliseconds report_slice{10};  // new letters wait no longer than that
constexpr std::chrono::milliseconds room_slice{100};

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter");
  return instance;
}

Error not_written() {
  return Error{ErrorCode::fatal, "The task ended before the record was written"};
}

}  // namespace

DeadLetterQueue::DeadLetterQueue(std::string topic, const Surroundings& surroundings)
    : topic_(std::move(topic)),
      surroundings_(surroundings),
      log_context_(log::Context::current()) {}

Result<std::unique_ptr<DeadLetterQueue>> DeadLetterQueue::open(std::string topic,
                                                               const MakeProducer& make,
                                                               const Surroundings& surroundings) {
  std::unique_ptr<DeadLetterQueue> queue(new DeadLetterQueue(std::move(topic), surroundings));
  Result<std::unique_ptr<kafka::Producer>> producer = make(*queue);
  if (!producer) return std::move(producer.error());
  queue->producer_ = std::move(*producer);
  const MutexLock lock(queue->mutex_);
  queue->abandonable_ = queue->producer_.get();
  return queue;
}

DeadLetterQueue::~DeadLetterQueue() { close(std::chrono::milliseconds(0)); }

void DeadLetterQueue::add(DeadLetter letter, const TopicPartition& of,
                          std::optional<Promise> answer, Prepare prepare) {
  surroundings_.counters.dead_letter_requests.add();
  auto pending = std::make_unique<Pending>(Pending{nullptr, std::move(answer)});
  {
    const MutexLock lock(mutex_);
    while (queued_bytes_ >= most_queued_bytes && !given_up_) changed_.wait(mutex_);
    pending->of = &*outstanding_.try_emplace(of, 0).first;
    ++pending->of->second;
    if (!given_up_) {
      queued_bytes_ += letter.bytes();
      queue_.push_back({std::move(letter), std::move(prepare), std::move(pending)});
      if (!thread_.joinable()) thread_ = start_thread("dead-letters", [this] { run(); });
      changed_.notify_all();
      return;
    }
  }
  const Error error = not_written();
  this->answer(*pending, &error);
}

void DeadLetterQueue::run() {
  const log::Context context(log_context_);
  std::deque<Waiting> letters;
  while (take(letters)) {
    const bool none = letters.empty();
    for (Waiting& letter : letters) send(std::move(letter));
    letters.clear();
    if (given_up()) producer_->abandon();  // also what was sent just after the first time
    producer_->serve(none ? report_slice : std::chrono::milliseconds(0));
  }
}

bool DeadLetterQueue::take(std::deque<Waiting>& letters) {
  const MutexLock lock(mutex_);
  while (queue_.empty() && in_flight_ == 0 && !closing_) changed_.wait(mutex_);
  if (queue_.empty() && in_flight_ == 0) return false;
  letters.swap(queue_);
  queued_bytes_ = 0;
  changed_.notify_all();
  return true;
}

void DeadLetterQueue::send(Waiting letter) {
  if (letter.prepare) {
    if (const Result<void> done = letter.prepare(letter.letter); !done) {
      answer(*letter.pending, &done.error());
      return;
    }
  }
  const kafka::OutgoingRecord outgoing =
      letter.letter.outgoing(topic_, letter.pending.get(), headers_);
  const Clock::Time deadline = deadline_after(surroundings_.clock.now(), producer_->max_block());
  while (!given_up()) {
    const Result<kafka::SendStatus> status = producer_->send(outgoing);
    if (!status) {
      answer(*letter.pending, &status.error());
      return;
    }
    if (*status == kafka::SendStatus::accepted) {
      ++in_flight_;
      static_cast<void>(letter.pending.release());  // comes back with the report
      return;
    }
    if (surroundings_.clock.now() >= deadline) {
      const Error error{ErrorCode::retriable, "org.apache.kafka.common.errors.TimeoutException",
                        "Topic " + topic_ + " could not be written to within max.block.ms=" +
                            std::to_string(producer_->max_block().count())};
      answer(*letter.pending, &error);
      return;
    }
    producer_->serve(room_slice);
  }
  const Error error = not_written();
  answer(*letter.pending, &error);
}

void DeadLetterQueue::delivered(void* tag, const RecordMetadata& /*metadata*/, const Error* error) {
  --in_flight_;
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(tag));
  answer(*pending, error);
}

void DeadLetterQueue::answer(Pending& pending, const Error* error) {
  if (error != nullptr) {
    surroundings_.counters.dead_letter_failures.add();
    logger().error("Could not produce message to dead letter queue. topic={}: {}", topic_,
                   error->message());
  }
  {
    const MutexLock lock(mutex_);
    if (error != nullptr && pending.answer && !lost_) lost_ = *error;
    --pending.of->second;
    changed_.notify_all();
  }
  if (pending.answer) {
    pending.answer->set_value(error != nullptr ? Result<void>(*error) : Result<void>());
  }
}

bool DeadLetterQueue::given_up() {
  const MutexLock lock(mutex_);
  return given_up_;
}

bool DeadLetterQueue::has_outstanding(const PartitionSet& partitions) const {
  return std::any_of(outstanding_.begin(), outstanding_.end(), [&partitions](const auto& one) {
    return one.second > 0 && partitions.contains(one.first);
  });
}

bool DeadLetterQueue::has_outstanding() const {
  return std::any_of(outstanding_.begin(), outstanding_.end(),
                     [](const auto& one) { return one.second > 0; });
}

Result<bool> DeadLetterQueue::await(const PartitionSet& partitions,
                                    std::chrono::milliseconds timeout) {
  const Clock::Time deadline = deadline_after(surroundings_.clock.now(), timeout);
  const MutexLock lock(mutex_);
  while (has_outstanding(partitions) && !given_up_ && surroundings_.clock.now() < deadline) {
    surroundings_.clock.wait_until(mutex_, changed_, deadline);
  }
  if (lost_) {
    return Error{
        ErrorCode::fatal,
        "A record that the task had reported did not get into dead letter topic '" + topic_ + "'"}
        .caused_by(*lost_);
  }
  return !has_outstanding(partitions);
}

void DeadLetterQueue::abandon() {
  const MutexLock lock(mutex_);  // keeps the producer from being closed meanwhile
  given_up_ = true;
  if (abandonable_ != nullptr) abandonable_->abandon();
  changed_.notify_all();
}

void DeadLetterQueue::close(std::chrono::milliseconds timeout) {
  if (!producer_) return;
  const Clock::Time deadline = deadline_after(surroundings_.clock.now(), timeout);
  bool left = false;
  std::thread thread;
  {
    const MutexLock lock(mutex_);
    closing_ = true;
    changed_.notify_all();
    while (has_outstanding() && !given_up_ && surroundings_.clock.now() < deadline) {
      surroundings_.clock.wait_until(mutex_, changed_, deadline);
    }
    left = has_outstanding();
    thread = std::move(thread_);
  }
  if (left) abandon();
  if (thread.joinable()) thread.join();
  {
    const MutexLock lock(mutex_);
    abandonable_ = nullptr;
  }
  producer_->close(std::chrono::milliseconds(0));
  producer_.reset();
}

}  // namespace millrace::pipeline
