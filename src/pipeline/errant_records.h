#pragma once

#include "base/mutex.h"
#include "kafka/message.h"
#include "millrace/sink.h"
#include "pipeline/dead_letter_queue.h"
#include "pipeline/error_policy.h"
#include "pipeline/error_settings.h"
#include "pipeline/stages.h"

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace millrace::pipeline {

/// Takes the records that a sink task could not deliver: to the log and to the dead letter queue.
/// What put has just been given goes there in the bytes that were consumed, whatever the task has
/// made of it; later, or if it is another record, it is converted anew.
/// Threads: report from any, the rest from the task's.
/// Source:  WorkerErrantRecordReporter.
class ErrantRecords final : public ErrantRecordReporter {
 public:
  using MakeConverters = std::function<Result<Converters>()>;

  /// queue: may be null; outlives this, as the policy does.
  ErrantRecords(std::string task_id, bool with_context, ErrorPolicy& policy, DeadLetterQueue* queue,
                MakeConverters make_converters);
  /// Only once the queue is closed.
  ~ErrantRecords() override;

  Result<std::future<Result<void>>> report(const SinkRecord& record, Error error) override;

  /// The messages of the records that put is given; none: it has returned.
  void delivering(std::span<const kafka::Message> messages);
  /// Why the task has to fail although put did not say so: a record that is not tolerated.
  std::optional<Error> take_failure();

 private:
  /// The consumed message that the record was made from, while it is there.
  [[nodiscard]] const kafka::Message* find(const SinkRecord& record) REQUIRES(mutex_);
  Result<void> convert(const SinkRecord& record, DeadLetter& letter);

  const std::string task_id_;
  const bool with_context_;
  ErrorPolicy& policy_;
  DeadLetterQueue* const queue_;
  const MakeConverters make_converters_;
  std::optional<Converters> converters_;  // touched by the queue's thread only

  Mutex mutex_;
  std::span<const kafka::Message> messages_ GUARDED_BY(mutex_);
  std::size_t next_ GUARDED_BY(mutex_) = 0;  // reports mostly come in order
  std::optional<Error> failure_ GUARDED_BY(mutex_);
};

}  // namespace millrace::pipeline
