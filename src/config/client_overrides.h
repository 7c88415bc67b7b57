#pragma once

#include "config/connector_config.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::config {

/// What a connector overrides of the settings of its Kafka clients: `producer.override.`,
/// `consumer.override.` and `admin.override.`.
/// Source: AbstractHerder.validateClientOverrides, Worker.connectorClientConfigOverrides.
struct OverridingConnector {
  ConnectorKind kind = ConnectorKind::source;
  std::string class_name;
  const ConfigMap& properties;
};

struct OverriddenClient {
  ClientKind client = ClientKind::producer;
  std::string_view prefix;  ///< "producer.override."
};

/// The clients that such a connector has; what it says of others is not looked at. Producers belong
/// to sources and to sinks with a dead letter topic, consumers to sinks, admin clients to sources
/// that create topics and to whoever has a dead letter topic.
std::vector<OverriddenClient> overridden_clients(const OverridingConnector& connector);

/// What the worker's policy says of one client's overrides; none without a policy.
Result<std::vector<ConfigValue>> ask_policy(const OverridingConnector& connector,
                                            const OverriddenClient& client, OverridePolicy* policy);

/// For the start of a task. Errors (invalid_config): every setting that the policy refuses.
Result<void> check_override_policy(const OverridingConnector& connector, OverridePolicy* policy);

}  // namespace millrace::config
