#include "kafka/rd_admin.h"

#include "kafka/embedded.h"
#include "kafka/rd_log.h"
#include "kafka/rd_metadata.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <map>

namespace millrace::kafka {

using std::chrono::milliseconds;

namespace {

struct NewTopicDeleter {
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
};
using NativeTopic = std::unique_ptr<rd_kafka_NewTopic_t, NewTopicDeleter>;
struct QueueDeleter {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct EventDeleter {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
struct OptionsDeleter {
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
};

std::string what_failed(const NewTopic& topic) {
  return fmt::format("cannot create topic '{}'", topic.name);
}

Result<NativeTopic> to_native(const NewTopic& topic) {
  std::array<char, 256> problem{};
  NativeTopic native(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                           topic.replication_factor, problem.data(),
                                           problem.size()));
  if (!native) {
    return Error{ErrorCode::fatal, java_class_of_code(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION),
                 fmt::format("{}: {}", what_failed(topic), problem.data())};
  }
  for (const auto& [key, value] : topic.configs) {
    if (value) rd_kafka_NewTopic_set_config(native.get(), key.c_str(), value->c_str());
  }
  return native;
}

/// The answer to the request as a whole: each topic has its own error.
void read_answer(rd_kafka_event_t& event, std::map<std::string, Result<void>>& results) {
  const rd_kafka_CreateTopics_result_t* answer = rd_kafka_event_CreateTopics_result(&event);
  if (answer == nullptr) return;
  std::size_t count = 0;
  const rd_kafka_topic_result_t** topics = rd_kafka_CreateTopics_result_topics(answer, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_topic_result_name(topics[i]);
    const rd_kafka_resp_err_t err = rd_kafka_topic_result_error(topics[i]);
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      results[name] = {};
    } else {
      const char* detail = rd_kafka_topic_result_error_string(topics[i]);
      results[name] = error_from(err, fmt::format("cannot create topic '{}'", name),
                                 detail == nullptr ? "" : detail);
    }
  }
}

}  // namespace

Result<std::unique_ptr<Admin>> RdAdmin::make(NativeSettings settings,
                                             std::shared_ptr<Embedded> embedded,
                                             std::function<Result<NativeSettings>()> again) {
  std::unique_ptr<RdAdmin> self(
      new RdAdmin(std::move(settings), std::move(embedded), std::move(again)));
  Result<Handle> client = make_handle(
      ClientKind::admin, self->settings_, self.get(),
      [](rd_kafka_conf_t* conf) { rd_kafka_conf_set_error_cb(conf, &RdAdmin::on_error); });
  if (!client) return client.error();
  self->client_ = *client;
  return std::unique_ptr<Admin>(std::move(self));
}

void RdAdmin::on_error(rd_kafka_s* client, int code, const char* reason, void* opaque) {
  auto& self = *static_cast<RdAdmin*>(opaque);
  if (!log_client_error(client, code, reason)) return;
  const MutexLock lock(self.mutex_);
  self.refused_ =
      error_from(code, fmt::format("Kafka at {} refuses this client", self.settings_.bootstrap),
                 reason == nullptr ? "" : reason);
}

Result<std::string> RdAdmin::cluster_id() {
  const auto deadline = std::chrono::steady_clock::now() + settings_.default_api_timeout;
  while (true) {
    const auto asked = std::chrono::steady_clock::now();
    char* id = rd_kafka_clusterid(client_.get(), 200);
    if (id != nullptr) {
      std::string result(id);
      rd_kafka_mem_free(client_.get(), id);
      return result;
    }
    // Error callbacks tell why there is no answer. No waiting at all: the broker has told, and has
    // no id.
    const bool at_once = std::chrono::steady_clock::now() - asked < milliseconds(100);
    rd_kafka_poll(client_.get(), at_once ? 200 : 0);
    const MutexLock lock(mutex_);
    if (refused_) return *refused_;
    if (std::chrono::steady_clock::now() < deadline) continue;
    return Error{ErrorCode::retriable, java_class_of_code(RD_KAFKA_RESP_ERR__TIMED_OUT),
                 fmt::format("no answer from Kafka at {} within {} ms", settings_.bootstrap,
                             settings_.default_api_timeout.count())};
  }
}

Result<std::map<std::string, TopicDescription>> RdAdmin::describe(
    const std::vector<std::string>& topics) {
  auto result = describe_topics(*client_, topics, settings_.default_api_timeout);
  rd_kafka_poll(client_.get(), 0);
  return result;
}

std::vector<Result<void>> RdAdmin::create(const std::vector<NewTopic>& topics) {
  std::map<std::string, Result<void>> results;
  std::vector<NativeTopic> native;
  std::vector<rd_kafka_NewTopic_t*> asked;
  for (const NewTopic& topic : topics) {
    if (embedded_) {
      results[topic.name] = embedded_->create_topic(topic.name, std::max(topic.partitions, 1));
      continue;
    }
    Result<NativeTopic> one = to_native(topic);
    if (!one) {
      results[topic.name] = one.error();
      continue;
    }
    asked.push_back(one->get());
    native.push_back(std::move(*one));
  }
  Result<void> whole = Error{ErrorCode::retriable, java_class_of_code(RD_KAFKA_RESP_ERR__TIMED_OUT),
                             "Kafka did not answer the request to create topics in time"};
  if (!asked.empty()) {
    const int timeout = static_cast<int>(
        std::clamp<std::int64_t>(settings_.default_api_timeout.count(), 1, 3'600'000));
    const std::unique_ptr<rd_kafka_AdminOptions_t, OptionsDeleter> options(
        rd_kafka_AdminOptions_new(client_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
    std::array<char, 256> problem{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout, problem.data(),
                                              problem.size());
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), timeout, problem.data(),
                                                problem.size());
    const std::unique_ptr<rd_kafka_queue_t, QueueDeleter> queue(rd_kafka_queue_new(client_.get()));
    rd_kafka_CreateTopics(client_.get(), asked.data(), asked.size(), options.get(), queue.get());
    const std::unique_ptr<rd_kafka_event_t, EventDeleter> event(
        rd_kafka_queue_poll(queue.get(), timeout + 1000));
    if (event) {
      if (const rd_kafka_resp_err_t err = rd_kafka_event_error(event.get());
          err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        whole = error_from(err, "cannot create topics", rd_kafka_event_error_string(event.get()));
      }
      read_answer(*event, results);
    }
    rd_kafka_poll(client_.get(), 0);
  }
  std::vector<Result<void>> ordered;
  for (const NewTopic& topic : topics) {
    const auto found = results.find(topic.name);
    ordered.push_back(found != results.end() ? found->second : whole);
  }
  return ordered;
}

}  // namespace millrace::kafka
