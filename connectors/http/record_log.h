#pragma once

#include "http/back_off.h"
#include "http/judge.h"
#include "http/outcome.h"
#include "http/request.h"
#include "http/settings.h"
#include "millrace/record.h"

#include <cstddef>
#include <string>

namespace millrace::http {

/// What the task says about its records. Header values are never shown, bodies and replies unless
/// log.payload=false.
/// Threads: the task's.
class RecordLog {
 public:
  explicit RecordLog(const Settings& settings) : settings_(settings) {}

  void task_started() const;
  void task_stopped() const;
  void delayed(const SinkRecord& record, std::int64_t timestamp, Milliseconds wait) const;
  /// DEBUG: what a request has as headers, by name.
  void sends(const Request& request) const;
  void answered(const SinkRecord& record, std::size_t records, const Request& request,
                const Outcome& outcome, const Judgement& judgement) const;
  void waits(const SinkRecord& record, const NextStep& step, const BackOffPlan& plan,
             Verdict verdict) const;
  /// ERROR, or DEBUG when nobody is to be told.
  void given_up(const SinkRecord& record, const std::string& reason, bool silently) const;
  void left_out(const SinkRecord& record) const;
  void batch_done(Milliseconds time, std::size_t records) const;
  void record_done(const SinkRecord& record, Milliseconds time) const;

 private:
  [[nodiscard]] std::string context(const SinkRecord& record, std::string_view trace_id) const;

  const Settings& settings_;
};

/// Topic, key, partition, offset and value of a record, for messages.
std::string describe(const SinkRecord& record, bool with_value);

}  // namespace millrace::http
