#include "storage/status_writer.h"

#include "base/log.h"
#include "base/thread.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds first_pause = 100ms;
constexpr std::chrono::milliseconds longest_pause = 1000ms;

const log::Logger& logger() {
  static const log::Logger& kept =
      log::logger("org.apache.kafka.connect.storage.KafkaStatusBackingStore");
  return kept;
}

}  // namespace

StatusWriter::StatusWriter(TopicLog& log, Clock& clock) : log_(log), clock_(clock) {}

StatusWriter::~StatusWriter() { stop(); }

void StatusWriter::start() {
  thread_ = start_thread("status-writes", [this] { run(); });
}

void StatusWriter::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void StatusWriter::write(std::string key, NullableString value, Wanted wanted) {
  Job job{std::move(key), std::move(value), std::move(wanted)};
  {
    const MutexLock lock(mutex_);
    job.number = ++last_;
    newest_[job.key] = {job.number, !job.value};
    ++unfinished_;
  }
  send(std::move(job));
}

void StatusWriter::removed(const std::string& key) {
  const MutexLock lock(mutex_);
  newest_.erase(key);
}

bool StatusWriter::is_writing(const std::string& key) const {
  const MutexLock lock(mutex_);
  const auto it = newest_.find(key);
  return it != newest_.end() && !it->second.removal;
}

bool StatusWriter::flush(std::chrono::milliseconds timeout) {
  const Clock::Time deadline = deadline_after(clock_.now(), timeout);
  const MutexLock lock(mutex_);
  while (unfinished_ > 0) {
    if (!clock_.wait_until(mutex_, finished_, deadline) && unfinished_ > 0) return false;
  }
  return true;
}

void StatusWriter::send(Job job) {
  // The job keeps its own for a repetition.
  std::string key = job.key;
  NullableString value = job.value;
  log_.send(std::move(key), std::move(value),
            [this, job = std::move(job)](const Result<void>& result) { answered(job, result); });
}

void StatusWriter::answered(const Job& job, const Result<void>& result) {
  if (result || !repeat(job, result.error())) finish(job);
}

bool StatusWriter::repeat(const Job& job, const Error& error) {
  if (error.code() != ErrorCode::retriable) {
    logger().error("'{}' could not be written: {}", job.key, error.message());
    return false;
  }
  if (!job.wanted()) return false;
  const MutexLock lock(mutex_);
  if (stopping_ || !is_newest(job)) return false;
  if (job.pause == 0ms) {
    logger().warn("'{}' could not be written and is tried again: {}", job.key, error.message());
  }
  Job again = job;
  again.pause = std::clamp(job.pause * 2, first_pause, longest_pause);
  repetitions_.emplace(clock_.now() + again.pause, std::move(again));
  changed_.notify_all();
  return true;
}

bool StatusWriter::is_newest(const Job& job) const {
  const auto it = newest_.find(job.key);
  return it != newest_.end() && it->second.number == job.number;
}

void StatusWriter::finish(const Job& job) {
  const MutexLock lock(mutex_);
  if (is_newest(job)) newest_.erase(job.key);
  if (--unfinished_ == 0) finished_.notify_all();
}

std::optional<StatusWriter::Job> StatusWriter::next(bool& given_up) {
  const MutexLock lock(mutex_);
  while (!stopping_ && (repetitions_.empty() || repetitions_.begin()->first > clock_.now())) {
    if (repetitions_.empty()) {
      changed_.wait(mutex_);
    } else {
      clock_.wait_until(mutex_, changed_, repetitions_.begin()->first);
    }
  }
  if (repetitions_.empty()) return std::nullopt;
  Job job = std::move(repetitions_.extract(repetitions_.begin()).mapped());
  given_up = stopping_ || !is_newest(job);
  return job;
}

void StatusWriter::run() {
  bool given_up = false;
  while (std::optional<Job> job = next(given_up)) {
    if (given_up || !job->wanted()) {
      finish(*job);
    } else {
      send(std::move(*job));
    }
  }
}

}  // namespace millrace::storage
