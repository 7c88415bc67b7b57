#include "config/connector_config.h"
#include "config/connector_keys.h"

namespace millrace::config {

void define_keys(ConfigDef& def, std::initializer_list<ConnectorKey> keys,
                 const KeyAdjustment& adjust) {
  for (const ConnectorKey& key : keys) {
    ConfigKey made{.name = key.name,
                   .type = key.type,
                   .importance = key.importance,
                   .documentation = key.documentation,
                   .required = key.unset.required,
                   .validator = key.rule,
                   .group = key.group,
                   .order_in_group = key.order,
                   .width = key.width,
                   .display_name = key.display_name};
    if (key.unset.text != nullptr) made.default_value = key.unset.text;
    if (adjust) adjust(made);
    def.define(std::move(made));
  }
}

ConfigDef connector_def(ConnectorKind kind, const std::function<void(ConfigKey&)>& adjust) {
  ConfigDef def;
  common_connector_keys(def, adjust);
  error_handling_keys(def, adjust);
  kind == ConnectorKind::sink ? sink_keys(def, adjust) : source_keys(def, adjust);
  return def;
}

}  // namespace millrace::config
