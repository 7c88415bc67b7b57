#include "config/worker_config.h"

#include "base/secrets.h"
#include "base/take.h"
#include "config/unknown_keys.h"

#include <type_traits>

namespace millrace::config {

namespace {

using std::chrono::milliseconds;
using Texts = std::vector<std::string>;

Error in_file(const Error& error, const std::string& file) {
  return {error.code(), error.java_class(), error.message() + " (worker file '" + file + "')"};
}

milliseconds time_of(const Config& settings, std::string_view key) {
  return milliseconds(settings.get<std::int64_t>(key));
}

template <class T>
std::optional<T> optional_of(const Config& settings, std::string_view key) {
  const T* value = settings.find<T>(key);
  return value != nullptr ? std::optional<T>(*value) : std::nullopt;
}

Result<ConverterChoice> converter(const Config& settings, const std::string& key,
                                  const ClassLookup& classes) {
  const auto* name = settings.find<std::string>(key);
  if (name == nullptr) return invalid_value(key, Setting(), "a converter is needed");
  ConverterChoice choice{*name, settings.originals().with_prefix(key + ".")};
  if (classes) {
    const std::optional<std::string> full_name = classes(*name);
    if (!full_name) {
      return invalid_value(key, *name, "Class " + *name + " could not be found.");
    }
    choice.class_name = *full_name;
  }
  return choice;
}

Result<std::vector<Listener>> listeners(std::string_view key, const Texts& texts) {
  std::vector<Listener> result;
  for (const std::string& text : texts) {
    Result<Listener> listener = parse_listener(text);
    if (!listener) return invalid_value(key, text, listener.error().message());
    result.push_back(*std::move(listener));
  }
  return result;
}

Result<void> fill(WorkerConfig& worker, const ClassLookup& classes) {
  const Config& settings = worker.settings;
  MILLRACE_TRY(take(worker.key_converter, converter(settings, "key.converter", classes)));
  MILLRACE_TRY(take(worker.value_converter, converter(settings, "value.converter", classes)));
  MILLRACE_TRY(take(worker.header_converter, converter(settings, "header.converter", classes)));
  MILLRACE_TRY(take(worker.listeners, listeners("listeners", settings.get<Texts>("listeners"))));
  if (const auto* texts = settings.find<Texts>("admin.listeners")) {
    MILLRACE_TRY(take(worker.admin_listeners, listeners("admin.listeners", *texts)));
  }
  MILLRACE_TRY(take(worker.rest, rest_settings(settings)));
  worker.bootstrap_servers = settings.get<Texts>("bootstrap.servers");
  worker.offset_flush_interval = time_of(settings, "offset.flush.interval.ms");
  worker.offset_flush_timeout = time_of(settings, "offset.flush.timeout.ms");
  worker.task_shutdown_timeout = time_of(settings, "task.shutdown.graceful.timeout.ms");
  worker.offset_file =
      optional_of<std::string>(settings, "offset.storage.file.filename").value_or("");
  worker.advertised_host = optional_of<std::string>(settings, "rest.advertised.host.name");
  worker.advertised_port = optional_of<std::int32_t>(settings, "rest.advertised.port");
  worker.advertised_protocol = optional_of<std::string>(settings, "rest.advertised.listener");
  worker.plugin_path = optional_of<Texts>(settings, "plugin.path").value_or(Texts());
  worker.topic_creation = settings.get<bool>("topic.creation.enable");
  worker.override_policy = settings.get<std::string>("connector.client.config.override.policy");
  worker.prefetch_max_bytes = settings.get<std::int64_t>("millrace.prefetch.max.bytes");
  worker.producer = settings.originals().with_prefix("producer.");
  worker.consumer = settings.originals().with_prefix("consumer.");
  worker.admin = settings.originals().with_prefix("admin.");
  return {};
}

/// Those of clients and listeners: keys with a prefix, which the worker's own definition knows
/// nothing of.
void note_secrets(const ConfigMap& properties) {
  for (const auto& [key, value] : properties) {
    if (value && secrets::is_secret_key(key)) secrets::add(*value);
  }
}

Result<WorkerConfig> load(const ConfigDef& definition, const ConfigMap& properties,
                          const std::string& file, const ClassLookup& classes) {
  note_secrets(properties);
  Result<Config> settings = definition.parse(properties);
  if (!settings) return in_file(settings.error(), file);
  WorkerConfig worker;
  worker.settings = *std::move(settings);
  if (const Result<void> filled = fill(worker, classes); !filled) {
    return in_file(filled.error(), file);
  }
  warn_of_unknown_keys(properties, file);
  return worker;
}

}  // namespace

Result<WorkerConfig> load_standalone(const ConfigMap& properties, const std::string& file,
                                     const ClassLookup& classes) {
  return load(standalone_config_def(), properties, file, classes);
}

Result<WorkerConfig> load_distributed(const ConfigMap& properties, const std::string& file,
                                      const ClassLookup& classes) {
  return load(distributed_config_def(), properties, file, classes);
}

}  // namespace millrace::config
