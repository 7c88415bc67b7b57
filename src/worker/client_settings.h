#pragma once

#include "millrace/config_map.h"
#include "storage/status.h"

namespace millrace::worker {

/// The settings of each Kafka client, in layers of which the later wins: what Kafka Connect needs,
/// the worker's `producer.`/`consumer.`/`admin.` keys, the connector's `….override.` keys.
/// Producers and consumers take nothing but bootstrap.servers from the worker's unprefixed keys;
/// admin clients take all of them. Pure functions.
/// Source: Worker.baseProducerConfigs, baseConsumerConfigs, adminConfigs.

/// Of a source task. Idempotent with five requests in flight, unless the worker or the connector
/// says otherwise: nothing is sent twice, and order is kept (see docs/differences.md).
/// plain: the brokers refuse idempotent producers; Java's settings, one request in flight.
ConfigMap source_producer_settings(const ConfigMap& worker, const ConfigMap& connector,
                                   const TaskId& task, bool plain);
/// Of a sink task; its group is connect-<name>.
ConfigMap sink_consumer_settings(const ConfigMap& worker, const ConfigMap& connector,
                                 const TaskId& task);
/// Of a connector's task, for topics.
ConfigMap task_admin_settings(const ConfigMap& worker, const ConfigMap& connector,
                              const TaskId& task);
/// Of a sink task's dead letter queue: Java's producer, whose layers are those of source tasks.
ConfigMap dead_letter_producer_settings(const ConfigMap& worker, const ConfigMap& connector,
                                        const TaskId& task);
/// Of the client that looks for a dead letter topic.
ConfigMap dead_letter_admin_settings(const ConfigMap& worker, const ConfigMap& connector,
                                     const TaskId& task);
/// Of a connector as such, for its consumer group.
ConfigMap connector_admin_settings(const ConfigMap& worker, const ConfigMap& connector,
                                   const std::string& name);
/// Of the worker itself.
ConfigMap worker_admin_settings(const ConfigMap& worker);

}  // namespace millrace::worker
