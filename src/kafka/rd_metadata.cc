#include "kafka/rd_metadata.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <memory>
#include <set>
#include <thread>

namespace millrace::kafka {

using std::chrono::milliseconds;

namespace {

struct MetadataDeleter {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDeleter>;

/// Of the whole cluster: asking for a topic by name may create it.
Result<Metadata> cluster_metadata(rd_kafka_s& client, milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    const rd_kafka_metadata_t* metadata = nullptr;
    const rd_kafka_resp_err_t err =
        rd_kafka_metadata(&client, 1, nullptr, &metadata,
                          static_cast<int>(std::clamp<std::int64_t>(left.count(), 1, 3'600'000)));
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR) return Metadata(metadata);
    constexpr milliseconds pause{100};
    if (!is_retriable(err) || std::chrono::steady_clock::now() + pause > deadline) {
      return error_from(err, "cannot list the cluster's topics");
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

Result<std::vector<std::string>> all_topics(rd_kafka_s& client, milliseconds timeout) {
  const Result<Metadata> metadata = cluster_metadata(client, timeout);
  if (!metadata) return metadata.error();
  std::vector<std::string> names;
  for (int i = 0; i < (*metadata)->topic_cnt; ++i) names.emplace_back((*metadata)->topics[i].topic);
  return names;
}

Result<std::map<std::string, TopicDescription>> describe_topics(
    rd_kafka_s& client, const std::vector<std::string>& topics, milliseconds timeout) {
  const Result<Metadata> metadata = cluster_metadata(client, timeout);
  if (!metadata) return metadata.error();
  const std::set<std::string> wanted(topics.begin(), topics.end());
  std::map<std::string, TopicDescription> found;
  for (int i = 0; i < (*metadata)->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = (*metadata)->topics[i];
    if (!wanted.contains(topic.topic) || topic.partition_cnt == 0) continue;
    TopicDescription& description = found[topic.topic];
    description.name = topic.topic;
    for (int p = 0; p < topic.partition_cnt; ++p)
      description.partitions.push_back(topic.partitions[p].id);
    std::sort(description.partitions.begin(), description.partitions.end());
  }
  return found;
}

}  // namespace millrace::kafka
