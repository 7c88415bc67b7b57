#include "http/record_log.h"

#include "millrace/plugin_log.h"
#include "millrace/value_text.h"

#include <algorithm>

namespace millrace::http {

namespace {

constexpr std::string_view task_log = "nz.ac.auckland.kafka.http.sink.HttpSinkTask";
constexpr std::string_view request_log = "nz.ac.auckland.kafka.http.sink.request.ApiRequest";
constexpr std::string_view response_log =
    "nz.ac.auckland.kafka.http.sink.handler.ApiResponseHandler";
constexpr std::string_view handler_log = "nz.ac.auckland.kafka.http.sink.handler.ExceptionHandler";

/// As much of a text as fits on a line that people read; line breaks would look like lines of the
/// log.
std::string one_line(std::string_view text) {
  constexpr std::size_t longest = 16'384;
  std::string line(text.substr(0, longest));
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  if (text.size() > longest) line += "… (" + std::to_string(text.size()) + " bytes)";
  return line;
}

std::string place_of(const SinkRecord& record) {
  return "kafka_topic=" + record.topic.str() +
         "|kafka_partition=" + std::to_string(record.partition.value_or(0)) +
         "|kafka_offset=" + std::to_string(record.kafka_offset);
}

std::string brackets_of(const std::vector<Milliseconds>& list) {
  std::string text;
  for (const Milliseconds one : list) {
    text += (text.empty() ? "" : ",") + std::to_string(one.count() / 1000);
  }
  return text;
}

/// Query strings carry keys at times: they are left out.
std::string shown(const Target& target) {
  const std::string url = target.url();
  const std::size_t query = url.find('?');
  return query == std::string::npos ? url : url.substr(0, query) + "?…";
}

}  // namespace

std::string describe(const SinkRecord& record, bool with_value) {
  std::string text = "topic=" + record.topic.str() +
                     " key=" + (record.key.is_null() ? "" : one_line(to_text(record.key))) +
                     " partition=" + std::to_string(record.partition.value_or(0)) +
                     " offset=" + std::to_string(record.kafka_offset);
  if (with_value) text += " value=" + one_line(to_text(record.value));
  return text;
}

std::string RecordLog::context(const SinkRecord& record, std::string_view trace_id) const {
  return " [X-B3-TraceId=" + std::string(trace_id) + " X-B3-SpanId=" + std::string(trace_id) +
         " X-B3-Info=connection=" + settings_.connector + "|" + place_of(record) + "]";
}

void RecordLog::task_started() const {
  const BackOffPlan& plan = settings_.back_off;
  log_info(task_log,
           "Starting the HTTP sink task [X-B3-TraceId=- X-B3-SpanId=- X-B3-Info=connection=" +
               settings_.connector + "]");
  if (plan.exponential) {
    log_info(handler_log, "Replies: " + std::string(to_string(plan.strategy)) + ", " +
                              std::to_string(plan.exponential->retries) + " retries, from " +
                              std::to_string(plan.exponential->first.count()) + " ms on");
    return;
  }
  const bool backs_off =
      plan.strategy == Strategy::back_off_drop || plan.strategy == Strategy::back_off_stop;
  log_info(handler_log,
           "Replies: " + std::string(to_string(plan.strategy)) +
               (backs_off ? ", seconds between attempts: " + brackets_of(plan.response) : ""));
  log_info(handler_log, "Requests: " + std::string(to_string(Strategy::back_off_stop)) +
                            ", seconds between attempts: " + brackets_of(plan.request) +
                            "; after a status like 503: " + brackets_of(plan.status));
}

void RecordLog::task_stopped() const {
  log_info(task_log,
           "Stopping the HTTP sink task [X-B3-TraceId=- X-B3-SpanId=- X-B3-Info=connection=" +
               settings_.connector + "]");
}

void RecordLog::delayed(const SinkRecord& record, std::int64_t timestamp, Milliseconds wait) const {
  log_info(task_log, "request.delay.sec=" + std::to_string(settings_.delay_seconds) +
                         ", timestamp " + std::to_string(timestamp) + ": waiting " +
                         std::to_string(wait.count()) + " ms with " + describe(record, false));
}

void RecordLog::sends(const Request& request) const {
  if (!log_debug_enabled(request_log)) return;
  std::string names;
  for (const HeaderLines::Line& line : request.headers.lines()) {
    names += (names.empty() ? "" : ", ") + std::string(request.headers.name(line));
  }
  log_debug(request_log,
            request.method + " " + shown(*request.target) + " with the headers " + names);
}

void RecordLog::answered(const SinkRecord& record, std::size_t records, const Request& request,
                         const Outcome& outcome, const Judgement& judgement) const {
  const bool good = judgement.verdict == Verdict::delivered;
  std::string id;
  for (const HeaderLines::Line& line : request.headers.lines()) {
    if (same_name(request.headers.name(line), "X-B3-TraceId")) id = request.headers.value(line);
  }
  std::string text;
  text.reserve(300 + request.body.size() + outcome.body.size());
  text += good ? "Api SUCCESS" : "Api ERROR";
  text += ": " + request.method + " " + shown(*request.target);
  if (outcome.kind == Outcome::Kind::replied) {
    text += " status=" + std::to_string(outcome.status);
    text += " retry=" + std::string(to_string(judgement.flag));
  }
  if (!good) text += " problem=" + one_line(judgement.reason);
  if (records > 1) text += " records=" + std::to_string(records);
  if (settings_.log_payload) {
    text += " payload=" + (settings_.request.gzip ? std::string("(gzip)") : one_line(request.body));
    text += " reply=" + one_line(outcome.body);
  }
  text += context(record, id);
  log_info(response_log, text);
  if (good || outcome.kind != Outcome::Kind::replied) return;
  if (judgement.flag == RetryFlag::unknown && !settings_.judge.by_status) {
    log_warn(response_log,
             "the reply has no member 'retry' that says what to do" + context(record, id));
  }
}

void RecordLog::waits(const SinkRecord& record, const NextStep& step, const BackOffPlan& plan,
                      Verdict verdict) const {
  const auto& list = verdict == Verdict::response_error ? plan.response
                     : verdict == Verdict::status_error ? plan.status
                                                        : plan.request;
  log_info(handler_log, "Back-off " + std::to_string(step.attempt) + " of " +
                            std::to_string(step.brackets) + ": waiting " +
                            std::to_string(step.wait.count()) + " ms" +
                            (plan.exponential ? "" : " (brackets " + brackets_of(list) + ")") +
                            " with " + describe(record, false));
}

void RecordLog::given_up(const SinkRecord& record, const std::string& reason, bool silently) const {
  const std::string text =
      "Giving up: " + one_line(reason) + "; " + describe(record, settings_.log_payload);
  silently ? log_debug(handler_log, text) : log_error(handler_log, text);
}

void RecordLog::left_out(const SinkRecord& record) const {
  log_warn(task_log, "Left out, it has no value: " + describe(record, false));
}

void RecordLog::batch_done(Milliseconds time, std::size_t records) const {
  log_info(task_log, "Metrics=Latency metricSystem=kafka-connector-" + settings_.connector +
                         " metricMeasure=batch-processing-time metricValue=" +
                         std::to_string(time.count()) + " batchSize=" + std::to_string(records));
}

void RecordLog::record_done(const SinkRecord& record, Milliseconds time) const {
  if (!log_debug_enabled(task_log)) return;
  log_debug(task_log, "Metrics=Latency metricSystem=kafka-connector-" + settings_.connector +
                          " metricMeasure=single-record-processing-time metricValue=" +
                          std::to_string(time.count()) +
                          " kafkaDetails=topic=" + record.topic.str() +
                          "|partition=" + std::to_string(record.partition.value_or(0)) +
                          "|offset=" + std::to_string(record.kafka_offset));
}

}  // namespace millrace::http
