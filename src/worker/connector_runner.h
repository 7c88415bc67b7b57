#pragma once

#include "metrics/plugin_gauges.h"
#include "millrace/sink.h"
#include "millrace/source.h"
#include "worker/status_listener.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace millrace::worker {

/// One connector instance and its life: not started, started, stopped.
/// Threads: the connector's lane; what the connector calls back may come on threads of its own.
/// Errors:  of the plugin, after the status has become FAILED.
/// Source:  WorkerConnector.
class ConnectorRunner {
 public:
  struct Identity {
    std::string name;
    std::string worker_id;
    std::optional<std::string> version;
  };
  using Instance = std::variant<std::unique_ptr<SourceConnector>, std::unique_ptr<SinkConnector>>;

  ConnectorRunner(Identity identity, Instance instance, Config config,
                  std::unique_ptr<OffsetStorageReader> reader, StatusListener& listener);
  ~ConnectorRunner();

  /// Brings it to where it should be: started, or initialised and not started.
  Result<void> transition(TargetState target);
  /// Errors: not started, or the plugin's own.
  Result<std::vector<ConfigMap>> task_configs(std::int32_t max_tasks);
  void shutdown();
  /// It hangs in a call: reports UNASSIGNED, and nothing more; the plugin is stopped when the call
  /// returns after all. Threads: any.
  void abandon();

  [[nodiscard]] bool started() const { return state_ == State::running; }
  [[nodiscard]] bool is_source() const { return instance_.index() == 0; }
  [[nodiscard]] const Config& config() const { return config_; }

 private:
  class SourceContext;
  class SinkContext;

  Connector& connector();
  Result<void> initialize();
  void report(State state, std::string_view trace = {});
  Error fail(Error error);

  const Identity identity_;
  Instance instance_;
  const Config config_;
  StatusListener& listener_;
  metrics::PluginGauges gauges_;
  std::unique_ptr<OffsetStorageReader> reader_;
  std::unique_ptr<SourceContext> source_context_;
  std::unique_ptr<SinkContext> sink_context_;
  std::atomic<bool> closed_ = false;     // read by the connector's own threads
  std::atomic<bool> abandoned_ = false;  // set by whoever gives it up
  bool initialized_ = false;
  std::atomic<State> state_ = State::unassigned;  // raise_error sets it from any thread
};

}  // namespace millrace::worker
