#include "app/standalone.h"

#include "app/exit_code.h"
#include "app/signals.h"
#include "app/startup.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/connector_file.h"
#include "config/worker_config.h"
#include "herder/standalone_herder.h"
#include "storage/offset_store.h"
#include "worker/worker.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace millrace::app {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.cli.ConnectStandalone");
  return instance;
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

}  // namespace

int run_standalone(const std::string& worker_file,
                   const std::vector<std::string>& connector_files) {
  static Signals signals;  // its thread lives as long as the program
  Result<std::unique_ptr<Startup>> started = start_up(worker_file, Mode::standalone);
  if (!started) return failed(ExitCode::not_started, started.error());
  Startup& startup = **started;
  const config::WorkerConfig& config = startup.config;
  SystemClock clock;
  storage::FileOffsetStore offsets(config.offset_file);
  signals.set_exit_at_once(false);
  StandaloneHerder herder(
      startup.cluster_id, startup.plugins,
      ConnectorValidator(startup.plugins, config, startup.policy.get(), &*startup.providers), clock,
      {config.settings.get<bool>("topic.tracking.enable"),
       config.settings.get<bool>("topic.tracking.allow.reset")});
  worker::Worker worker({config, startup.plugins, *startup.clients, offsets, clock,
                         startup.advertised.worker_id, &*startup.providers, startup.policy.get()},
                        herder);
  herder.set_worker(worker);
  if (const Result<void> loaded = offsets.load(); !loaded) {
    return failed(ExitCode::connector, loaded.error());
  }
  logger().info("Herder started");
  startup.rest->serve(herder);
  logger().info("Kafka Connect started after {} ms",
                std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::steady_clock::now() - startup.begin)
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
  startup.rest->stop(rest_grace);
  herder.stop();
  logger().info("Kafka Connect stopped");
  return code;
}

}  // namespace millrace::app
