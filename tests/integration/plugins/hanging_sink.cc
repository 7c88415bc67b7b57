// A sink connector whose call that the setting `hangs.in` names never returns; with `hangs.while`
// it does when that file is gone. Tasks hang in the calls with `task.` before their names.
#include "millrace/plugin.h"
#include "millrace/plugin_log.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

namespace {

using namespace millrace;

Result<void> hang_in(const ConfigMap& config, std::string_view call) {
  if (config.get_or("hangs.in", "") != call) return {};
  const std::string text(call);
  log_info("test.Hanging", "hangs in " + text);
  const std::filesystem::path file = config.get_or("hangs.while", "/");
  while (std::filesystem::exists(file)) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  log_info("test.Hanging", "returns from " + text);
  return {};
}

class Hanging final : public SinkConnector {
 public:
  Result<void> start(const Config& config) override {
    own_ = config.originals();
    return hang_in(own_, "start");
  }
  Result<std::vector<ConfigMap>> task_configs(std::int32_t max_tasks) override {
    MILLRACE_TRY(hang_in(own_, "task_configs"));
    return std::vector<ConfigMap>(static_cast<std::size_t>(max_tasks), own_);
  }
  Result<void> stop() override { return hang_in(own_, "stop"); }
  Result<void> validate(const ConfigMap& properties, std::vector<ConfigValue>&) override {
    return hang_in(properties, "validate");
  }

 private:
  ConfigMap own_;
};

class HangingTask final : public SinkTask {
 public:
  Result<void> start(const Config& config) override {
    own_ = config.originals();
    return hang_in(own_, "task.start");
  }
  Result<void> put(std::span<const SinkRecord> records) override {
    return records.empty() ? Result<void>() : hang_in(own_, "task.put");
  }
  Result<void> stop() override { return hang_in(own_, "task.stop"); }

 private:
  ConfigMap own_;
};

}  // namespace

MILLRACE_PLUGIN(registry) {
  ConfigDef config;
  config.define({.name = "hangs.in", .documentation = "The call that never returns."});
  config.define({.name = "hangs.while",
                 .documentation = "A file; while it is there, the call does not return.",
                 .default_value = "/"});
  registry.add_sink({.name = "test.HangingSinkConnector",
                     .version = "1",
                     .config = std::move(config),
                     .make_task = [] { return std::make_unique<HangingTask>(); },
                     .make_connector = [] { return std::make_unique<Hanging>(); }});
}
