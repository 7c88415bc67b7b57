#pragma once

#include "http/report_topics.h"
#include "http/sender.h"
#include "http/settings.h"
#include "millrace/sink.h"

#include <memory>
#include <string>

namespace millrace::http {

/// Where the ends of records are told: the dead letter queue, the topics of results and errors.
/// Threads: the task's.
class Reports final : public RecordSink {
 public:
  /// Errors: a topic's producer cannot be made.
  static Result<std::unique_ptr<Reports>> make(const Settings& settings, SinkTaskContext& context);

  Result<void> dropped(const SinkRecord& record, const std::string& reason,
                       const Outcome& outcome) override;
  Result<void> unsendable(const SinkRecord& record, const Error& error) override;
  void delivered(const SinkRecord& record, const Outcome& outcome) override;

  /// Errors (fatal): a report did not arrive.
  Result<void> check();
  /// Waits a moment for reports that are on their way. True: all have arrived, and offsets may be
  /// committed.
  bool flush();

 private:
  Reports(const Settings& settings, SinkTaskContext& context)
      : settings_(settings), context_(context) {}
  Result<void> to_dead_letters(ErrantRecordReporter& reporter, const SinkRecord& record,
                               Error error);

  const Settings& settings_;
  SinkTaskContext& context_;
  std::unique_ptr<ReportTopics> topics_;  // null: none is set
};

}  // namespace millrace::http
