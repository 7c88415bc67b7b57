#include "config/client_overrides.h"

#include "base/java_number.h"
#include "base/plugin_call.h"

#include <algorithm>

namespace millrace::config {

std::vector<OverriddenClient> overridden_clients(const OverridingConnector& connector) {
  const bool sink = connector.kind == ConnectorKind::sink;
  const std::string dead_letter_topic =
      connector.properties.get_or("errors.deadletterqueue.topic.name", "");
  const bool dead_letters = !java_trim(dead_letter_topic).empty();
  const bool creates = !sink && std::ranges::any_of(connector.properties, [](const auto& entry) {
    return entry.first.starts_with("topic.creation.");
  });
  std::vector<OverriddenClient> clients;
  if (!sink || dead_letters) clients.push_back({ClientKind::producer, "producer.override."});
  if (sink) clients.push_back({ClientKind::consumer, "consumer.override."});
  if (creates || dead_letters) clients.push_back({ClientKind::admin, "admin.override."});
  return clients;
}

Result<std::vector<ConfigValue>> ask_policy(const OverridingConnector& connector,
                                            const OverriddenClient& client,
                                            OverridePolicy* policy) {
  if (policy == nullptr) return std::vector<ConfigValue>{};
  const ClientConfigRequest request{.client = client.client,
                                    .source = connector.kind == ConnectorKind::source,
                                    .connector_name = connector.properties.get_or("name", ""),
                                    .connector_class = connector.class_name,
                                    .overrides = connector.properties.with_prefix(client.prefix)};
  return call_plugin("validate", [&] { return policy->validate(request); });
}

Result<void> check_override_policy(const OverridingConnector& connector, OverridePolicy* policy) {
  std::string messages;
  for (const OverriddenClient& client : overridden_clients(connector)) {
    const Result<std::vector<ConfigValue>> judged = ask_policy(connector, client, policy);
    if (!judged) return judged.error();
    for (const ConfigValue& value : *judged) {
      for (const std::string& message : value.errors) messages += "\n" + message;
    }
  }
  if (messages.empty()) return {};
  return Error{ErrorCode::invalid_config, "org.apache.kafka.connect.errors.ConnectException",
               "Client settings are overridden that the worker does not allow:" + messages};
}

}  // namespace millrace::config
