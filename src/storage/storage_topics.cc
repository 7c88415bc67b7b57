#include "storage/storage_topics.h"

#include "base/ascii.h"
#include "base/log.h"
#include "kafka/settings_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

namespace millrace::storage {

using std::chrono::milliseconds;

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.storage.KafkaTopicBasedBackingStore");
  return instance;
}

struct Kind {
  std::string_view prefix;      ///< of its settings
  std::string_view client_id;   ///< behind the worker's
  std::string_view partitions;  ///< by default
  bool single_partition;
};

constexpr Kind kind_of(StorageTopic which) {
  switch (which) {
    case StorageTopic::config: return {"config.storage.", "configs", "1", true};
    case StorageTopic::offset: return {"offset.storage.", "offsets", "25", false};
    case StorageTopic::status: break;
  }
  return {"status.storage.", "statuses", "5", false};
}

/// worker: what it says, or the fallback.
template <class Number>
Result<Number> number(const ConfigMap& worker, const std::string& key, std::string_view fallback) {
  const std::string text = worker.get_or(key, fallback);
  Number value{};
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || stop != text.data() + text.size()) {
    return Error{ErrorCode::invalid_config,
                 fmt::format("{} = '{}' is not a whole number, or too large", key, text)};
  }
  return value;
}

Result<std::string> required(const ConfigMap& worker, const std::string& key) {
  const std::string* value = worker.find(key);
  if (value == nullptr || value->empty()) {
    return Error{ErrorCode::invalid_config, fmt::format("{} is missing", key)};
  }
  return *value;
}

/// What of a worker's settings means something to a client of this kind.
ConfigMap settings_for(kafka::ClientKind kind, const ConfigMap& worker) {
  ConfigMap settings;
  for (const auto& [key, value] : worker) {
    const kafka::Rule* rule = kafka::find_rule(kind, key);
    if (rule != nullptr && rule->treatment != kafka::Treatment::ignore) settings.set(key, value);
  }
  return settings;
}

/// "<group>-<client.id>-", or without the middle.
std::string client_id_base(const ConfigMap& worker) {
  const std::string own = worker.get_or("client.id", "");
  return worker.get_or("group.id", "connect") + "-" + (own.empty() ? "" : own + "-");
}

/// Records of one key must keep their order, and a retry must not stand behind what came later.
void set_ordered(ConfigMap& producer) {
  producer.set("acks", "all");
  producer.set("enable.idempotence", "false");
  producer.set("max.in.flight.requests.per.connection", "1");
}

/// `<prefix>x` becomes the topic's setting x.
ConfigMap topic_settings(const ConfigMap& worker, const Kind& kind) {
  ConfigMap settings = worker.with_prefix(kind.prefix);
  for (const char* own : {"topic", "partitions", "replication.factor"}) settings.erase(own);
  if (const std::string* policy = settings.find("cleanup.policy"); policy && *policy != "compact") {
    logger().warn("{}cleanup.policy = '{}' has no effect: the topic is compacted", kind.prefix,
                  *policy);
  }
  if (kind.single_partition && worker.contains(std::string(kind.prefix) + "partitions")) {
    logger().warn("{}partitions = '{}' has no effect: the topic has one partition", kind.prefix,
                  worker.get_or(std::string(kind.prefix) + "partitions", ""));
  }
  settings.set("cleanup.policy", "compact");
  return settings;
}

/// All but the clients.
Result<TopicPlan> plan_creation(const Kind& kind, const ConfigMap& worker, std::string topic) {
  const std::string prefix(kind.prefix);
  const auto partitions =
      kind.single_partition ? Result<std::int32_t>(1)
                            : number<std::int32_t>(worker, prefix + "partitions", kind.partitions);
  if (!partitions) return partitions.error();
  const auto copies = number<std::int16_t>(worker, prefix + "replication.factor", "3");
  if (!copies) return copies.error();
  const auto pause = number<std::int64_t>(worker, "retry.backoff.ms", "100");
  if (!pause) return pause.error();
  const auto time = number<std::int64_t>(worker, "default.api.timeout.ms", "60000");
  if (!time) return time.error();
  TopicPlan plan;
  plan.prefix = prefix;
  plan.creation = {.name = topic,
                   .partitions = *partitions,
                   .replication_factor = *copies,
                   .configs = topic_settings(worker, kind)};
  plan.retry_pause = milliseconds(std::max<std::int64_t>(*pause, 1));
  plan.retry_time = milliseconds(*time);
  plan.log.topic = std::move(topic);
  plan.log.setting = prefix + "topic";
  if (kind.single_partition) plan.log.most_partitions = 1;
  return plan;
}

std::unique_ptr<TopicLog> make_log(TopicPlan plan, kafka::ClientFactory& clients, Clock& clock) {
  TopicLogParts parts = std::exchange(plan.log, {});
  plan.log.setting = parts.setting;
  parts.prepare = [plan = std::move(plan), &clients,
                   &clock](const TopicLogParts::Pause& pause) -> Result<void> {
    const Result<std::unique_ptr<kafka::Admin>> admin = clients.admin(plan.admin);
    if (!admin) return admin.error();
    return create_or_check(plan, **admin, clock, pause);
  };
  return std::make_unique<KafkaTopicLog>(std::move(parts), clients, clock);
}

Result<std::unique_ptr<TopicLog>> open(StorageTopic which, const ConfigMap& worker,
                                       kafka::ClientFactory& clients, Clock& clock) {
  Result<TopicPlan> plan = plan_topic(which, worker);
  if (!plan) return plan.error();
  return make_log(*std::move(plan), clients, clock);
}

}  // namespace

Result<TopicPlan> plan_topic(StorageTopic which, const ConfigMap& worker) {
  const Kind kind = kind_of(which);
  Result<std::string> topic = required(worker, std::string(kind.prefix) + "topic");
  if (!topic) return topic.error();
  Result<TopicPlan> plan = plan_creation(kind, worker, *std::move(topic));
  if (!plan) return plan;
  const std::string base = client_id_base(worker);
  plan->admin = settings_for(kafka::ClientKind::admin, worker);
  plan->admin.set("client.id", base + "shared-admin");
  TopicLogParts& log = plan->log;
  log.producer = settings_for(kafka::ClientKind::producer, worker);
  set_ordered(log.producer);
  log.producer.set("client.id", base + std::string(kind.client_id));
  if (which == StorageTopic::status) {
    log.producer.set("retries", "0");  // a newer status may have to take its place
  } else {
    log.producer.set("delivery.timeout.ms", std::to_string(std::numeric_limits<int>::max()));
  }
  log.reader = settings_for(kafka::ClientKind::consumer, worker);
  log.reader.set("client.id", base + std::string(kind.client_id));
  const std::string exactly_once = worker.get_or("exactly.once.source.support", "disabled");
  if (ascii::same_ignoring_case(exactly_once, "enabled") && which != StorageTopic::status) {
    log.reader.set("isolation.level", "read_committed");
  }
  return plan;
}

Result<std::unique_ptr<TopicLog>> open_config_topic(const ConfigMap& worker,
                                                    kafka::ClientFactory& clients, Clock& clock) {
  return open(StorageTopic::config, worker, clients, clock);
}

Result<std::unique_ptr<TopicLog>> open_offset_topic(const ConfigMap& worker,
                                                    kafka::ClientFactory& clients, Clock& clock) {
  return open(StorageTopic::offset, worker, clients, clock);
}

Result<std::unique_ptr<TopicLog>> open_status_topic(const ConfigMap& worker,
                                                    kafka::ClientFactory& clients, Clock& clock) {
  return open(StorageTopic::status, worker, clients, clock);
}

Result<std::unique_ptr<TopicLog>> open_connector_offset_topic(const ConfigMap& worker,
                                                              const std::string& topic,
                                                              const OffsetTopicClients& settings,
                                                              kafka::ClientFactory& clients,
                                                              Clock& clock) {
  Result<TopicPlan> plan = plan_creation(kind_of(StorageTopic::offset), worker, topic);
  if (!plan) return plan.error();
  plan->log.setting = "offsets.storage.topic";
  plan->admin = settings.admin;
  plan->log.producer = settings.producer;
  set_ordered(plan->log.producer);
  plan->log.reader = settings.consumer;
  if (!plan->log.reader.contains("isolation.level")) {
    plan->log.reader.set("isolation.level", "read_committed");
  }
  return make_log(*std::move(plan), clients, clock);
}

}  // namespace millrace::storage
