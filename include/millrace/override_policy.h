#pragma once

#include "millrace/config.h"
#include "millrace/config_def.h"
#include "millrace/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace millrace {

enum class ClientKind : std::uint8_t { producer, consumer, admin };

/// What a connector wants to change about a Kafka client.
struct ClientConfigRequest {
  ClientKind client = ClientKind::producer;
  bool source = true;  ///< of a source connector, else of a sink
  std::string connector_name;
  std::string connector_class;
  ConfigMap overrides;  ///< without the prefix
};

/// Decides which client settings a connector may override.
/// Threads: one instance per worker, called from several threads at once.
/// Source:  org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy.
class OverridePolicy {
 public:
  virtual ~OverridePolicy() = default;
  virtual Result<void> configure(const ConfigMap& properties) = 0;
  /// One entry a setting of the request, with messages where it is refused.
  virtual Result<std::vector<ConfigValue>> validate(const ClientConfigRequest& request) = 0;
  virtual void close() {}
};

}  // namespace millrace
