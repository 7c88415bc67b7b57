#pragma once

#include "herder/standalone_herder.h"
#include "plugin_world.h"
#include "worker/worker.h"

namespace millrace {

/// A standalone herder with a real worker below it.
class HerderTest : public PluginWorld {
 protected:
  explicit HerderTest(ConfigMap more = {}) : HerderTest(std::move(more), nullptr) {}
  /// own: the herder's clock, if it shall not be the machine's.
  HerderTest(ConfigMap more, std::unique_ptr<Clock> own) : herder_clock(std::move(own)) {
    ConfigMap properties{{"bootstrap.servers", "nowhere:1"},
                         {"key.converter", "StringConverter"},
                         {"value.converter", "StringConverter"},
                         {"offset.storage.file.filename", "unused"},
                         {"task.shutdown.graceful.timeout.ms", "200"}};
    for (const auto& [key, value] : more) properties.set(key, value);
    config = *config::load_standalone(properties, "worker.properties", converters());
    Clock& its_clock = herder_clock ? *herder_clock : clock;
    herder = std::make_unique<StandaloneHerder>(
        "cluster", plugins, ConnectorValidator(plugins, config, nullptr, &providers), its_clock);
    worker = std::make_unique<worker::Worker>(
        worker::Environment{config, plugins, kafka, offsets, clock, "here:8083", &providers},
        *herder);
    herder->set_worker(*worker);
  }
  ~HerderTest() override {
    herder->stop();  // returns when every lane has done what it was told
  }

  Result<PutResult> put(const std::string& name, ConfigMap more = {}, bool must_be_new = false,
                        std::optional<TargetState> state = std::nullopt) {
    return ask<PutResult>([&](auto reply) {
      herder->put_connector(name, settings(name, std::move(more)), must_be_new, state, reply);
    });
  }
  Result<void> set_state(const std::string& name, TargetState state) {
    return ask<void>([&](auto reply) { herder->set_target_state(name, state, reply); });
  }
  Result<void> remove(const std::string& name) {
    return ask<void>([&](auto reply) { herder->delete_connector(name, reply); });
  }
  std::string state_of(const std::string& name) {
    const auto status = herder->connector_status(name);
    return status ? std::string(to_string(status->connector.state)) : status.error().message();
  }
  std::vector<std::string> task_states(const std::string& name) {
    std::vector<std::string> states;
    if (const auto status = herder->connector_status(name)) {
      for (const TaskStatus& task : status->tasks)
        states.emplace_back(to_string(task.status.state));
    }
    return states;
  }
  bool reaches(const std::string& name, const std::vector<std::string>& states) {
    return wait_until([&] { return task_states(name) == states; });
  }

  std::unique_ptr<Clock> herder_clock;
  config::WorkerConfig config;
  std::unique_ptr<StandaloneHerder> herder;
  std::unique_ptr<worker::Worker> worker;
};

}  // namespace millrace
