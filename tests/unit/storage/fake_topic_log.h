#pragma once

#include "base/clock.h"
#include "storage/topic_log.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::storage {

/// A topic in memory, with one partition, that several FakeTopicLogs share. Threads: any.
class FakeTopic {
 public:
  struct Record {
    std::optional<std::string> key;
    NullableString value;
    std::int64_t offset = 0;

    [[nodiscard]] LogRecord view() const { return {key, value, 0, offset}; }
    bool operator==(const Record&) const = default;
  };

  void append(std::optional<std::string> key, NullableString value) {
    const std::lock_guard lock(mutex_);
    records_.push_back({std::move(key), std::move(value), next_++});
  }
  /// An offset without a record: compaction took it, or it marks a transaction's end.
  void skip(std::int64_t offsets = 1) {
    const std::lock_guard lock(mutex_);
    next_ += offsets;
  }
  [[nodiscard]] std::vector<Record> records(std::int64_t from = 0) const {
    const std::lock_guard lock(mutex_);
    std::vector<Record> found;
    for (const Record& record : records_) {
      if (record.offset >= from) found.push_back(record);
    }
    return found;
  }
  /// "key value" a record, in order; a tombstone has no value.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const Record& record : records()) {
      lines.push_back(record.key.value_or("") + (record.value ? " " + *record.value : ""));
    }
    return lines;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Record> records_;
  std::int64_t next_ = 0;
};

/// Reads a FakeTopic when it is asked to (read_to_end, deliver), on the thread that asks, and
/// writes to it at once. Can be told to fail, or to leave everybody waiting.
/// Threads: any; what is consumed is consumed one at a time.
class FakeTopicLog final : public TopicLog {
 public:
  /// clock: what waiting in vain costs.
  explicit FakeTopicLog(std::shared_ptr<FakeTopic> topic, ManualClock* clock = nullptr)
      : topic_(std::move(topic)), clock_(clock) {}

  Result<void> start(Consume record) override {
    consume_ = std::move(record);
    if (start_error) return *start_error;
    deliver();
    return {};
  }
  void send(std::string key, NullableString value, Done done) override {
    if (on_send) on_send(key);
    Result<void> answer;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) {
        answer = Error{ErrorCode::fatal, "the log is stopped"};
      } else if (!send_errors_.empty()) {
        answer = send_errors_.front();
        send_errors_.erase(send_errors_.begin());
      } else {
        topic_->append(std::move(key), std::move(value));
        if (hold_answers) return held_.push_back(std::move(done));
      }
    }
    done(answer);
  }
  void read_to_end(Done done) override { done(read_to_end(std::chrono::milliseconds(0))); }
  Result<void> read_to_end(std::chrono::milliseconds timeout) override {
    ++reads;
    if (read_error) return *read_error;
    if (unreadable) {
      if (clock_ != nullptr) clock_->advance(timeout);
      return Error{ErrorCode::retriable, "the end was not reached in time"};
    }
    deliver();
    return {};
  }
  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    answer_held(Error{ErrorCode::fatal, "the log is stopped"});
  }

  /// Answers the sends that were left waiting.
  void answer_held(const Result<void>& answer) {
    std::vector<Done> held;
    {
      const std::lock_guard lock(mutex_);
      held.swap(held_);
    }
    for (const Done& done : held) done(answer);
  }
  /// Consumes what is new in the topic.
  void deliver() {
    const std::lock_guard lock(consuming_);
    for (const FakeTopic::Record& record : topic_->records(position_)) {
      position_ = record.offset + 1;
      consume_(record.view());
    }
  }
  /// The next sends fail with these, in order, and write nothing.
  void fail_sends(std::vector<Error> errors) {
    const std::lock_guard lock(mutex_);
    send_errors_ = std::move(errors);
  }

  std::optional<Error> start_error;
  std::optional<Error> read_error;
  bool unreadable = false;    // reads end with their time
  bool hold_answers = false;  // sends are written, and not acknowledged before answer_held
  std::function<void(const std::string& key)> on_send;
  int reads = 0;

 private:
  const std::shared_ptr<FakeTopic> topic_;
  ManualClock* const clock_;
  Consume consume_;
  std::mutex consuming_;
  std::int64_t position_ = 0;
  std::mutex mutex_;  // guards what follows
  std::vector<Error> send_errors_;
  std::vector<Done> held_;
  bool stopped_ = false;
};

}  // namespace millrace::storage
