#pragma once

#include "base/clock.h"
#include "kafka/client_factory.h"
#include "millrace/config_map.h"
#include "millrace/result.h"
#include "storage/kafka_topic_log.h"
#include "storage/topic_log.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace millrace::storage {

/// The three topics of a cluster, as a worker's settings describe them.
/// worker:  all that was written, variables looked up; config_def of distributed workers has
///          checked it. Settings without a prefix go to the clients, those behind `producer.`,
///          `consumer.` and `admin.` do not.
/// The log that comes back is not started; its start creates the topic, or checks that the one that
/// is there is compacted. The factory and the clock outlive it.
/// Errors:  invalid_config: a setting that is missing, or no number.
/// Source:  KafkaTopicBasedBackingStore and the three stores on top of it; TopicAdmin.
Result<std::unique_ptr<TopicLog>> open_config_topic(const ConfigMap& worker,
                                                    kafka::ClientFactory& clients, Clock& clock);
Result<std::unique_ptr<TopicLog>> open_offset_topic(const ConfigMap& worker,
                                                    kafka::ClientFactory& clients, Clock& clock);
Result<std::unique_ptr<TopicLog>> open_status_topic(const ConfigMap& worker,
                                                    kafka::ClientFactory& clients, Clock& clock);

/// The settings of the clients that a connector's own offset topic is read and written with.
struct OffsetTopicClients {
  ConfigMap producer;
  ConfigMap consumer;
  ConfigMap admin;
};
/// The topic that a connector names in `offsets.storage.topic`; created like the worker's.
Result<std::unique_ptr<TopicLog>> open_connector_offset_topic(const ConfigMap& worker,
                                                              const std::string& topic,
                                                              const OffsetTopicClients& settings,
                                                              kafka::ClientFactory& clients,
                                                              Clock& clock);

/// What a storage topic has to be like. For the functions above, and their tests.
struct TopicPlan {
  TopicLogParts log;                             ///< without prepare
  kafka::NewTopic creation;                      ///< what is made when there is none
  std::string prefix;                            ///< of the settings: "config.storage."
  ConfigMap admin;                               ///< settings of the client that makes it
  std::chrono::milliseconds retry_pause{100};    ///< retry.backoff.ms
  std::chrono::milliseconds retry_time{60'000};  ///< default.api.timeout.ms
};
enum class StorageTopic : std::uint8_t { config, offset, status };
Result<TopicPlan> plan_topic(StorageTopic which, const ConfigMap& worker);

/// Creates the topic; if it is there, or may not be created, makes sure that it is compacted.
/// Errors (naming topic, setting and value): invalid_config: another cleanup.policy; fatal: it
/// cannot be created.
Result<void> create_or_check(const TopicPlan& plan, kafka::Admin& admin, Clock& clock,
                             const TopicLogParts::Pause& pause);

}  // namespace millrace::storage
