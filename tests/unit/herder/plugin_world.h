#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "config/worker_config.h"
#include "convert/register.h"
#include "herder/herder.h"
#include "idle_kafka.h"
#include "plugin/registry.h"
#include "provider/providers.h"
#include "storage/offset_store.h"
#include "unit/provider/scripted_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace millrace {

/// What the test plugins do; shared by the test and every instance of them.
struct Script {
  std::function<Result<void>()> start = [] { return Result<void>{}; };
  std::function<Result<std::vector<ConfigMap>>(const ConfigMap&, std::int32_t)> task_configs =
      [](const ConfigMap& own, std::int32_t max) -> Result<std::vector<ConfigMap>> {
    return std::vector<ConfigMap>(static_cast<std::size_t>(max), own);
  };
  std::function<Result<void>(const ConfigMap&)> task_start = [](const ConfigMap&) {
    return Result<void>{};
  };
  std::function<Result<void>()> put = [] { return Result<void>{}; };
  std::function<void()> validate = [] {};
  std::atomic<int> starts = 0;
  std::atomic<int> stops = 0;
  std::atomic<int> task_starts = 0;
  SinkConnectorContext* context = nullptr;  // of the last instance
};

/// Opens once; waits with a limit, so that a test that goes wrong ends.
class Gate {
 public:
  void open() {
    const MutexLock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool wait() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const MutexLock lock(mutex_);
    while (!open_ && changed_.wait_until(mutex_, deadline)) {
    }
    return open_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ GUARDED_BY(mutex_) = false;
};

/// What herders of tests stand on: plugins that follow a script, a configuration provider "vault",
/// and a Kafka in which nothing happens.
class PluginWorld : public testing::Test {
 protected:
  static constexpr const char* sink_class = "test.ScriptedSinkConnector";

  PluginWorld() {
    add_plugins();
    convert::register_converters(plugins);
    providers = *provider::Providers::make(
        {{"config.providers", "vault"}, {"config.providers.vault.class", "test.Vault"}}, plugins);
  }

  /// Asks and waits for the answer.
  template <class T>
  Result<T> ask(const std::function<void(Herder::Reply<T>)>& question) {
    auto answer = std::make_shared<std::promise<Result<T>>>();
    auto future = answer->get_future();
    question([answer](Result<T> result) { answer->set_value(std::move(result)); });
    if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
      ADD_FAILURE() << "no answer within 20 s";
      return Error{ErrorCode::fatal, "no answer"};
    }
    return future.get();
  }
  static ConfigMap settings(const std::string& name, ConfigMap more = {}) {
    ConfigMap all{{"name", name}, {"connector.class", sink_class}, {"topics", "in"}};
    for (const auto& [key, value] : more) all.set(key, value);
    return all;
  }
  /// Asks again and again, with a limit, for what other threads bring about.
  static bool wait_until(const std::function<bool()>& question) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!question()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  [[nodiscard]] ClassLookup converters() const {
    return plugins.lookup({plugin::Kind::converter, plugin::Kind::header_converter});
  }

  /// One more class of sink connectors; to be called before the first request.
  void add_sink(const char* name, const std::shared_ptr<Script>& follows) {
    plugins.add_sink(
        {.name = name,
         .version = "1.0",
         .config = ConfigDef().define({"colour", ConfigType::string, Importance::low, "Of what."}),
         .make_task = [follows] { return std::make_unique<ScriptedTask>(follows); },
         .make_connector = [follows] { return std::make_unique<ScriptedConnector>(follows); }});
  }

  std::shared_ptr<Script> script = std::make_shared<Script>();
  std::shared_ptr<provider::Vault> vault = std::make_shared<provider::Vault>();
  SystemClock clock;
  plugin::Registry plugins;
  IdleKafka kafka;
  storage::FileOffsetStore offsets{std::filesystem::path("unused")};
  provider::Providers providers;

 private:
  class ScriptedConnector final : public SinkConnector {
   public:
    explicit ScriptedConnector(std::shared_ptr<Script> script) : script_(std::move(script)) {}
    Result<void> start(const Config& config) override {
      script_->context = &context();
      own_ = config.originals();
      ++script_->starts;
      return script_->start();
    }
    Result<std::vector<ConfigMap>> task_configs(std::int32_t max) override {
      return script_->task_configs(own_, max);
    }
    Result<void> stop() override {
      ++script_->stops;
      return {};
    }
    Result<void> validate(const ConfigMap& properties, std::vector<ConfigValue>& values) override {
      script_->validate();
      if (properties.get_or("colour", "") != "green") return {};
      for (ConfigValue& value : values) {
        if (value.name == "colour") value.errors.emplace_back("green is sold out");
      }
      return {};
    }

   private:
    std::shared_ptr<Script> script_;
    ConfigMap own_;
  };
  class ScriptedTask final : public SinkTask {
   public:
    explicit ScriptedTask(std::shared_ptr<Script> script) : script_(std::move(script)) {}
    Result<void> start(const Config& config) override {
      ++script_->task_starts;
      return script_->task_start(config.originals());
    }
    Result<void> put(std::span<const SinkRecord>) override { return script_->put(); }

   private:
    std::shared_ptr<Script> script_;
  };

  void add_plugins() {
    plugins.add_config_provider(provider::vault_plugin(vault));
    add_sink(sink_class, script);
  }
};

}  // namespace millrace
