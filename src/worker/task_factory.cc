#include "worker/task_factory.h"

#include "base/log.h"
#include "base/plugin_call.h"
#include "config/java_regex.h"
#include "config/topic_creation.h"
#include "transform/make_chain.h"
#include "worker/client_settings.h"
#include "worker/error_settings.h"
#include "worker/own_offsets.h"
#include "worker/plugin_versions.h"

#include <chrono>
#include <utility>
#include <vector>

namespace millrace::worker {

namespace {

/// A converter and the keys behind its prefix: the connector's if it names one, else the worker's,
/// and never a mixture of both.
config::ConverterChoice choose(const ConfigMap& connector, std::string_view setting,
                               const config::ConverterChoice& worker) {
  const std::string* own = connector.find(setting);
  config::ConverterChoice choice =
      own == nullptr
          ? worker
          : config::ConverterChoice{*own, connector.with_prefix(std::string(setting) + ".")};
  choice.options.set("converter.type", std::string(setting.substr(0, setting.find('.'))));
  return choice;
}

template <class Plugin>
Result<const Plugin*> require(const Plugin* plugin, std::string_view kind, std::string_view name) {
  if (plugin != nullptr) return plugin;
  return Error{ErrorCode::invalid_config,
               "Invalid value " + std::string(name) + " for configuration " + std::string(kind) +
                   ": Class " + std::string(name) + " could not be found."};
}

std::vector<std::string> split_list(std::string_view text) {
  const Result<Setting> list = parse_setting("topics", std::string(text), ConfigType::list);
  return list ? std::get<std::vector<std::string>>(*list) : std::vector<std::string>{};
}

}  // namespace

Result<pipeline::Converters> TaskFactory::converters(const ConfigMap& connector) const {
  const config::WorkerConfig& worker = environment_.config;
  const plugin::Registry& plugins = environment_.plugins;
  pipeline::Converters result;
  for (const bool is_key : {true, false}) {
    const std::string_view setting = is_key ? "key.converter" : "value.converter";
    const config::ConverterChoice choice =
        choose(connector, setting, is_key ? worker.key_converter : worker.value_converter);
    const auto plugin =
        require(plugins.find_converter(choice.class_name), setting, choice.class_name);
    if (!plugin) return plugin.error();
    MILLRACE_TRY(require_converter_version(setting, choice, (*plugin)->name, (*plugin)->version));
    const Result<Config> config = (*plugin)->config.parse(choice.options);
    if (!config) return config.error();
    std::unique_ptr<Converter> converter = (*plugin)->make();
    MILLRACE_TRY(call_plugin("configure", [&] { return converter->configure(*config, is_key); }));
    (is_key ? result.key : result.value) = std::move(converter);
    (is_key ? result.key_class : result.value_class) = (*plugin)->name;
  }
  const config::ConverterChoice choice =
      choose(connector, "header.converter", worker.header_converter);
  const auto plugin = require(plugins.find_header_converter(choice.class_name), "header.converter",
                              choice.class_name);
  if (!plugin) return plugin.error();
  MILLRACE_TRY(
      require_converter_version("header.converter", choice, (*plugin)->name, (*plugin)->version));
  const Result<Config> config = (*plugin)->config.parse(choice.options);
  if (!config) return config.error();
  result.header = (*plugin)->make();
  MILLRACE_TRY(call_plugin("configure", [&] { return result.header->configure(*config); }));
  result.header_class = (*plugin)->name;
  return result;
}

/// Of the worker's own, for dead letters of sources: JSON with schemas, which takes any value.
Result<pipeline::Converters> TaskFactory::json_converters() const {
  constexpr std::string_view json = "org.apache.kafka.connect.json.JsonConverter";
  return converters({{"key.converter", std::string(json)}, {"value.converter", std::string(json)}});
}

pipeline::MakeAdmin TaskFactory::make_admin(ConfigMap settings) const {
  return [this, settings = std::move(settings)] { return environment_.clients.admin(settings); };
}

Result<std::unique_ptr<pipeline::TopicCreation>> TaskFactory::topic_creation(
    const TaskId& id, const ConfigMap& connector) const {
  if (!environment_.config.topic_creation) return nullptr;
  Result<std::vector<config::TopicCreationGroup>> groups = config::topic_creation_groups(connector);
  if (!groups) return std::move(groups.error());
  if (groups->empty()) return nullptr;
  std::vector<pipeline::TopicGroup> made;
  for (config::TopicCreationGroup& group : *groups) {
    pipeline::TopicGroup one{.name = group.name,
                             .partitions = group.partitions,
                             .replication_factor = group.replication_factor,
                             .configs = std::move(group.configs)};
    one.matches = [group = std::move(group)](std::string_view topic) {
      return group.matches(topic);
    };
    made.push_back(std::move(one));
  }
  return std::make_unique<pipeline::TopicCreation>(
      std::move(made),
      make_admin(task_admin_settings(environment_.config.settings.originals(), connector, id)));
}

Result<transform::Chain> TaskFactory::transforms(const ConfigMap& connector) const {
  const auto config = transform::parse_chain(connector, environment_.plugins);
  if (!config) return config.error();
  return transform::make_chain(*config);
}

template <class Parts, class Plugin>
Result<void> TaskFactory::fill(Parts& parts, const TaskId& id, const Plugin& plugin,
                               const ConfigMap& connector, const ConfigMap& task) const {
  Result<Config> config = plugin.config.parse(task);
  if (!config) return std::move(config.error());
  Result<pipeline::Converters> made = converters(connector);
  if (!made) return std::move(made.error());
  Result<pipeline::ErrorSettings> errors = error_settings(connector);
  if (!errors) return std::move(errors.error());
  Result<transform::Chain> chain = transforms(connector);
  if (!chain) return std::move(chain.error());
  parts.task_id = id.to_string();
  parts.task = plugin.make_task();
  parts.config = std::move(*config);
  parts.converters = std::move(*made);
  parts.transforms = std::move(*chain);
  parts.errors = std::move(*errors);
  parts.offset_flush_timeout = environment_.config.offset_flush_timeout;
  return {};
}

Result<pipeline::SourceParts> TaskFactory::source_parts(const TaskId& id,
                                                        const SourcePlugin& plugin,
                                                        const ConfigMap& connector,
                                                        const ConfigMap& task) const {
  pipeline::SourceParts parts;
  MILLRACE_TRY(fill(parts, id, plugin, connector, task));
  Result<std::shared_ptr<storage::OffsetStore>> offsets =
      offset_store_of(offset_places(environment_), id, connector);
  if (!offsets) return std::move(offsets.error());
  parts.offsets = *std::move(offsets);
  parts.writer =
      std::make_unique<storage::OffsetWriter>(*parts.offsets, environment_.clock, id.connector);
  parts.reader = std::make_unique<storage::OffsetReader>(*parts.offsets, id.connector);
  parts.make_producer = [this, settings = source_producer_settings(
                                   environment_.config.settings.originals(), connector, id,
                                   plain_producers_.load())](kafka::DeliveryListener& listener) {
    return environment_.clients.producer(settings, listener);
  };
  Result<std::unique_ptr<pipeline::TopicCreation>> topics = topic_creation(id, connector);
  if (!topics) return std::move(topics.error());
  parts.topic_creation = std::move(*topics);
  if (!parts.errors.dead_letter_topic.empty()) {
    Result<pipeline::Converters> json = json_converters();
    if (!json) return std::move(json.error());
    parts.json_converters = std::move(*json);
    parts.make_admin = make_admin(
        dead_letter_admin_settings(environment_.config.settings.originals(), connector, id));
  }
  return parts;
}

Result<pipeline::SinkParts> TaskFactory::sink_parts(const TaskId& id, const SinkPlugin& plugin,
                                                    const ConfigMap& connector,
                                                    const ConfigMap& task) const {
  const ConfigMap settings =
      sink_consumer_settings(environment_.config.settings.originals(), connector, id);
  pipeline::SinkParts parts;
  MILLRACE_TRY(fill(parts, id, plugin, connector, task));
  parts.make_consumer = [this, settings] { return environment_.clients.consumer(settings); };
  if (const std::string* topics = connector.find("topics"); topics != nullptr && !topics->empty()) {
    parts.topics = split_list(*topics);
  } else {
    Result<config::JavaRegex> pattern =
        config::JavaRegex::compile(connector.get_or("topics.regex", ""));
    if (!pattern) return std::move(pattern.error());
    parts.topic_matches = [pattern = std::make_shared<config::JavaRegex>(std::move(*pattern))](
                              std::string_view topic) {
      const Result<bool> matches = pattern->matches(topic);
      return matches && *matches;
    };
    if (const Result<Setting> age =
            parse_setting("metadata.max.age.ms", settings.get_or("metadata.max.age.ms", "300000"),
                          ConfigType::int64)) {
      parts.topic_refresh_interval = std::chrono::milliseconds(std::get<std::int64_t>(*age));
    }
  }
  const ConfigMap& worker = environment_.config.settings.originals();
  parts.make_admin = make_admin(dead_letter_admin_settings(worker, connector, id));
  parts.make_producer = [this, own = dead_letter_producer_settings(worker, connector, id)](
                            kafka::DeliveryListener& listener) {
    return environment_.clients.producer(own, listener);
  };
  parts.make_converters = [this, connector] { return converters(connector); };
  parts.offset_flush_interval = environment_.config.offset_flush_interval;
  return parts;
}

bool TaskFactory::fall_back(const Error& error, const ConfigMap& connector_config) {
  const auto says = [](const Error& one) {
    return one.java_class() == "org.apache.kafka.common.errors.ClusterAuthorizationException";
  };
  const Error* cause = &error;
  while (cause != nullptr && !says(*cause)) cause = cause->cause();
  if (cause == nullptr || connector_config.contains("producer.override.enable.idempotence") ||
      environment_.config.producer.contains("enable.idempotence")) {
    return false;
  }
  if (plain_producers_.exchange(true)) return true;
  log::logger("org.apache.kafka.connect.runtime.Worker")
      .info(
          "The brokers do not allow idempotent producers: source tasks use plain ones, with one "
          "request in flight");
  return true;
}

Result<std::shared_ptr<pipeline::Pipeline>> TaskFactory::make(
    const TaskId& id, const Configs& configs, const pipeline::Surroundings& surroundings) const {
  const std::string class_name = configs.connector.get_or("connector.class", "");
  if (const SourcePlugin* source = environment_.plugins.find_source(class_name)) {
    MILLRACE_TRY(
        require_versions(configs.connector, source->name, source->version, environment_.plugins));
    Result<pipeline::SourceParts> parts =
        source_parts(id, *source, configs.connector, configs.task);
    if (!parts) return std::move(parts.error());
    parts->current_configs = configs.task_now;
    return std::make_shared<pipeline::SourcePipeline>(std::move(*parts), surroundings);
  }
  const auto sink =
      require(environment_.plugins.find_sink(class_name), "connector.class", class_name);
  if (!sink) return sink.error();
  MILLRACE_TRY(
      require_versions(configs.connector, (*sink)->name, (*sink)->version, environment_.plugins));
  Result<pipeline::SinkParts> parts = sink_parts(id, **sink, configs.connector, configs.task);
  if (!parts) return std::move(parts.error());
  parts->current_configs = configs.task_now;
  return std::make_shared<pipeline::SinkPipeline>(std::move(*parts), surroundings);
}

}  // namespace millrace::worker
