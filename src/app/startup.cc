#include "app/startup.h"

#include "app/builtin_plugins.h"
#include "app/rest_options.h"
#include "base/log.h"
#include "base/take.h"
#include "config/properties.h"
#include "plugin/library_loader.h"
#include "provider/variables.h"
#include "worker/client_settings.h"

#include <utility>

namespace millrace::app {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.cli.AbstractConnectCli");
  return instance;
}

/// Providers may come from there: its own variables cannot be looked up.
void load_plugins(const std::string& path, plugin::Registry& plugins) {
  if (provider::has_variable(path)) {
    logger().warn("plugin.path={} is taken as it is written: variables in it are not looked up",
                  path);
  }
  plugin::load_libraries(path, plugins);
}

Result<std::string> ask_cluster_id(kafka::ClientFactory& clients, const ConfigMap& properties) {
  const auto admin = clients.admin(worker::worker_admin_settings(properties));
  if (!admin) return admin.error();
  return (*admin)->cluster_id();
}

Result<std::unique_ptr<OverridePolicy>> make_policy(const Startup& startup) {
  const std::string& name = startup.config.override_policy;
  const SimplePlugin<OverridePolicy>* plugin = startup.plugins.find_override_policy(name);
  if (plugin == nullptr) {
    return invalid_value("connector.client.config.override.policy", name,
                         "Class " + name + " could not be found.");
  }
  std::unique_ptr<OverridePolicy> policy = plugin->make();
  MILLRACE_TRY(policy->configure(startup.properties));
  return policy;
}

}  // namespace

int failed(ExitCode code, const Error& error) {
  logger().error("Stopping due to error: {}", error.message());
  for (const Error* cause = error.cause(); cause != nullptr; cause = cause->cause()) {
    logger().error("Caused by: {}", cause->message());
  }
  return static_cast<int>(code);
}

Result<std::unique_ptr<Startup>> start_up(const std::string& worker_file, Mode mode) {
  auto startup = std::make_unique<Startup>();
  startup->begin = std::chrono::steady_clock::now();
  logger().info("Kafka Connect worker initializing ...");
  register_builtin_plugins(startup->plugins);
  ConfigMap written;
  if (!worker_file.empty()) MILLRACE_TRY(take(written, config::read_properties(worker_file)));
  load_plugins(written.get_or("plugin.path", ""), startup->plugins);
  Result<provider::Providers> providers = provider::Providers::make(written, startup->plugins);
  if (!providers) return std::move(providers.error());
  startup->providers.emplace(*std::move(providers));
  Result<provider::Resolved> resolved = startup->providers->resolve(written);
  if (!resolved) return std::move(resolved.error());
  startup->properties = std::move(resolved->config);
  const auto load = mode == Mode::standalone ? config::load_standalone : config::load_distributed;
  MILLRACE_TRY(take(
      startup->config,
      load(startup->properties, worker_file,
           startup->plugins.lookup({plugin::Kind::converter, plugin::Kind::header_converter}))));
  startup->clients =
      kafka::make_client_factory({.memory_bytes = startup->config.prefetch_max_bytes});
  MILLRACE_TRY(take(startup->cluster_id, ask_cluster_id(*startup->clients, startup->properties)));
  logger().info("Kafka cluster ID: {}", startup->cluster_id);

  Result<rest::ServerOptions> options = rest_options(startup->config);
  if (!options) return std::move(options.error());
  if (mode == Mode::distributed) {
    startup->peers = peers::make_peer_client(startup->config.rest.https);
    options->peers = startup->peers;
  }
  MILLRACE_TRY(take(startup->rest, rest::Server::open(*std::move(options))));
  startup->advertised = rest::advertise(
      startup->rest->listeners(), {startup->config.advertised_host, startup->config.advertised_port,
                                   startup->config.advertised_protocol});
  logger().info("Advertised URI: {}", startup->advertised.url);
  MILLRACE_TRY(take(startup->policy, make_policy(*startup)));
  return startup;
}

}  // namespace millrace::app
