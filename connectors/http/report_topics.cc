#include "http/report_topics.h"

#include "millrace/value_text.h"

#include <librdkafka/rdkafka.h>

#include <sys/mman.h>
#include <unistd.h>
#include <array>
#include <string_view>
#include <utility>

namespace millrace::http {

namespace {

constexpr int moment_ms = 500;
/// On the way at the same time; more of them wait for their turn.
constexpr int most_on_their_way = 10'000;

rd_kafka_t* client_of(void* client) { return static_cast<rd_kafka_t*>(client); }

void on_report(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* problem) {
  auto& text = *static_cast<std::string*>(problem);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || !text.empty()) return;
  text = std::string("a report for topic '") + rd_kafka_topic_name(message->rkt) +
         "' did not arrive: " + rd_kafka_err2str(message->err);
}

/// Brokers that do not let us in never will: waiting for the reports' own time to run out would
/// only hide why.
void on_error(rd_kafka_t* /*client*/, int code, const char* reason, void* problem) {
  auto& text = *static_cast<std::string*>(problem);
  if (code != RD_KAFKA_RESP_ERR__AUTHENTICATION && code != RD_KAFKA_RESP_ERR__SSL) return;
  if (text.empty()) {
    text = std::string("reporter.bootstrap.servers: no report can be sent: ") +
           (reason != nullptr ? reason : "refused");
  }
}

/// What librdkafka takes as a file only, while it lives.
class FileOfMemory {
 public:
  explicit FileOfMemory(const std::string& content)
      : file_(content.empty() ? -1 : ::memfd_create("chain", MFD_CLOEXEC)) {
    std::string_view left = content;
    while (file_ >= 0 && !left.empty()) {
      const ssize_t written = ::write(file_, left.data(), left.size());
      if (written <= 0) break;  // librdkafka will say what is wrong with the rest
      left.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~FileOfMemory() {
    if (file_ >= 0) ::close(file_);
  }
  FileOfMemory(const FileOfMemory&) = delete;
  FileOfMemory& operator=(const FileOfMemory&) = delete;
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  const int file_;
};

Result<void> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> words{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), words.data(), words.size()) ==
      RD_KAFKA_CONF_OK) {
    return {};
  }
  // The library's own words hold the value, which may be a secret.
  return Error{ErrorCode::invalid_config, "Invalid value for configuration reporter.producer." +
                                              name + ": the Kafka client does not take it"};
}

}  // namespace

Result<std::unique_ptr<ReportTopics>> ReportTopics::make(const ReportSettings& settings) {
  std::unique_ptr<ReportTopics> topics(new ReportTopics(settings));
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, nullptr);
  rd_kafka_conf_set_opaque(conf, &topics->problem_);
  rd_kafka_conf_set_dr_msg_cb(conf, on_report);
  rd_kafka_conf_set_error_cb(conf, on_error);
  Result<void> done = set(conf, "bootstrap.servers", settings.bootstrap_servers);
  if (done) done = set(conf, "enable.idempotence", "true");
  for (const auto& [name, value] : settings.client.settings) {
    if (done) done = set(conf, name, value);
  }
  const FileOfMemory chain(settings.client.chain);
  if (done && !settings.client.chain.empty()) {
    done = set(conf, "ssl.certificate.location", chain.path());
  }
  std::array<char, 512> words{};
  if (done) {
    topics->client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, words.data(), words.size());
    if (topics->client_ != nullptr) return topics;
    done = Error{ErrorCode::invalid_config,
                 std::string("reporter.bootstrap.servers: no Kafka client: ") + words.data()};
  }
  rd_kafka_conf_destroy(conf);
  return std::move(done.error());
}

ReportTopics::~ReportTopics() {
  if (client_ == nullptr) return;
  rd_kafka_flush(client_of(client_), moment_ms);
  rd_kafka_purge(client_of(client_), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_destroy(client_of(client_));
}

void ReportTopics::delivered(const SinkRecord& record, const Outcome& outcome) {
  if (!settings_.result_topic.empty()) {
    send(settings_.result_topic, record, outcome.body, outcome.status);
  }
}

void ReportTopics::given_up(const SinkRecord& record, const std::string& reason,
                            const Outcome& outcome) {
  if (settings_.error_topic.empty()) return;
  send(settings_.error_topic, record, settings_.error_as_response ? outcome.body : reason,
       outcome.status);
}

void ReportTopics::send(const std::string& topic, const SinkRecord& record, std::string_view value,
                        int status) {
  const std::string key = record.key.is_null() ? std::string() : to_text(record.key);
  rd_kafka_headers_t* headers = rd_kafka_headers_new(4);
  const auto add = [headers](const char* name, const std::string& text) {
    rd_kafka_header_add(headers, name, -1, text.data(), static_cast<ssize_t>(text.size()));
  };
  add("topic", record.topic.str());
  add("partition", std::to_string(record.partition.value_or(0)));
  add("offset", std::to_string(record.kafka_offset));
  add("status", std::to_string(status));
  // More on their way than that: the brokers are behind, and so must the requests be.
  for (int i = 0; i < 100 && rd_kafka_outq_len(client_of(client_)) > most_on_their_way; ++i) {
    rd_kafka_poll(client_of(client_), moment_ms / 100);
  }
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      client_of(client_), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_KEY(record.key.is_null() ? nullptr : key.data(), key.size()),
      RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_HEADERS(headers),
      RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  rd_kafka_headers_destroy(headers);
  if (problem_.empty()) {
    problem_ = "a report for topic '" + topic + "' cannot be sent: " + rd_kafka_err2str(error);
  }
}

Result<void> ReportTopics::check() {
  rd_kafka_poll(client_of(client_), 0);
  if (problem_.empty()) return {};
  return Error{ErrorCode::fatal, problem_};
}

bool ReportTopics::flush() {
  return rd_kafka_flush(client_of(client_), moment_ms) == RD_KAFKA_RESP_ERR_NO_ERROR &&
         problem_.empty();
}

}  // namespace millrace::http
