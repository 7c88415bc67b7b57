#pragma once

#include "base/clock.h"
#include "config/worker_config.h"
#include "kafka/client_factory.h"
#include "pipeline/sink_pipeline.h"
#include "pipeline/source_pipeline.h"
#include "plugin/registry.h"
#include "provider/providers.h"
#include "storage/offset_store.h"
#include "storage/status.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace millrace::worker {

/// What a worker works with; all of it outlives the worker.
struct Environment {
  const config::WorkerConfig& config;
  const plugin::Registry& plugins;
  kafka::ClientFactory& clients;
  storage::OffsetStore& offsets;
  Clock& clock;
  std::string worker_id;                           ///< host:port
  const provider::Providers* providers = nullptr;  ///< none: variables stay as they are
  OverridePolicy* override_policy = nullptr;       ///< none: every client setting may be overridden
  bool own_offset_topics = false;  ///< connectors may name topics for their offsets: in a cluster
};

/// Puts tasks together: plugin, converters, transformations, clients, offsets.
/// Threads: any; the pipelines are made on their tasks' threads.
class TaskFactory {
 public:
  explicit TaskFactory(const Environment& environment) : environment_(environment) {}

  /// What a task is made from, variables looked up.
  struct Configs {
    ConfigMap connector;
    ConfigMap task;
    std::function<Result<ConfigMap>()> task_now;  ///< looks the task's variables up once more
  };

  /// Errors: an unknown class, or a configuration that it refuses.
  Result<std::shared_ptr<pipeline::Pipeline>> make(
      const TaskId& id, const Configs& configs, const pipeline::Surroundings& surroundings) const;

  /// Whether a source task that failed like this shall be made again with a plain producer: the
  /// brokers refuse an idempotent one, and nobody asked for it. Remembered for all tasks to come.
  bool fall_back(const Error& error, const ConfigMap& connector_config);

 private:
  /// What both kinds of tasks have.
  template <class Parts, class Plugin>
  Result<void> fill(Parts& parts, const TaskId& id, const Plugin& plugin,
                    const ConfigMap& connector, const ConfigMap& task) const;
  Result<pipeline::SourceParts> source_parts(const TaskId& id, const SourcePlugin& plugin,
                                             const ConfigMap& connector,
                                             const ConfigMap& task) const;
  Result<pipeline::SinkParts> sink_parts(const TaskId& id, const SinkPlugin& plugin,
                                         const ConfigMap& connector, const ConfigMap& task) const;
  Result<pipeline::Converters> converters(const ConfigMap& connector) const;
  Result<transform::Chain> transforms(const ConfigMap& connector) const;
  Result<pipeline::Converters> json_converters() const;
  /// Null: topics are left to others.
  Result<std::unique_ptr<pipeline::TopicCreation>> topic_creation(const TaskId& id,
                                                                  const ConfigMap& connector) const;
  pipeline::MakeAdmin make_admin(ConfigMap settings) const;

  const Environment& environment_;
  std::atomic<bool> plain_producers_ = false;
};

}  // namespace millrace::worker
