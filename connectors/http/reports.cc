#include "http/reports.h"

#include "millrace/plugin_log.h"

#include <utility>

namespace millrace::http {

namespace {

constexpr std::string_view logger = "nz.ac.auckland.kafka.http.sink.HttpSinkTask";

}  // namespace

Result<std::unique_ptr<Reports>> Reports::make(const Settings& settings, SinkTaskContext& context) {
  if (settings.dlq_on_drop && context.errant_record_reporter() == nullptr) {
    log_warn(
        logger,
        "dlq.on.drop has no effect: errors.deadletterqueue.topic.name and errors.tolerance=all "
        "are not set");
  }
  std::unique_ptr<Reports> reports(new Reports(settings, context));
  if (!settings.report.result_topic.empty() || !settings.report.error_topic.empty()) {
    Result<std::unique_ptr<ReportTopics>> topics = ReportTopics::make(settings.report);
    if (!topics) return std::move(topics.error());
    reports->topics_ = *std::move(topics);
  }
  return reports;
}

Result<void> Reports::to_dead_letters(ErrantRecordReporter& reporter, const SinkRecord& record,
                                      Error error) {
  // What comes of it is the worker's to wait for: it commits nothing before.
  auto reported = reporter.report(record, std::move(error));
  if (!reported) return std::move(reported.error());
  return {};
}

Result<void> Reports::dropped(const SinkRecord& record, const std::string& reason,
                              const Outcome& outcome) {
  if (topics_) topics_->given_up(record, reason, outcome);
  ErrantRecordReporter* reporter = context_.errant_record_reporter();
  if (!settings_.dlq_on_drop || reporter == nullptr) return {};
  return to_dead_letters(*reporter, record,
                         Error{ErrorCode::fatal, reason}.at(describe(record, false)));
}

Result<void> Reports::unsendable(const SinkRecord& record, const Error& error) {
  Error whole = Error{ErrorCode::fatal, "a record cannot be sent: " + error.message()}.at(
      describe(record, false));
  if (topics_) topics_->given_up(record, error.message(), {});
  ErrantRecordReporter* reporter = context_.errant_record_reporter();
  if (reporter == nullptr) return whole;
  return to_dead_letters(*reporter, record, std::move(whole));
}

void Reports::delivered(const SinkRecord& record, const Outcome& outcome) {
  if (topics_) topics_->delivered(record, outcome);
}

Result<void> Reports::check() { return topics_ ? topics_->check() : Result<void>(); }

bool Reports::flush() { return !topics_ || topics_->flush(); }

}  // namespace millrace::http
