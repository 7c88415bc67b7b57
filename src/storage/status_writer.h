#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "storage/topic_log.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>

namespace millrace::storage {

/// Writes to a log without waiting, and repeats what failed for a while until it is written, or
/// something newer has taken its place.
/// Threads: any, for every call. A thread of its own sleeps until something is to be repeated.
class StatusWriter {
 public:
  /// Whether a write that failed still has a meaning; asked with no lock held.
  using Wanted = std::function<bool()>;

  /// Log and clock outlive the writer.
  StatusWriter(TopicLog& log, Clock& clock);
  ~StatusWriter();

  void start();
  /// What waits to be repeated is given up. The log is to be stopped after this.
  void stop();

  /// Newer than every other write of the key.
  void write(std::string key, NullableString value, Wanted wanted);
  /// The key was removed from the topic: what failed to be written under it is not repeated.
  void removed(const std::string& key);
  /// Something other than a removal is on its way under this key.
  [[nodiscard]] bool is_writing(const std::string& key) const;
  /// False: not everything was written or given up in time.
  bool flush(std::chrono::milliseconds timeout);

 private:
  struct Job {
    std::string key;
    NullableString value;
    Wanted wanted;
    std::uint64_t number = 0;
    std::chrono::milliseconds pause{0};  // before the last repetition
  };
  struct Newest {
    std::uint64_t number = 0;
    bool removal = false;
  };

  void send(Job job);
  void answered(const Job& job, const Result<void>& result);
  /// True: it will be repeated, and finished later.
  bool repeat(const Job& job, const Error& error);
  void finish(const Job& job);
  [[nodiscard]] bool is_newest(const Job& job) const REQUIRES(mutex_);
  /// Waits for the next one that is due; none: the end. given_up: it is not to be sent.
  std::optional<Job> next(bool& given_up);
  void run();

  TopicLog& log_;
  Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;   // something to repeat, or the end
  CondVar finished_;  // unfinished_ is 0
  std::uint64_t last_ GUARDED_BY(mutex_) = 0;
  std::size_t unfinished_ GUARDED_BY(mutex_) = 0;
  std::map<std::string, Newest> newest_ GUARDED_BY(mutex_);  // of keys with unfinished writes
  std::multimap<Clock::Time, Job> repetitions_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // touched by start and stop alone
};

}  // namespace millrace::storage
