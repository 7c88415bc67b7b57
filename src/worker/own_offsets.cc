#include "worker/own_offsets.h"

#include "storage/connector_offset_store.h"
#include "storage/kafka_offset_store.h"
#include "storage/storage_topics.h"
#include "worker/client_settings.h"
#include "worker/task_factory.h"

#include <string>
#include <utility>

namespace millrace::worker {

namespace {

constexpr const char* topic_key = "offsets.storage.topic";

/// The worker's topic under its own name would be laid over itself.
bool is_workers(const OffsetPlaces& places, const std::string& topic, const ConfigMap& producer) {
  const std::string servers = places.worker.get_or("bootstrap.servers", "");
  return topic == places.worker.get_or("offset.storage.topic", "") &&
         producer.get_or("bootstrap.servers", "") == servers;
}

}  // namespace

OffsetPlaces offset_places(const Environment& environment) {
  return {environment.config.settings.originals(), environment.clients, environment.offsets,
          environment.clock, environment.own_offset_topics};
}

Result<std::shared_ptr<storage::OffsetStore>> offset_store_of(const OffsetPlaces& places,
                                                              const TaskId& id,
                                                              const ConfigMap& connector) {
  // Not owned: the worker's store outlives everything here.
  std::shared_ptr<storage::OffsetStore> workers(std::shared_ptr<void>(), &places.store);
  const std::string topic = connector.get_or(topic_key, "");
  if (!places.own_topics || topic.empty()) return workers;
  storage::OffsetTopicClients settings{
      .producer = source_producer_settings(places.worker, connector, id, true),
      .consumer = sink_consumer_settings(places.worker, connector, id),
      .admin = task_admin_settings(places.worker, connector, id)};
  settings.producer.set("client.id", "connector-offset-producer-" + id.to_string());
  settings.consumer.set("client.id", "connector-offset-consumer-" + id.to_string());
  if (is_workers(places, topic, settings.producer)) return workers;
  auto log = storage::open_connector_offset_topic(places.worker, topic, settings, places.clients,
                                                  places.clock);
  if (!log) return std::move(log.error());
  auto own = std::make_shared<storage::ConnectorOffsetStore>(
      places.store, std::make_unique<storage::KafkaOffsetStore>(*std::move(log), topic));
  MILLRACE_TRY(own->load());
  return std::shared_ptr<storage::OffsetStore>(std::move(own));
}

}  // namespace millrace::worker
