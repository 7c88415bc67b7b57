// What RdAdmin does with the settings of topics.
#include "kafka/rd_admin.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace millrace::kafka {

namespace {

template <auto destroy>
struct Destroy {
  void operator()(auto* object) const { destroy(object); }
};
template <class T, auto destroy>
using Owned = std::unique_ptr<T, Destroy<destroy>>;

/// The one resource that was asked about, or its error.
Result<std::optional<std::string>> read_setting(const rd_kafka_event_t& event, std::string_view key,
                                                std::string_view what) {
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(const_cast<rd_kafka_event_t*>(&event)), &count);
  if (count != 1) return error_from(RD_KAFKA_RESP_ERR__BAD_MSG, what, "no topic in the answer");
  if (const rd_kafka_resp_err_t err = rd_kafka_ConfigResource_error(resources[0]);
      err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* detail = rd_kafka_ConfigResource_error_string(resources[0]);
    return error_from(err, what, detail == nullptr ? "" : detail);
  }
  std::size_t entries = 0;
  const rd_kafka_ConfigEntry_t** settings = rd_kafka_ConfigResource_configs(resources[0], &entries);
  for (std::size_t i = 0; i < entries; ++i) {
    if (key != rd_kafka_ConfigEntry_name(settings[i])) continue;
    const char* value = rd_kafka_ConfigEntry_value(settings[i]);
    return value == nullptr ? std::optional<std::string>() : std::optional<std::string>(value);
  }
  return std::optional<std::string>();
}

}  // namespace

Result<std::optional<std::string>> RdAdmin::topic_setting(const std::string& topic,
                                                          const std::string& key) {
  const std::string what = fmt::format("cannot read setting '{}' of topic '{}'", key, topic);
  if (embedded_) {
    return error_from(RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, what,
                      "the embedded broker knows no settings");
  }
  const int timeout = static_cast<int>(
      std::clamp<std::int64_t>(settings_.default_api_timeout.count(), 1, 3'600'000));
  const Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy> options(
      rd_kafka_AdminOptions_new(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  std::array<char, 256> problem{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout, problem.data(), problem.size());
  const Owned<rd_kafka_queue_t, rd_kafka_queue_destroy> queue(rd_kafka_queue_new(client_.get()));
  const Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  rd_kafka_DescribeConfigs(client_.get(), resources, 1, options.get(), queue.get());
  const Owned<rd_kafka_event_t, rd_kafka_event_destroy> event(
      rd_kafka_queue_poll(queue.get(), timeout + 1000));
  rd_kafka_poll(client_.get(), 0);
  if (!event) return error_from(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  if (const rd_kafka_resp_err_t err = rd_kafka_event_error(event.get());
      err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error_from(err, what, rd_kafka_event_error_string(event.get()));
  }
  return read_setting(*event, key, what);
}

}  // namespace millrace::kafka
