#pragma once

#include "millrace/config_def.h"
#include "millrace/override_policy.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace millrace::config {

enum class ConnectorKind : std::uint8_t { source, sink };

/// What the framework itself understands in a connector's configuration, in the order of REST
/// answers: common, error handling, then what sources or sinks have. adjust: gets at each key.
ConfigDef connector_def(ConnectorKind kind, const std::function<void(ConfigKey&)>& adjust = {});

/// A converter that a connector may name.
struct KnownConverter {
  std::string class_name;
  std::string version;
  const ConfigDef* settings = nullptr;
};

/// What workers of a cluster ask of connectors, beyond what those on their own do.
struct ClusterRules {
  std::string group_id;               ///< the workers' own
  bool exactly_once_sources = false;  ///< exactly.once.source.support=enabled
};

/// What the validation of any connector of a worker has to know.
struct ConnectorSurroundings {
  ClassLookup classes;                            ///< plugins of every kind
  std::vector<KnownConverter> converters;         ///< by class name
  std::vector<KnownConverter> header_converters;  ///< by class name
  std::string key_converter;                      ///< the worker's, by full class name
  std::string value_converter;
  std::string header_converter;
  OverridePolicy* override_policy = nullptr;  ///< none: everything may be overridden
  std::optional<ClusterRules> cluster = {};   ///< none: a standalone worker

  /// Adds the keys of transformations and predicates that the properties name, behind those of the
  /// framework.
  std::function<Result<void>(ConfigDef&, const ConfigMap&)> expand = {};
  /// A Kafka client's definition of its own setting; null: the client has none of that name.
  std::function<const ConfigKey*(ClientKind, std::string_view)> client_key = {};
};

/// A configuration to validate.
struct ConnectorRequest {
  ConnectorKind kind = ConnectorKind::source;
  std::string class_name;  ///< full
  std::string version;     ///< the connector's; empty: it tells none
  const ConfigDef& own;    ///< the connector's own settings
  const ConfigMap& properties;
  /// The connector's look at the whole (Connector::validate).
  std::function<Result<void>(const ConfigMap&, std::vector<ConfigValue>&)> own_check = {};
};

struct CheckedKey {
  std::optional<ConfigKey> definition;  ///< none: nobody defines it
  ConfigValue value;
};

struct ConnectorValidation {
  std::vector<CheckedKey> entries;  ///< in the order of REST answers
  std::vector<std::string> groups;  ///< in order of first use
  int error_count = 0;
};

/// Looks at every setting of a connector: the framework's, the connector's, those of the converters
/// that it names, and what it overrides of Kafka clients.
/// Errors: what the connector's or the policy's own code returns, and a client setting that cannot
///         be parsed; all else is a message at its key.
Result<ConnectorValidation> validate_connector(const ConnectorRequest& request,
                                               const ConnectorSurroundings& surroundings);

/// The error that refuses a configuration with messages, all of them in its text; or nothing.
std::optional<Error> validation_error(const ConnectorValidation& validation);

}  // namespace millrace::config
