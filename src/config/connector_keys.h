#pragma once

#include "config/worker_keys.h"

#include <functional>

/// The settings that the framework itself understands in a connector's configuration, as tables.
namespace millrace::config {

struct ConnectorKey {
  const char* name;
  ConfigType type;
  Importance importance;
  Unset unset;
  const char* group;
  int order;
  Width width;
  const char* display_name;
  const char* documentation;
  Validator rule = {};
};

/// Gets at a key before it is defined.
using KeyAdjustment = std::function<void(ConfigKey&)>;

void define_keys(ConfigDef& def, std::initializer_list<ConnectorKey> keys,
                 const KeyAdjustment& adjust);

void common_connector_keys(ConfigDef& def, const KeyAdjustment& adjust);
void error_handling_keys(ConfigDef& def, const KeyAdjustment& adjust);
void sink_keys(ConfigDef& def, const KeyAdjustment& adjust);
void source_keys(ConfigDef& def, const KeyAdjustment& adjust);

Validator unique_aliases();  ///< a list, not null, that names nothing twice
Validator java_regex();      ///< a pattern that JavaRegex understands
Validator version_range();   ///< null, a version, or ranges such as [4.0,5.0)
Validator null_or_at_least(double minimum);

}  // namespace millrace::config
