#include "config/worker_config.h"
#include "config/worker_keys.h"

namespace millrace::config {

namespace {

void shared_keys(ConfigDef& def) {
  common_keys(def);
  ssl_keys(def);
  rest_keys(def);
  own_keys(def);
}

}  // namespace

void define_keys(ConfigDef& def, std::initializer_list<WorkerKey> keys) {
  for (const WorkerKey& key : keys) {
    ConfigKey made{.name = key.name,
                   .type = key.type,
                   .importance = key.importance,
                   .documentation = key.documentation,
                   .required = key.unset.required,
                   .validator = key.rule};
    if (key.unset.text != nullptr) made.default_value = key.unset.text;
    def.define(std::move(made));
  }
}

const ConfigDef& standalone_config_def() {
  static const ConfigDef def = [] {
    ConfigDef made;
    shared_keys(made);
    standalone_storage_keys(made);
    return made;
  }();
  return def;
}

const ConfigDef& distributed_config_def() {
  static const ConfigDef def = [] {
    ConfigDef made;
    shared_keys(made);
    group_keys(made);
    sasl_keys(made);
    distributed_storage_keys(made);
    return made;
  }();
  return def;
}

}  // namespace millrace::config
