#include "storage/kafka_topic_log.h"

#include "base/log.h"
#include "base/thread.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace millrace::storage {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds metadata_limit = std::chrono::seconds(30);
constexpr milliseconds first_look_up_limit = std::chrono::minutes(15);
constexpr milliseconds shortest_look_up = std::chrono::seconds(2);
constexpr milliseconds longest_look_up = std::chrono::seconds(10);
constexpr milliseconds look_up_pause{200};
constexpr milliseconds trouble_pause = std::chrono::seconds(1);
constexpr milliseconds new_producer_pause = std::chrono::seconds(10);
constexpr milliseconds longest_serving{100};
constexpr milliseconds longest_reading = std::chrono::hours(1);
/// Positions pass transaction markers without a message.
constexpr milliseconds longest_reading_to_end{20};
constexpr milliseconds last_sending = std::chrono::seconds(3);
constexpr milliseconds complaint_pause = std::chrono::seconds(10);

log::Logger& logger() {
  static log::Logger& instance = log::logger("org.apache.kafka.connect.util.KafkaBasedLog");
  return instance;
}

bool reached(const kafka::TopicOffsets& positions, const kafka::TopicOffsets& ends) {
  return std::all_of(ends.begin(), ends.end(), [&positions](const auto& end) {
    const auto position = positions.find(end.first);
    return position == positions.end() || position->second >= end.second;
  });
}

Error timed_out(std::string text) {
  return {ErrorCode::retriable, "org.apache.kafka.common.errors.TimeoutException", std::move(text)};
}

}  // namespace

KafkaTopicLog::KafkaTopicLog(TopicLogParts parts, kafka::ClientFactory& clients, Clock& clock)
    : parts_(std::move(parts)), clients_(clients), clock_(clock) {}

KafkaTopicLog::~KafkaTopicLog() { stop(); }

Result<void> KafkaTopicLog::start(Consume record) {
  consume_ = std::move(record);
  const auto answer = std::make_shared<Answer>();
  const Done started = [this, answer](Result<void> result) {
    const MutexLock lock(mutex_);
    answer->result = std::move(result);
    changed_.notify_all();
  };
  const MutexLock lock(mutex_);
  if (auto error = over()) return *std::move(error);
  thread_ = start_thread("log-" + parts_.topic, [this, started] { run(started); });
  while (!answer->result) changed_.wait(mutex_);
  return *answer->result;
}

template <class One, class All>
void KafkaTopicLog::hand_over(One one, All KafkaTopicLog::*all) {
  const std::optional<Error> refused = [&]() -> std::optional<Error> {
    const MutexLock lock(mutex_);
    if (auto error = over()) return error;
    (this->*all).push_back(std::move(one));
    return std::nullopt;
  }();
  if (refused) return one.done(*refused);
  wake();
}

void KafkaTopicLog::send(std::string key, NullableString value, Done done) {
  hand_over(Unsent{std::move(key), std::move(value), std::move(done)}, &KafkaTopicLog::queued_);
}

void KafkaTopicLog::read_to_end(Done done) {
  hand_over(Wait{std::move(done)}, &KafkaTopicLog::asked_);
}

Result<void> KafkaTopicLog::read_to_end(milliseconds timeout) {
  struct Shared {
    Mutex mutex;
    CondVar answered;
    std::optional<Result<void>> result GUARDED_BY(mutex);
  };
  const auto shared = std::make_shared<Shared>();
  const Clock::Time deadline = deadline_after(clock_.now(), timeout);
  const Done done = [shared](Result<void> result) {
    const MutexLock lock(shared->mutex);
    shared->result = std::move(result);
    shared->answered.notify_all();
  };
  hand_over(Wait{done, deadline}, &KafkaTopicLog::asked_);
  const MutexLock lock(shared->mutex);
  while (!shared->result) {
    if (clock_.wait_until(shared->mutex, shared->answered, deadline)) continue;
    if (shared->result) break;
    return timed_out(fmt::format("topic '{}' ({}) was not read to its end within {} ms",
                                 parts_.topic, parts_.setting, timeout.count()));
  }
  return *shared->result;
}

void KafkaTopicLog::wake() {
  kafka::TopicReader* reader = nullptr;
  {
    const MutexLock lock(mutex_);
    reader = open_reader_;
  }
  if (reader != nullptr) reader->wake();
}

void KafkaTopicLog::stop() {
  std::thread thread;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    thread.swap(thread_);
    changed_.notify_all();
  }
  wake();
  if (thread.joinable()) thread.join();
}

std::optional<Error> KafkaTopicLog::over() const {
  if (ended_) return ended_;
  if (!stopping_) return std::nullopt;
  return Error{ErrorCode::fatal,
               fmt::format("topic '{}' ({}) is not used any more: the worker stops", parts_.topic,
                           parts_.setting)};
}

bool KafkaTopicLog::stopping() const {
  const MutexLock lock(mutex_);
  return stopping_;
}

bool KafkaTopicLog::pause(milliseconds time) {
  const Clock::Time until = deadline_after(clock_.now(), time);
  const MutexLock lock(mutex_);
  while (!stopping_ && clock_.wait_until(mutex_, changed_, until)) {
  }
  return !stopping_;
}

void KafkaTopicLog::run(const Done& started) {
  const Result<void> begun = begin();
  if (!begun) {
    end(begun.error());
    return started(begun);
  }
  Result<kafka::TopicOffsets> ends = first_ends();
  if (!ends) {
    end(ends.error());
    return started(ends.error());
  }
  waits_.push_back({.done = started, .ends = *std::move(ends)});
  serve();
  std::optional<Error> why;
  {
    const MutexLock lock(mutex_);
    why = over();
  }
  end(*why);
}

Result<void> KafkaTopicLog::begin() {
  MILLRACE_TRY(parts_.prepare([this](milliseconds time) { return pause(time); }));
  MILLRACE_TRY(open_reader());
  Result<std::unique_ptr<kafka::Producer>> producer = clients_.producer(parts_.producer, *this);
  if (!producer) return producer.error();
  producer_ = *std::move(producer);
  return {};
}

Result<void> KafkaTopicLog::open_reader() {
  Result<std::unique_ptr<kafka::TopicReader>> reader =
      clients_.topic_reader(parts_.reader, parts_.topic);
  if (!reader) return reader.error();
  reader_ = *std::move(reader);
  const Clock::Time deadline = clock_.now() + metadata_limit;
  while (true) {
    const Result<std::size_t> partitions = reader_->open(shortest_look_up);
    if (partitions && *partitions > parts_.most_partitions) {
      return Error{ErrorCode::invalid_config,
                   fmt::format("{} = '{}': the topic has {} partitions, and must have {}: Kafka "
                               "keeps order within a partition only",
                               parts_.setting, parts_.topic, *partitions, parts_.most_partitions)};
    }
    if (partitions) break;
    const Error& error = partitions.error();
    if (error.code() != ErrorCode::retriable || clock_.now() >= deadline || !pause(look_up_pause)) {
      return Error{ErrorCode::fatal, error.java_class(),
                   fmt::format("{} = '{}': {}", parts_.setting, parts_.topic, error.message())};
    }
  }
  const MutexLock lock(mutex_);
  open_reader_ = reader_.get();
  return {};
}

Result<kafka::TopicOffsets> KafkaTopicLog::first_ends() {
  const Clock::Time deadline = clock_.now() + first_look_up_limit;
  while (true) {
    look_up_time_ = std::clamp(look_up_time_ * 2, shortest_look_up, longest_look_up);
    Result<kafka::TopicOffsets> ends = reader_->end_offsets(look_up_time_);
    if (ends) {
      look_up_time_ = milliseconds(0);
      return ends;
    }
    const Error& error = ends.error();
    if (error.code() != ErrorCode::retriable || clock_.now() >= deadline || !pause(trouble_pause)) {
      return Error{ErrorCode::fatal, error.java_class(),
                   fmt::format("{} = '{}': {}", parts_.setting, parts_.topic, error.message())};
    }
    complain_of_ends(error);
  }
}

void KafkaTopicLog::complain_of_ends(const Error& error) {
  if (clock_.now() < next_complaint_) return;
  next_complaint_ = clock_.now() + complaint_pause;
  logger().warn("The end of topic '{}' ({}) is not known: {}; trying again", parts_.topic,
                parts_.setting, error.message());
}

void KafkaTopicLog::serve() {
  kafka::MessageBatch batch;
  while (!stopping()) {
    take_requests();
    send_queued();
    serve_producer();
    look_up_ends();
    answer_waits();
    read(batch);
    answer_waits();
  }
}

void KafkaTopicLog::take_requests() {
  const MutexLock lock(mutex_);
  if (!queued_.empty()) serving_time_ = milliseconds(1);
  std::move(queued_.begin(), queued_.end(), std::back_inserter(unsent_));
  queued_.clear();
  std::move(asked_.begin(), asked_.end(), std::back_inserter(waits_));
  asked_.clear();
}

void KafkaTopicLog::send_queued() {
  replace_broken_producer();
  while (!unsent_.empty()) {
    const Unsent& next = unsent_.front();
    const std::uintptr_t tag = last_tag_ + 1;
    const Result<kafka::SendStatus> sent = producer_->send({.topic = parts_.topic,
                                                            .partition = {},
                                                            .key = next.key,
                                                            .value = next.value,
                                                            .timestamp = {},
                                                            .headers = {},
                                                            .tag = reinterpret_cast<void*>(tag)});
    if (sent && *sent == kafka::SendStatus::queue_full) return;
    if (sent && *sent == kafka::SendStatus::no_topic) {
      if (!stuck_since_) stuck_since_ = clock_.now();
      if (clock_.now() < deadline_after(*stuck_since_, producer_->max_block())) return;
    }
    Unsent record = std::move(unsent_.front());
    unsent_.pop_front();
    stuck_since_.reset();
    if (!sent) {
      record.done(sent.error());
    } else if (*sent == kafka::SendStatus::accepted) {
      last_tag_ = tag;
      in_flight_.emplace(tag, std::move(record.done));
    } else {
      record.done(timed_out(fmt::format("topic '{}' ({}) was not there for {} ms", parts_.topic,
                                        parts_.setting, producer_->max_block().count())));
    }
  }
}

/// A refused login, for instance, may be a short trouble of the brokers; a worker lives for months.
void KafkaTopicLog::replace_broken_producer() {
  const std::optional<Error> broken = producer_->fatal_error();
  if (!broken || clock_.now() < next_producer_) return;
  next_producer_ = clock_.now() + new_producer_pause;
  logger().error("Writing to topic '{}' ({}) failed, a new producer takes over: {}", parts_.topic,
                 parts_.setting, broken->message());
  Result<std::unique_ptr<kafka::Producer>> next = clients_.producer(parts_.producer, *this);
  if (!next) {
    logger().error("There is no new producer: {}", next.error().message());
    return;
  }
  producer_->close(milliseconds(0));
  producer_ = *std::move(next);
}

void KafkaTopicLog::serve_producer() {
  if (in_flight_.empty() && unsent_.empty()) return;
  const std::size_t before = in_flight_.size();
  producer_->serve(serving_time_);
  // Short while things move: what is read meanwhile waits for it.
  serving_time_ =
      in_flight_.size() == before ? std::min(serving_time_ * 2, longest_serving) : milliseconds(1);
}

void KafkaTopicLog::delivered(void* tag, const RecordMetadata&, const Error* error) {
  const auto record = in_flight_.extract(reinterpret_cast<std::uintptr_t>(tag));
  if (record.empty()) return;
  if (error == nullptr) return record.mapped()({});
  // Java's TimeoutException may be tried again, librdkafka's is final: both are right, the record
  // has left the producer.
  const bool again = error->java_class() == "org.apache.kafka.common.errors.TimeoutException";
  record.mapped()(again ? Error{ErrorCode::retriable, error->java_class(), error->message()}
                        : *error);
}

void KafkaTopicLog::look_up_ends() {
  const bool wanted =
      std::any_of(waits_.begin(), waits_.end(), [](const Wait& wait) { return !wait.ends; });
  if (!wanted || clock_.now() < next_look_up_) return;
  look_up_time_ = std::clamp(look_up_time_ * 2, shortest_look_up, longest_look_up);
  const Result<kafka::TopicOffsets> ends = reader_->end_offsets(look_up_time_);
  if (ends) {
    look_up_time_ = milliseconds(0);
    for (Wait& wait : waits_) {
      if (!wait.ends) wait.ends = *ends;
    }
    return;
  }
  if (ends.error().code() != ErrorCode::retriable) return answer_all_waits(ends.error());
  next_look_up_ = clock_.now() + look_up_pause;
  complain_of_ends(ends.error());
}

void KafkaTopicLog::answer_waits() {
  if (waits_.empty()) return;
  const kafka::TopicOffsets positions = reader_->positions();
  const Clock::Time now = clock_.now();
  std::vector<Wait> open;
  for (Wait& wait : std::exchange(waits_, {})) {
    if (wait.ends && reached(positions, *wait.ends)) {
      wait.done({});
    } else if (now >= wait.deadline) {
      wait.done(timed_out(fmt::format("topic '{}' ({}) was not read to its end in time",
                                      parts_.topic, parts_.setting)));
    } else {
      open.push_back(std::move(wait));
    }
  }
  waits_ = std::move(open);
}

void KafkaTopicLog::answer_all_waits(const Error& error) {
  for (const Wait& wait : std::exchange(waits_, {})) wait.done(error);
}

milliseconds KafkaTopicLog::reading_time() const {
  if (!in_flight_.empty() || !unsent_.empty()) return milliseconds(0);
  Clock::Time until = clock_.now() + (waits_.empty() ? longest_reading : longest_reading_to_end);
  for (const Wait& wait : waits_) {
    until = std::min(until, wait.ends ? wait.deadline : next_look_up_);
  }
  const auto time = std::chrono::ceil<milliseconds>(until - clock_.now());
  return std::max(time, milliseconds(0));
}

void KafkaTopicLog::read(kafka::MessageBatch& batch) {
  const Result<void> polled = reader_->poll(reading_time(), batch);
  if (!polled) {
    logger().error("Topic '{}' ({}) cannot be read; trying again: {}", parts_.topic, parts_.setting,
                   polled.error().message());
    answer_all_waits(polled.error());
    pause(trouble_pause);
    return;
  }
  for (const kafka::Message& message : batch.messages()) {
    consume_({.key = message.key,
              .value = message.value,
              .partition = message.partition,
              .offset = message.offset});
  }
}

void KafkaTopicLog::end(const Error& why) {
  std::deque<Unsent> queued;
  {
    const MutexLock lock(mutex_);
    ended_ = why;
  }
  take_requests();
  if (producer_) {
    send_queued();
    producer_->close(last_sending);
  }
  for (auto& [tag, done] : std::exchange(in_flight_, {})) done(why);
  for (const Unsent& record : std::exchange(unsent_, {})) record.done(why);
  answer_all_waits(why);
}

}  // namespace millrace::storage
