#include "kafka/fetch_wake.h"

#include <librdkafka/rdkafka.h>

#include <string>

namespace millrace::kafka {

namespace {

constexpr int first_with_setting = 0x02020000;

std::int64_t number(const NativeSettings& settings, std::string_view name, std::int64_t fallback) {
  const std::string* value = settings.find(name);
  return value == nullptr ? fallback : std::stoll(*value);
}

}  // namespace

FetchWake::FetchWake(const NativeSettings& settings)
    : needed_(rd_kafka_version() < first_with_setting),
      most_messages_(number(settings, "queued.min.messages", 100'000)),
      most_bytes_(number(settings, "queued.max.messages.kbytes", 65'536) * 1000) {}

bool FetchWake::handed_out(std::int64_t messages, std::int64_t bytes, std::int64_t waiting) {
  messages_ += messages;
  bytes_ += bytes;
  // A queue that was full and is half empty has given out at least half of what fills it.
  const bool enough_messages = 2 * messages_ >= most_messages_;
  const bool enough_bytes = 2 * bytes_ >= most_bytes_;
  if (messages_ == 0 || (!enough_messages && !enough_bytes)) return false;
  const std::int64_t waiting_bytes = waiting * (bytes_ / messages_);
  if (2 * waiting >= most_messages_ || 2 * waiting_bytes >= most_bytes_) return false;
  messages_ = 0;
  bytes_ = 0;
  return true;
}

void FetchWake::wake(rd_kafka_s& client, rd_kafka_topic_partition_list_s& partitions) {
  if (partitions.cnt == 0) return;
  for (int i = 0; i < partitions.cnt; ++i) partitions.elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
  static_cast<void>(rd_kafka_offsets_for_times(&client, &partitions, 0));
}

void set_fetch_pause(NativeSettings& settings) {
  if (rd_kafka_version() >= first_with_setting) settings.set("fetch.queue.backoff.ms", "10");
}

}  // namespace millrace::kafka
