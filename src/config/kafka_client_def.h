#pragma once

#include "millrace/config_def.h"
#include "millrace/override_policy.h"

namespace millrace::config {

/// The settings of a Java client of Apache Kafka 4.3: names, types, defaults and importance, as
/// REST shows what a connector overrides. Values are not checked beyond their type.
/// Source: ProducerConfig, ConsumerConfig, AdminClientConfig.
const ConfigDef& kafka_client_def(ClientKind client);

}  // namespace millrace::config
