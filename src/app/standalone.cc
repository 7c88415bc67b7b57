#include "app/standalone.h"

#include "app/builtin_plugins.h"
#include "app/exit_code.h"
#include "app/rest_options.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/connector_file.h"
#include "config/properties.h"
#include "config/worker_config.h"
#include "herder/standalone_herder.h"
#include "kafka/client_factory.h"
#include "plugin/library_loader.h"
#include "plugin/registry.h"
#include "provider/providers.h"
#include "provider/variables.h"
#include "rest/server.h"
#include "storage/offset_store.h"
#include "worker/client_settings.h"
#include "worker/worker.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace millrace::app {

namespace {

constexpr std::chrono::milliseconds rest_grace{1'000};  // for requests that are being answered

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.cli.ConnectStandalone");
  return instance;
}

int failed(ExitCode code, const Error& error) {
  logger().error("Stopping due to error: {}", error.message());
  for (const Error* cause = error.cause(); cause != nullptr; cause = cause->cause()) {
    logger().error("Caused by: {}", cause->message());
  }
  return static_cast<int>(code);
}

std::optional<TargetState> target_of(const std::optional<config::InitialState>& state) {
  if (!state) return std::nullopt;
  switch (*state) {
    case config::InitialState::running: return TargetState::started;
    case config::InitialState::paused: return TargetState::paused;
    case config::InitialState::stopped: break;
  }
  return TargetState::stopped;
}

Result<std::unique_ptr<rest::Server>> open_rest(const config::WorkerConfig& config) {
  Result<rest::ServerOptions> options = rest_options(config);
  if (!options) return std::move(options.error());
  return rest::Server::open(*std::move(options));
}

/// Creates one connector from a file of the command line and waits until it and its tasks are
/// started. None: a signal came first.
Result<std::optional<std::string>> create_connector(StandaloneHerder& herder, Signals& signals,
                                                    const std::string& path) {
  Result<config::ConnectorFile> file = config::read_connector_file(path);
  if (!file) return std::move(file.error());
  struct Answer {
    std::atomic<bool> given = false;
    Result<PutResult> result;
  };
  const auto answer = std::make_shared<Answer>();  // the herder may answer after a signal
  herder.put_connector(file->name, std::move(file->config), true, target_of(file->initial_state),
                       [answer, &signals](Result<PutResult> result) {
                         answer->result = std::move(result);
                         answer->given.store(true, std::memory_order_release);
                         signals.notify();
                       });
  if (signals.wait([&answer] { return answer->given.load(std::memory_order_acquire); })) {
    return std::nullopt;
  }
  if (!answer->result) {
    const Error& error = answer->result.error();
    return Error{error.code(), "Failed to create connector for " + path + ": " + error.message()};
  }
  return std::optional(answer->result->info.name);
}

/// Providers may come from there: its own variables cannot be looked up.
void load_plugins(const std::string& path, plugin::Registry& plugins) {
  if (provider::has_variable(path)) {
    logger().warn("plugin.path={} is taken as it is written: variables in it are not looked up",
                  path);
  }
  plugin::load_libraries(path, plugins);
}

}  // namespace

int run_standalone(const std::string& worker_file,
                   const std::vector<std::string>& connector_files) {
  static Signals signals;  // its thread lives as long as the program
  const auto begin = std::chrono::steady_clock::now();
  logger().info("Kafka Connect worker initializing ...");

  plugin::Registry plugins;
  register_builtin_plugins(plugins);
  ConfigMap written;
  if (!worker_file.empty()) {
    Result<ConfigMap> read = config::read_properties(worker_file);
    if (!read) return failed(ExitCode::not_started, read.error());
    written = std::move(*read);
  }
  load_plugins(written.get_or("plugin.path", ""), plugins);
  const Result<provider::Providers> providers = provider::Providers::make(written, plugins);
  if (!providers) return failed(ExitCode::not_started, providers.error());
  const Result<provider::Resolved> resolved = providers->resolve(written);
  if (!resolved) return failed(ExitCode::not_started, resolved.error());
  const ConfigMap& properties = resolved->config;
  const Result<config::WorkerConfig> config = config::load_standalone(
      properties, worker_file,
      plugins.lookup({plugin::Kind::converter, plugin::Kind::header_converter}));
  if (!config) return failed(ExitCode::not_started, config.error());

  SystemClock clock;
  const std::unique_ptr<kafka::ClientFactory> clients =
      kafka::make_client_factory({.memory_bytes = config->prefetch_max_bytes});
  Result<std::string> cluster_id = [&]() -> Result<std::string> {
    const auto admin = clients->admin(worker::worker_admin_settings(properties));
    if (!admin) return admin.error();
    return (*admin)->cluster_id();
  }();
  if (!cluster_id) return failed(ExitCode::not_started, cluster_id.error());
  logger().info("Kafka cluster ID: {}", *cluster_id);

  Result<std::unique_ptr<rest::Server>> rest = open_rest(*config);
  if (!rest) return failed(ExitCode::not_started, rest.error());
  const rest::Advertised advertised = rest::advertise(
      (*rest)->listeners(),
      {config->advertised_host, config->advertised_port, config->advertised_protocol});
  logger().info("Advertised URI: {}", advertised.url);

  const SimplePlugin<OverridePolicy>* policy_plugin =
      plugins.find_override_policy(config->override_policy);
  if (policy_plugin == nullptr) {
    return failed(ExitCode::not_started,
                  invalid_value("connector.client.config.override.policy", config->override_policy,
                                "Class " + config->override_policy + " could not be found."));
  }
  const std::unique_ptr<OverridePolicy> policy = policy_plugin->make();
  if (const Result<void> configured = policy->configure(properties); !configured) {
    return failed(ExitCode::not_started, configured.error());
  }
  storage::FileOffsetStore offsets(config->offset_file);
  signals.set_exit_at_once(false);
  StandaloneHerder herder(*cluster_id, plugins,
                          ConnectorValidator(plugins, *config, policy.get(), &*providers), clock,
                          {config->settings.get<bool>("topic.tracking.enable"),
                           config->settings.get<bool>("topic.tracking.allow.reset")});
  worker::Worker worker(
      {*config, plugins, *clients, offsets, clock, advertised.worker_id, &*providers, policy.get()},
      herder);
  herder.set_worker(worker);
  if (const Result<void> loaded = offsets.load(); !loaded) {
    return failed(ExitCode::connector, loaded.error());
  }
  logger().info("Herder started");
  (*rest)->serve(herder);
  logger().info("Kafka Connect started after {} ms",
                std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::steady_clock::now() - begin)
                    .count());

  int code = 0;
  for (const std::string& file : connector_files) {
    const Result<std::optional<std::string>> created = create_connector(herder, signals, file);
    if (!created) {
      code = failed(ExitCode::connector, created.error());
      logger().error("Stopping after connector error");
      break;
    }
    if (!*created) break;
    logger().info("Created connector {}", **created);
  }
  if (code == 0) {
    herder.set_ready();
    code = 128 + *signals.wait();
  }
  logger().info("Kafka Connect stopping");
  (*rest)->stop(rest_grace);
  herder.stop();
  logger().info("Kafka Connect stopped");
  return code;
}

}  // namespace millrace::app
