#pragma once

#include "app/exit_code.h"
#include "config/worker_config.h"
#include "kafka/client_factory.h"
#include "millrace/plugin.h"
#include "peers/peer_client.h"
#include "plugin/registry.h"
#include "provider/providers.h"
#include "rest/server.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace millrace::app {

/// What every worker has before its herder is made.
struct Startup {
  std::chrono::steady_clock::time_point begin;
  plugin::Registry plugins;
  std::optional<provider::Providers> providers;
  ConfigMap properties;  ///< of the worker file, variables looked up
  config::WorkerConfig config;
  std::unique_ptr<kafka::ClientFactory> clients;
  std::string cluster_id;
  std::shared_ptr<peers::PeerClient> peers;  ///< null: standalone
  std::unique_ptr<rest::Server> rest;        ///< listens, and answers 404
  rest::Advertised advertised;
  std::unique_ptr<OverridePolicy> policy;
};

enum class Mode : std::uint8_t { standalone, distributed };

/// Reads the worker file, loads plugins, asks Kafka for the cluster's id, opens the REST server.
/// Errors: what keeps the worker from starting.
Result<std::unique_ptr<Startup>> start_up(const std::string& worker_file, Mode mode);

/// Logs why the worker ends, and with which code.
int failed(ExitCode code, const Error& error);

inline constexpr std::chrono::milliseconds rest_grace{1'000};  ///< for requests being answered

}  // namespace millrace::app
