#pragma once

#include "plugin/registry.h"

#include <string>
#include <utility>
#include <vector>

namespace millrace::transform {

/// What a connector's configuration says of its chain, as the table of keys
///   transforms.<alias>.{type,plugin.version,predicate,negate} and the options of the class,
///   predicates.<alias>.{type,plugin.version} and the options of the class.
/// Threads: any; the registry outlives what is returned.
/// Source:  ConnectorConfig.enrich and its EnrichablePlugin.

/// Full names of all classes that a setting of type CLASS may name: plugins, and the abstract
/// classes that only gather a $Key and a $Value, which are known but cannot be used.
ClassLookup class_lookup(const plugin::Registry& plugins);

/// Adds the keys of the chain that the properties name. A class that cannot be used adds nothing
/// but its `type`, at which validation then says what is wrong.
Result<void> add_chain_keys(ConfigDef& def, const ConfigMap& properties,
                            const plugin::Registry& plugins);

/// A transformation or predicate as it is configured.
template <class T>
struct ChosenPlugin {
  std::string alias;
  const SimplePlugin<T>* plugin = nullptr;
  ConfigMap options;  ///< the keys behind its prefix
};

/// A chain whose every key has been found to be right.
struct ChainConfig {
  std::vector<ChosenPlugin<Transformation>> transformations;  ///< in order
  std::vector<ChosenPlugin<Predicate>> predicates;
};

/// Errors (invalid_config): the first fault that there is.
Result<ChainConfig> parse_chain(const ConfigMap& properties, const plugin::Registry& plugins);

}  // namespace millrace::transform
