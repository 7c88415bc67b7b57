#pragma once

#include "kafka/admin.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"
#include "kafka/topic_reader.h"
#include "millrace/config_map.h"

#include <memory>
#include <string>

namespace millrace::kafka {

/// Makes clients from Java's settings; the only door to librdkafka.
/// Threads: any.
/// Errors:  invalid_config: a setting that cannot be translated, named with its value (secrets
///          aside); fatal: the client cannot be made.
class ClientFactory {
 public:
  virtual ~ClientFactory() = default;
  virtual Result<std::unique_ptr<Consumer>> consumer(const ConfigMap& settings) = 0;
  /// The listener outlives the producer.
  virtual Result<std::unique_ptr<Producer>> producer(const ConfigMap& settings,
                                                     DeliveryListener& listener) = 0;
  virtual Result<std::unique_ptr<Admin>> admin(const ConfigMap& settings) = 0;
  /// settings: a consumer's; what concerns groups has no meaning.
  virtual Result<std::unique_ptr<TopicReader>> topic_reader(const ConfigMap& settings,
                                                            const std::string& topic) = 0;
};

struct FactoryOptions {
  /// Prefetched messages and records in flight of all clients together stay below this.
  std::int64_t memory_bytes = 256LL << 20;
};

/// The real one. bootstrap.servers=embedded: stands for a mock cluster inside this process, made
/// with the first client and shared by all of the factory.
std::unique_ptr<ClientFactory> make_client_factory(FactoryOptions options);

}  // namespace millrace::kafka
