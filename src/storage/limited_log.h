#pragma once

#include "base/clock.h"
#include "millrace/result.h"
#include "storage/topic_log.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace millrace::storage {

/// Several steps on a log that have one time limit together.
/// Threads: one. Errors: retriable: the time is over; or the log's own.
class LimitedLog {
 public:
  using Record = std::pair<std::string, NullableString>;

  /// The limit begins now. Log and clock outlive this.
  LimitedLog(TopicLog& log, Clock& clock, std::chrono::milliseconds limit);

  /// Until all are acknowledged; at the first that fails it waits no longer.
  Result<void> send(std::vector<Record> records);
  /// Until all that is in the topic has been consumed.
  Result<void> read_to_end();
  [[nodiscard]] Clock::Time deadline() const { return deadline_; }
  [[nodiscard]] Error too_late(const std::string& what) const;

 private:
  TopicLog& log_;
  Clock& clock_;
  const std::chrono::milliseconds limit_;
  const Clock::Time deadline_;
};

}  // namespace millrace::storage
