#include "http/http_connector.h"

#include "http/keys.h"
#include "http/settings.h"
#include "http/sink_task.h"

#include <algorithm>
#include <utility>

namespace millrace::http {

namespace {

/// Every task gets the whole configuration, also where there are fewer partitions.
class HttpSinkConnector final : public SinkConnector {
 public:
  Result<void> start(const Config& config) override {
    properties_ = config.originals();
    return {};
  }
  Result<std::vector<ConfigMap>> task_configs(std::int32_t max_tasks) override {
    return std::vector<ConfigMap>(static_cast<std::size_t>(std::max(0, max_tasks)), properties_);
  }

  /// What can only be judged with other settings: headers and their separator, credentials of an
  /// authentication, certificates.
  Result<void> validate(const ConfigMap& properties, std::vector<ConfigValue>& values) override {
    const Result<Config> config = http_sink_config().parse(properties);
    if (!config) return {};  // each key has its own message already
    std::vector<Misfit> misfits;
    read_settings(*config, misfits);
    for (Misfit& misfit : misfits) {
      const auto value = std::ranges::find(values, misfit.key, &ConfigValue::name);
      if (value != values.end()) value->errors.push_back(misfit.error.message());
    }
    return {};
  }

  /// Kafka keeps the offsets; there is nothing else to move.
  Result<bool> alter_offsets(
      const ConfigMap& /*properties*/,
      const std::map<TopicPartition, std::optional<std::int64_t>>& /*changes*/) override {
    return true;
  }

 private:
  ConfigMap properties_;
};

}  // namespace

void register_http_connectors(PluginRegistry& registry) {
  registry.add_sink({.name = "nz.ac.auckland.kafka.http.sink.HttpSinkConnector",
                     .version = "1.0.18",
                     .config = http_sink_config(),
                     .make_task = [] { return std::make_unique<HttpSinkTask>(); },
                     .make_connector = [] { return std::make_unique<HttpSinkConnector>(); },
                     .task_name = "nz.ac.auckland.kafka.http.sink.HttpSinkTask"});
}

}  // namespace millrace::http
