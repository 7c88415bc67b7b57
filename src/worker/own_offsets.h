#pragma once

#include "base/clock.h"
#include "kafka/client_factory.h"
#include "millrace/config_map.h"
#include "millrace/result.h"
#include "storage/offset_store.h"
#include "storage/status.h"

#include <memory>

namespace millrace::worker {

/// Where the offsets of source connectors are.
struct OffsetPlaces {
  const ConfigMap& worker;  ///< as it was written
  kafka::ClientFactory& clients;
  storage::OffsetStore& store;  ///< the worker's
  Clock& clock;
  bool own_topics = false;  ///< connectors may have topics of their own: in a cluster
};

/// The store of a connector's offsets, loaded: the worker's, or the connector's own topic over it
/// (`offsets.storage.topic`), which is closed with the last that holds the store. Blocks while that
/// topic is made and read. id: names the clients.
/// Errors:  as TopicLog::start.
/// Source:  Worker.offsetStoreForRegularSourceTask, offsetStoreForRegularSourceConnector.
Result<std::shared_ptr<storage::OffsetStore>> offset_store_of(const OffsetPlaces& places,
                                                              const TaskId& id,
                                                              const ConfigMap& connector);

struct Environment;
OffsetPlaces offset_places(const Environment& environment);

}  // namespace millrace::worker
