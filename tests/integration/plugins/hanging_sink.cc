// A sink connector that never returns from the call that its setting `hangs.in` names.
#include "millrace/plugin.h"

#include <chrono>
#include <memory>
#include <thread>

namespace {

using namespace millrace;

class Hanging final : public SinkConnector {
 public:
  Result<void> start(const Config& config) override {
    own_ = config.originals();
    return hang_in(own_, "start");
  }
  Result<std::vector<ConfigMap>> task_configs(std::int32_t) override {
    MILLRACE_TRY(hang_in(own_, "task_configs"));
    return std::vector<ConfigMap>{own_};
  }
  Result<void> stop() override { return hang_in(own_, "stop"); }
  Result<void> validate(const ConfigMap& properties, std::vector<ConfigValue>&) override {
    return hang_in(properties, "validate");
  }

 private:
  static Result<void> hang_in(const ConfigMap& config, std::string_view call) {
    while (config.get_or("hangs.in", "") == call) {
      std::this_thread::sleep_for(std::chrono::hours(1));
    }
    return {};
  }

  ConfigMap own_;
};

class Idle final : public SinkTask {
 public:
  Result<void> start(const Config&) override { return {}; }
  Result<void> put(std::span<const SinkRecord>) override { return {}; }
};

}  // namespace

MILLRACE_PLUGIN(registry) {
  ConfigDef config;
  config.define({.name = "hangs.in", .documentation = "The call that never returns."});
  registry.add_sink({.name = "test.HangingSinkConnector",
                     .version = "1",
                     .config = std::move(config),
                     .make_task = [] { return std::make_unique<Idle>(); },
                     .make_connector = [] { return std::make_unique<Hanging>(); }});
}
