#pragma once

#include "millrace/config_def.h"

#include <initializer_list>
#include <string_view>

/// The settings of the worker, as tables; worker_config.h puts them together.
namespace millrace::config {

/// What a setting is when nobody sets it.
struct Unset {
  Unset(const char* value) : text(value) {}
  Unset(const char* value, bool is_required) : text(value), required(is_required) {}
  const char* text;  ///< null: null
  bool required = false;
};
inline const Unset null{nullptr, false};
inline const Unset no_default{nullptr, true};

struct WorkerKey {
  const char* name;
  ConfigType type;
  Importance importance;
  Unset unset;
  const char* documentation;
  Validator rule = {};
};

void define_keys(ConfigDef& def, std::initializer_list<WorkerKey> keys);

void common_keys(ConfigDef& def);               ///< every worker
void ssl_keys(ConfigDef& def);                  ///< TLS towards brokers, and of https listeners
void rest_keys(ConfigDef& def);                 ///< the REST API
void own_keys(ConfigDef& def);                  ///< those that Kafka Connect does not have
void standalone_storage_keys(ConfigDef& def);   ///< the offset file
void distributed_storage_keys(ConfigDef& def);  ///< the three topics
void group_keys(ConfigDef& def);                ///< the group and the worker's own connections
void sasl_keys(ConfigDef& def);                 ///< how the worker itself logs in at brokers

Validator listeners_rule();              ///< at least one http(s)://host:port
Validator header_rules();                ///< "<action> <name>:<value>, …"
Validator positive_or_broker_default();  ///< -1, or 1 and more
Validator mac_algorithm();
Validator mac_algorithms();

/// Whether producers, consumers or admin clients of Kafka have a setting of that name.
bool is_kafka_client_key(std::string_view name);

}  // namespace millrace::config
