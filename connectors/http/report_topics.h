#pragma once

#include "http/outcome.h"
#include "http/settings.h"
#include "millrace/record.h"

#include <memory>
#include <string>

namespace millrace::http {

/// Writes what came of records into topics of their own, by a Kafka client of its own.
/// A report has the record's key as key; what came of it as value; and headers that say which
/// record it was, and the reply's status: topic, partition, offset, status.
/// Threads: the task's.
class ReportTopics {
 public:
  /// Errors (invalid_config): a setting of reporter.producer.* that the client does not take.
  static Result<std::unique_ptr<ReportTopics>> make(const ReportSettings& settings);
  ~ReportTopics();
  ReportTopics(const ReportTopics&) = delete;
  ReportTopics& operator=(const ReportTopics&) = delete;

  void delivered(const SinkRecord& record, const Outcome& outcome);
  void given_up(const SinkRecord& record, const std::string& reason, const Outcome& outcome);

  /// Errors (fatal): a report did not arrive.
  Result<void> check();
  /// Waits a moment for those that are on their way. True: all have arrived.
  bool flush();

 private:
  explicit ReportTopics(const ReportSettings& settings) : settings_(settings) {}
  void send(const std::string& topic, const SinkRecord& record, std::string_view value, int status);

  const ReportSettings& settings_;
  void* client_ = nullptr;  // rd_kafka_t
  std::string problem_;     // why the first report did not arrive, or none can
};

}  // namespace millrace::http
