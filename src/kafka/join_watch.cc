#include "kafka/join_watch.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>

namespace millrace::kafka {

namespace {

constexpr int metadata = 3;
constexpr int find_coordinator = 10;
constexpr int join_group = 11;
constexpr int api_versions = 18;

/// From one step of a join to the next, with time for threads on a busy machine.
constexpr std::chrono::milliseconds step(200);

constexpr const char* name = "millrace-joins";

rd_kafka_resp_err_t on_sent(rd_kafka_t*, int, const char*, std::int32_t, std::int16_t kind,
                            std::int16_t, std::int32_t, std::size_t, void* watch) {
  static_cast<JoinWatch*>(watch)->sent(kind);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_answered(rd_kafka_t*, int, const char*, std::int32_t, std::int16_t kind,
                                std::int16_t, std::int32_t, std::size_t, std::int64_t,
                                rd_kafka_resp_err_t, void* watch) {
  static_cast<JoinWatch*>(watch)->answered(kind);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* watch, char*,
                           std::size_t) {
  rd_kafka_interceptor_add_on_request_sent(client, name, &on_sent, watch);
  return rd_kafka_interceptor_add_on_response_received(client, name, &on_answered, watch);
}

}  // namespace

void JoinWatch::attach(rd_kafka_conf_s* conf) {
  rd_kafka_conf_interceptor_add_on_new(conf, name, &on_new, this);
}

void JoinWatch::sent(int kind) {
  if (kind == join_group) heard(kind, true);
}

void JoinWatch::answered(int kind) { heard(kind, false); }

void JoinWatch::heard(int kind, bool asked) {
  const bool of_a_join = kind == join_group;
  if (!of_a_join && kind != find_coordinator && kind != metadata && kind != api_versions) return;
  const MutexLock lock(mutex_);
  if (of_a_join) waiting_ = asked;
  last_ = clock_.now();
  changed_.notify_all();
}

void JoinWatch::settle(const std::function<bool()>& has_id, Clock::Time deadline) {
  while (!has_id()) {
    const MutexLock lock(mutex_);
    const Clock::Time until = waiting_ ? deadline : std::min(deadline, last_ + step);
    if (clock_.now() >= until) return;
    clock_.wait_until(mutex_, changed_, until);
  }
}

}  // namespace millrace::kafka
