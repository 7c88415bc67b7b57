// What becomes of variables between REST and a task, and of the secrets behind them (O5, T68).
#include "herder_world.h"

#include "base/log.h"
#include "base/secrets.h"

namespace millrace {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* secret = "0pen-sesame";

struct ConfigProviders : HerderTest {
  ConfigProviders() { vault->put("db", "password", secret); }

  /// The configuration that the newest task was started with.
  std::string task_saw(const std::string& key) {
    const MutexLock lock(mutex);
    return last_task.get_or(key, "nothing");
  }
  void watch_tasks() {
    script->task_start = [this](const ConfigMap& given) {
      const MutexLock lock(mutex);
      last_task = given;
      return Result<void>{};
    };
  }
  Result<void> restart(const std::string& name) {
    return ask<void>([&](auto reply) { herder->restart_connector(name, reply); });
  }
  Result<Herder::Validation> validate(ConfigMap more) {
    return ask<Herder::Validation>(
        [&](auto reply) { herder->validate(settings("orders", more), reply); });
  }
  static const ConfigValue& value_of(const Herder::Validation& validation, std::string_view key) {
    static const ConfigValue nothing{.name = "missing", .value = {}};
    for (const auto& entry : validation.entries) {
      if (entry.value.name == key) return entry.value;
    }
    return nothing;
  }

  Mutex mutex;
  ConfigMap last_task GUARDED_BY(mutex);
};

TEST_F(ConfigProviders, ConnectorAndTaskGetTheValueAndEverybodyElseTheVariable) {
  watch_tasks();
  const ConfigMap written = settings("orders", {{"colour", "${vault:db:password}"}});
  const auto created = put("orders", {{"colour", "${vault:db:password}"}});
  ASSERT_TRUE(created) << created.error().message();
  EXPECT_EQ(created->info.config, written);
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  EXPECT_EQ(task_saw("colour"), secret);
  EXPECT_EQ(herder->connector_info("orders")->config, written);
  EXPECT_EQ((*herder->tasks("orders"))[0].config.get_or("colour", ""), "${vault:db:password}");
}

TEST_F(ConfigProviders, UnknownProvidersAndKeysStayAsTheyAre) {
  watch_tasks();
  ASSERT_TRUE(put("orders", {{"a", "${vault:db:nothing}"}, {"b", "${nobody:db:password}"}}));
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  EXPECT_EQ(task_saw("a"), "${vault:db:nothing}");
  EXPECT_EQ(task_saw("b"), "${nobody:db:password}");
}

TEST_F(ConfigProviders, ARestartOfTheConnectorBringsTasksANewValue) {  // T68
  watch_tasks();
  ASSERT_TRUE(put("orders", {{"colour", "${vault:db:password}"}}));
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  ASSERT_TRUE(restart("orders"));
  EXPECT_EQ(script->task_starts, 1) << "the same value: the task goes on";
  vault->put("db", "password", "changed-since");
  ASSERT_TRUE(restart("orders"));
  ASSERT_TRUE(wait_until([&] { return task_saw("colour") == "changed-since"; }));
  EXPECT_EQ(script->task_starts, 2);
  EXPECT_EQ(herder->connector_info("orders")->config.get_or("colour", ""), "${vault:db:password}");
}

TEST_F(ConfigProviders, WhatTheConnectorBuildsFromAValueIsShownWithTheVariable) {
  script->task_configs = [](const ConfigMap& own, std::int32_t) -> Result<std::vector<ConfigMap>> {
    ConfigMap task = own;
    task.set("url", "user:" + own.get_or("colour", "") + "@host");
    return std::vector<ConfigMap>{task};
  };
  watch_tasks();
  ASSERT_TRUE(put("orders", {{"colour", "${vault:db:password}"}}));
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  EXPECT_EQ((*herder->tasks("orders"))[0].config.get_or("url", ""),
            "user:${vault:db:password}@host");
  EXPECT_EQ(task_saw("url"), "user:0pen-sesame@host");
}

TEST_F(ConfigProviders, ClassTasksAndTopicsMayBeVariables) {
  plugins.add_sink({.name = "test.UnnamedSinkConnector",
                    .version = "1.0",
                    .config = {},
                    .make_task = plugins.find_sink(sink_class)->make_task});
  vault->put("", "class", "test.UnnamedSinkConnector");
  vault->put("", "count", "2");
  vault->put("", "topic", "in-topic");
  const auto created = put("orders", {{"connector.class", "${vault:class}"},
                                      {"tasks.max", "${vault:count}"},
                                      {"topics", "${vault:topic}"}});
  ASSERT_TRUE(created) << created.error().message();
  EXPECT_TRUE(reaches("orders", {"RUNNING", "RUNNING"}));
  EXPECT_EQ(herder->connector_info("orders")->type, ConnectorType::sink);
}

TEST_F(ConfigProviders, HowOftenATaskIsRestartedMayBeAVariable) {
  vault->put("", "restarts", "1");
  script->task_start = [](const ConfigMap&) -> Result<void> {
    return Error{ErrorCode::fatal, "broken"};
  };
  const log::Capture capture;
  ASSERT_TRUE(put("orders", {{"errors.task.restart.max", "${vault:restarts}"}}));
  EXPECT_TRUE(wait_until([&] { return script->task_starts == 2; }));
  EXPECT_TRUE(wait_until([&] { return capture.contains("will not recover until manually"); }));
  EXPECT_TRUE(capture.contains("restart 1 of 1 (errors.task.restart.max)"));

  vault->put("", "restarts", "often");  // after it was checked
  ASSERT_TRUE(ask<void>([&](auto reply) { herder->restart_task({"orders", 0}, reply); }));
  ASSERT_TRUE(wait_until([&] {
    const auto status = herder->connector_status("orders");
    return status && !status->tasks.empty() &&
           status->tasks[0].status.trace.find("errors.task.restart.max") != std::string::npos;
  }));
  EXPECT_THAT(herder->connector_status("orders")->tasks[0].status.trace,
              HasSubstr("Invalid value [hidden] for configuration errors.task.restart.max: Not a "
                        "number of type INT"));
  EXPECT_EQ(script->task_starts, 2) << "it was not even started";
}

TEST_F(ConfigProviders, AProvidersErrorRefusesTheConnector) {
  vault->break_down("the vault is sealed");
  const auto refused = put("orders", {{"colour", "${vault:db:password}"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_config);
  EXPECT_EQ(refused.error().message(), "the vault is sealed");
  EXPECT_FALSE(herder->connector_info("orders"));
}

TEST_F(ConfigProviders, ALaterErrorFailsConnectorAndTask) {
  ASSERT_TRUE(put("orders", {{"colour", "${vault:db:password}"}}));
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  vault->break_down("the vault is sealed");
  EXPECT_FALSE(restart("orders"));
  EXPECT_EQ(state_of("orders"), "FAILED");
  EXPECT_THAT(herder->connector_status("orders")->connector.trace,
              HasSubstr("ConfigException: the vault is sealed\n"));
  ASSERT_TRUE(ask<void>([&](auto reply) { herder->restart_task({"orders", 0}, reply); }));
  EXPECT_TRUE(reaches("orders", {"FAILED"}));
}

// Secrets: planted here, and looked for in whatever comes out.

TEST_F(ConfigProviders, ValidationJudgesTheValueAndShowsTheVariable) {
  vault->put("", "count", "not-a-number");
  vault->put("", "green", "green");
  vault->put("db", "other", "only-looked-at");
  const auto judged = validate({{"tasks.max", "${vault:count}"},
                                {"errors.tolerance", "${vault:db:other}"},
                                {"colour", "${vault:green}"},
                                {"name", "orders"}});
  ASSERT_TRUE(judged) << judged.error().message();
  EXPECT_EQ(to_text(value_of(*judged, "tasks.max").value), std::nullopt);
  EXPECT_THAT(value_of(*judged, "tasks.max").errors,
              Contains("Invalid value [hidden] for configuration tasks.max: Not a number of type "
                       "INT"));
  EXPECT_THAT(value_of(*judged, "errors.tolerance").errors,
              Contains(HasSubstr("Invalid value [hidden] for configuration errors.tolerance")));
  EXPECT_EQ(to_text(value_of(*judged, "errors.tolerance").value), "${vault:db:other}");
  EXPECT_EQ(to_text(value_of(*judged, "colour").value), "${vault:green}");
  EXPECT_THAT(value_of(*judged, "colour").errors, Contains("[hidden] is sold out"));
  EXPECT_EQ(to_text(value_of(*judged, "name").value), "orders");
  EXPECT_EQ(secrets::redact("only-looked-at"), "only-looked-at") << "it is not in use";
}

TEST_F(ConfigProviders, ValidationHidesSecretsOfKafkaClients) {
  const auto judged = validate({{"consumer.override.sasl.jaas.config", "Login required;"}});
  ASSERT_TRUE(judged) << judged.error().message();
  const Setting& value = value_of(*judged, "consumer.override.sasl.jaas.config").value;
  EXPECT_EQ(to_text(value), "[hidden]");
}

TEST_F(ConfigProviders, NoAnswerAndNoLineShowsASecret) {
  vault->put("", "count", "12x-34-secret");
  const log::Capture capture;
  std::string told;
  // Refused by the framework, by the connector's own check, by the name of its class.
  told += put("a", {{"tasks.max", "${vault:count}"}}).error().message();
  vault->put("", "green", "green");
  told += put("b", {{"colour", "${vault:green}"}}).error().message();
  told += put("c", {{"connector.class", "${vault:db:password}"}}).error().message();
  told += put("d", {{"transforms", "${vault:db:password}"}}).error().message();
  // Failing in the connector, in the task, at its start and while it runs.
  const std::string leak = "cannot log in with " + std::string(secret);
  script->start = [leak] { return Error{ErrorCode::fatal, leak}; };
  told += put("e", {{"colour", "${vault:db:password}"}}).error().message();
  told += herder->connector_status("e")->connector.trace;
  script->start = [] { return Result<void>{}; };
  script->task_start = [leak](const ConfigMap&) {
    return Error{ErrorCode::fatal, "outer"}.caused_by(Error{ErrorCode::fatal, leak}.at(leak));
  };
  ASSERT_TRUE(put("f", {{"colour", "${vault:db:password}"}}));
  ASSERT_TRUE(reaches("f", {"FAILED"}));
  told += herder->connector_status("f")->tasks[0].status.trace;
  script->task_start = [leak](const ConfigMap&) -> Result<void> { throw std::runtime_error(leak); };
  ASSERT_TRUE(put("g", {{"colour", "${vault:db:password}"}}));
  ASSERT_TRUE(reaches("g", {"FAILED"}));
  told += herder->connector_status("g")->tasks[0].status.trace;
  ASSERT_NE(script->context, nullptr);
  static_cast<void>(script->context->raise_error(Error{ErrorCode::fatal, leak}));
  told += herder->connector_status("g")->connector.trace;

  for (const std::string& line : capture.lines()) told += line + "\n";
  EXPECT_THAT(told, HasSubstr("Invalid value [hidden] for configuration tasks.max"));
  EXPECT_THAT(told, HasSubstr("[hidden] is sold out"));
  EXPECT_THAT(told, HasSubstr("which name matches [hidden],"));
  EXPECT_THAT(told, HasSubstr("cannot log in with [hidden]"));
  EXPECT_THAT(told, Not(HasSubstr(secret)));
  EXPECT_THAT(told, Not(HasSubstr("12x-34-secret")));
}

/// The herder's clock goes on by itself when it is waited for; everything else has the machine's.
struct ManualTime : HerderTest {
  ManualTime() : HerderTest({}, std::make_unique<ManualClock>()) {
    vault->put("db", "password", secret);
  }
  ~ManualTime() override {
    for (const std::string& name : herder->connectors()) static_cast<void>(remove(name));
  }
};

TEST_F(ManualTime, AConnectorIsRestartedWhenItsValuesAreDue) {
  vault->live_for("db", 5min);
  const Clock::Time begin = herder_clock->now();
  script->start = [this] {
    vault->live_for("db", std::nullopt);  // once is enough
    return Result<void>{};
  };
  const log::Capture capture;
  ASSERT_TRUE(put("orders", {{"colour", "${vault:db:password}"}}));
  EXPECT_TRUE(wait_until([&] { return script->starts == 2; }));
  EXPECT_GE(herder_clock->now() - begin, 5min);
  EXPECT_TRUE(capture.contains("what vault:db gave for it is good for 300000 ms"));
}

TEST_F(ManualTime, UnlessItDoesNotWishTo) {
  vault->live_for("db", 5min);
  const ConfigMap with{{"colour", "${vault:db:password}"}};
  ASSERT_TRUE(put("quiet", {{"colour", "${vault:db:password}"}, {"config.action.reload", "none"}}));
  ASSERT_TRUE(reaches("quiet", {"RUNNING"}));
  EXPECT_EQ(script->starts, 1);
  script->start = [this] {
    vault->live_for("db", std::nullopt);
    return Result<void>{};
  };
  ASSERT_TRUE(put("orders", with));  // the clock that brings this one back would bring both
  EXPECT_TRUE(wait_until([&] { return script->starts == 3; }));
  EXPECT_TRUE(remove("orders"));
  EXPECT_EQ(script->starts, 3);
}

}  // namespace
}  // namespace millrace
