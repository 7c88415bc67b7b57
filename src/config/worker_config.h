#pragma once

#include "config/listener.h"
#include "config/rest_settings.h"
#include "millrace/config_def.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millrace::config {

/// A converter and the settings behind its prefix.
struct ConverterChoice {
  std::string class_name;  ///< full name, where a class lookup was given
  ConfigMap options;       ///< without the prefix
};

/// A worker's configuration, typed. Times are what the keys of the same name say.
/// Threads: any, once loaded.
struct WorkerConfig {
  Config settings;  ///< every key of the definition; `settings.originals()` is what was written

  std::vector<std::string> bootstrap_servers;  ///< may be the one text "embedded:"
  ConverterChoice key_converter;
  ConverterChoice value_converter;
  ConverterChoice header_converter;

  std::chrono::milliseconds offset_flush_interval{};
  std::chrono::milliseconds offset_flush_timeout{};
  std::chrono::milliseconds task_shutdown_timeout{};  ///< for all tasks of a connector together
  std::string offset_file;                            ///< standalone

  std::vector<Listener> listeners;
  std::optional<std::vector<Listener>> admin_listeners;  ///< none: as listeners; empty: off
  std::optional<std::string> advertised_host;
  std::optional<std::int32_t> advertised_port;
  std::optional<std::string> advertised_protocol;  ///< as written
  RestSettings rest;

  std::vector<std::string> plugin_path;
  bool topic_creation = true;
  std::string override_policy;  ///< class or alias
  std::int64_t prefetch_max_bytes = 0;

  ConfigMap producer;  ///< what stands behind "producer." …
  ConfigMap consumer;
  ConfigMap admin;
};

/// The settings of a worker: names, types, defaults and rules of Kafka Connect 4.3.0, and ours.
const ConfigDef& standalone_config_def();
const ConfigDef& distributed_config_def();

/// Parses a worker's properties and warns, once each, of keys that nobody knows.
/// file:    named in messages.
/// classes: resolves the three converters; other classes are taken as they are written.
/// Errors (invalid_config): the first setting that is missing, malformed or refused.
Result<WorkerConfig> load_standalone(const ConfigMap& properties, const std::string& file,
                                     const ClassLookup& classes = {});
Result<WorkerConfig> load_distributed(const ConfigMap& properties, const std::string& file,
                                      const ClassLookup& classes = {});

}  // namespace millrace::config
