#include "herder_world.h"

namespace millrace {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(HerderTest, CreatesAConnectorAndItsTasks) {
  const auto result = put("orders", {{"tasks.max", "2"}});
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_TRUE(result->created);
  EXPECT_EQ(result->info.config, settings("orders", {{"tasks.max", "2"}}));
  EXPECT_EQ(result->info.type, ConnectorType::sink);
  EXPECT_THAT(result->info.tasks, ElementsAre(TaskId{"orders", 0}, TaskId{"orders", 1}));
  EXPECT_TRUE(reaches("orders", {"RUNNING", "RUNNING"}));
  EXPECT_EQ(state_of("orders"), "RUNNING");
  EXPECT_EQ(herder->connector_status("orders")->connector.worker_id, "here:8083");
  EXPECT_EQ(herder->connector_status("orders")->connector.version, "1.0");
}

TEST_F(HerderTest, TasksGetTheConnectorsConfigurationWithClassAndTopics) {
  ASSERT_TRUE(put("orders"));
  const auto tasks = herder->tasks("orders");
  ASSERT_EQ(tasks->size(), 1U);
  EXPECT_EQ((*tasks)[0].config,
            settings("orders", {{"task.class", "test.ScriptedSinkTask"}, {"topics", "in"}}));
}

TEST_F(HerderTest, AnsweringWithTheConfigurationAsSubmittedKeepsItsOrder) {
  ASSERT_TRUE(put("orders", {{"zebra", "1"}, {"ant", "2"}}));
  std::vector<std::string> keys;
  const auto info = herder->connector_info("orders");
  for (const auto& [key, value] : info->config) keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("name", "connector.class", "topics", "zebra", "ant"));
}

TEST_F(HerderTest, RefusesWhatDoesNotValidateAndStoresNothing) {
  const auto result = put("orders", {{"tasks.max", "x"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::invalid_config);
  EXPECT_THAT(
      result.error().message(),
      HasSubstr("Connector configuration is invalid and contains the following 2 error(s):\n"
                "Invalid value x for configuration tasks.max: Not a number of type INT"));
  EXPECT_THAT(herder->connectors(), IsEmpty());
}

TEST_F(HerderTest, AsksTheConnectorsOwnValidation) {
  const auto result = put("orders", {{"colour", "green"}});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), HasSubstr("green is sold out"));
}

TEST_F(HerderTest, RefusesAChainThatCannotBe) {
  EXPECT_THAT(put("orders", {{"transforms", "hoist"}}).error().message(),
              HasSubstr("Missing required configuration \"transforms.hoist.type\""));
  EXPECT_THAT(
      put("orders", {{"transforms", "a,a"}, {"transforms.a.type", "Nope"}}).error().message(),
      AllOf(HasSubstr("Invalid value [a, a] for configuration transforms: Duplicate alias"),
            HasSubstr("Class Nope could not be found.")));
  EXPECT_THAT(herder->connectors(), IsEmpty());
}

TEST_F(HerderTest, NamesAnUnknownClass) {
  const auto result = put("orders", {{"connector.class", "com.example.Nope"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::invalid_config);
  EXPECT_THAT(result.error().message(),
              HasSubstr("Failed to find any class that implements Connector and which name matches "
                        "com.example.Nope, available connectors are: "));
  EXPECT_THAT(result.error().message(), HasSubstr(sink_class));
}

TEST_F(HerderTest, ANewConnectorMustHaveANewName) {
  ASSERT_TRUE(put("orders"));
  const auto again = put("orders", {}, true);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::conflict);
  EXPECT_EQ(again.error().message(), "Connector orders already exists");
}

TEST_F(HerderTest, AConnectorThatCannotStartStaysAsFailed) {
  script->start = [] { return Error{ErrorCode::fatal, "no disk"}; };
  const auto result = put("orders");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), "no disk");
  EXPECT_EQ(state_of("orders"), "FAILED");
  EXPECT_EQ(herder->connector_status("orders")->connector.trace,
            "org.apache.kafka.connect.errors.ConnectException: no disk\n");
  EXPECT_THAT(herder->connector_info("orders")->tasks, IsEmpty());
}

TEST_F(HerderTest, AConnectorThatThrowsFailsAlone) {
  script->start = []() -> Result<void> { throw std::runtime_error("boom"); };
  EXPECT_THAT(put("orders").error().message(), HasSubstr("boom"));
  EXPECT_EQ(state_of("orders"), "FAILED");
}

TEST_F(HerderTest, ErrorsOfTaskConfigurationReachTheCaller) {
  script->task_configs = [](const ConfigMap&, std::int32_t) -> Result<std::vector<ConfigMap>> {
    return Error{ErrorCode::fatal, "cannot split"};
  };
  EXPECT_EQ(put("orders").error().message(), "cannot split");
}

TEST_F(HerderTest, MoreTasksThanAllowedFailTheConnector) {
  script->task_configs = [](const ConfigMap& own,
                            std::int32_t max) -> Result<std::vector<ConfigMap>> {
    return std::vector<ConfigMap>(static_cast<std::size_t>(max) + 1, own);
  };
  const auto refused = put("orders", {{"tasks.max", "2"}});
  EXPECT_EQ(refused.error().java_class(), "org.apache.kafka.connect.errors.TooManyTasksException");
  EXPECT_EQ(state_of("orders"), "FAILED");
  EXPECT_TRUE(put("lenient", {{"tasks.max", "2"}, {"tasks.max.enforce", "false"}}));
  EXPECT_TRUE(reaches("lenient", {"RUNNING", "RUNNING", "RUNNING"}));
}

TEST_F(HerderTest, StartsPausedWithoutTasksAndResumes) {
  ASSERT_TRUE(put("orders", {}, true, TargetState::paused));
  EXPECT_EQ(state_of("orders"), "PAUSED");
  EXPECT_THAT(task_states("orders"), IsEmpty());
  EXPECT_EQ(script->starts, 0);
  ASSERT_TRUE(set_state("orders", TargetState::started));
  EXPECT_TRUE(reaches("orders", {"RUNNING"}));
  EXPECT_EQ(state_of("orders"), "RUNNING");
}

TEST_F(HerderTest, PausesAndResumesConnectorAndTasks) {
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  ASSERT_TRUE(set_state("orders", TargetState::paused));
  EXPECT_TRUE(reaches("orders", {"PAUSED"}));
  EXPECT_TRUE(wait_until([&] { return state_of("orders") == "PAUSED"; }));
  EXPECT_EQ(script->stops, 1);
  ASSERT_TRUE(set_state("orders", TargetState::started));
  EXPECT_TRUE(reaches("orders", {"RUNNING"}));
  EXPECT_EQ(script->starts, 2);
  EXPECT_EQ(script->task_starts, 1) << "the task went on, it was not made anew";
}

TEST_F(HerderTest, StoppingRemovesTheTasks) {
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  ASSERT_TRUE(set_state("orders", TargetState::stopped));
  EXPECT_EQ(state_of("orders"), "STOPPED");
  EXPECT_THAT(task_states("orders"), IsEmpty());
  EXPECT_THAT(herder->connector_info("orders")->tasks, IsEmpty());
  ASSERT_TRUE(set_state("orders", TargetState::started));
  EXPECT_TRUE(reaches("orders", {"RUNNING"}));
}

TEST_F(HerderTest, ANewConfigurationReplacesConnectorAndTasks) {
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  const auto changed = put("orders", {{"colour", "red"}});
  ASSERT_TRUE(changed);
  EXPECT_FALSE(changed->created);
  EXPECT_TRUE(reaches("orders", {"RUNNING"}));
  EXPECT_EQ(script->starts, 2);
  EXPECT_EQ(script->stops, 1);
  EXPECT_TRUE(wait_until([&] { return script->task_starts == 2; }));
}

TEST_F(HerderTest, TheSameConfigurationRestartsTheConnectorAlone) {  // L9
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  ASSERT_TRUE(put("orders"));
  EXPECT_EQ(script->starts, 2);
  EXPECT_EQ(script->task_starts, 1);
  EXPECT_EQ(task_states("orders"), std::vector<std::string>{"RUNNING"});
}

TEST_F(HerderTest, ReconfigurationReplacesTasksOnlyWhereTheyDiffer) {
  std::atomic<int> version = 0;
  std::atomic<int> asked = 0;
  script->task_configs = [&](const ConfigMap& own, std::int32_t) -> Result<std::vector<ConfigMap>> {
    ConfigMap task = own;
    task.set("version", std::to_string(version));
    ++asked;
    return std::vector<ConfigMap>{task};
  };
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", {"RUNNING"})) << "a task that is replaced earlier never starts";
  ASSERT_TRUE(script->context->request_task_reconfiguration());
  ASSERT_TRUE(wait_until([&] { return asked == 2; }));
  version = 1;
  ASSERT_TRUE(script->context->request_task_reconfiguration());
  EXPECT_TRUE(wait_until([&] { return script->task_starts == 2; }));
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(herder->tasks("orders")->at(0).config.get_or("version", ""), "1");
}

TEST_F(HerderTest, RaisedErrorsShowInTheStatus) {
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(script->context->raise_error(Error{ErrorCode::fatal, "the far end is gone"}));
  EXPECT_EQ(state_of("orders"), "FAILED");
  EXPECT_THAT(herder->connector_status("orders")->connector.trace,
              HasSubstr("the far end is gone"));
}

TEST_F(HerderTest, DeletesConnectorTasksAndStatus) {
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(remove("orders"));
  EXPECT_THAT(herder->connectors(), IsEmpty());
  EXPECT_EQ(state_of("orders"), "No status found for connector orders");
  EXPECT_EQ(herder->connector_info("orders").error().message(), "Connector orders not found");
  EXPECT_EQ(remove("orders").error().code(), ErrorCode::not_found);
  EXPECT_TRUE(put("orders", {}, true)) << "the name is free again";
}

TEST_F(HerderTest, AHungConnectorHoldsUpNobodyElse) {
  Gate gate;
  std::atomic<bool> hung = false;
  script->start = [&]() -> Result<void> {
    if (hung.exchange(true)) return {};
    EXPECT_TRUE(gate.wait());
    return {};
  };
  auto first = std::async(std::launch::async, [&] { return put("slow").has_value(); });
  ASSERT_TRUE(wait_until([&] { return hung.load(); }));
  EXPECT_TRUE(put("quick"));
  EXPECT_TRUE(reaches("quick", {"RUNNING"}));
  EXPECT_TRUE(herder->connector_info("slow")) << "questions are answered meanwhile";
  gate.open();
  EXPECT_TRUE(first.get());
}

TEST_F(HerderTest, ATaskThatDoesNotStopIsLeftBehindAndReportsNothingMore) {
  Gate gate;
  Gate left;
  script->put = [&]() -> Result<void> {
    EXPECT_TRUE(gate.wait());
    left.open();
    return {};
  };
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", {"RUNNING"}));
  ASSERT_TRUE(set_state("orders", TargetState::stopped));  // within the graceful timeout of 200 ms
  EXPECT_EQ(state_of("orders"), "STOPPED");
  gate.open();
  EXPECT_TRUE(left.wait());
  EXPECT_THAT(task_states("orders"), IsEmpty());
}

TEST_F(HerderTest, AFailedTaskShowsItsTraceAndCanBeRestartedAlone) {
  std::atomic<bool> broken = true;
  script->task_start = [&](const ConfigMap&) -> Result<void> {
    if (broken) return Error{ErrorCode::fatal, "no such table"};
    return {};
  };
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", {"FAILED"}));
  EXPECT_THAT(herder->task_status({"orders", 0})->status.trace, HasSubstr("no such table"));
  EXPECT_EQ(state_of("orders"), "RUNNING");
  broken = false;
  ASSERT_TRUE(ask<void>([&](auto reply) { herder->restart_task({"orders", 0}, reply); }));
  EXPECT_TRUE(reaches("orders", {"RUNNING"}));
}

TEST_F(HerderTest, RestartsOnlyWhatHasFailed) {
  std::atomic<int> next = 0;
  script->task_start = [&](const ConfigMap&) -> Result<void> {
    if (next++ == 0) return Error{ErrorCode::fatal, "bad luck"};
    return {};
  };
  ASSERT_TRUE(put("orders", {{"tasks.max", "3"}}));
  ASSERT_TRUE(wait_until([&] { return script->task_starts == 3; }));
  ASSERT_TRUE(wait_until([&] {
    auto states = task_states("orders");
    std::sort(states.begin(), states.end());
    return states == std::vector<std::string>{"FAILED", "RUNNING", "RUNNING"};
  }));
  const auto plan = ask<ConnectorStatus>([&](auto reply) {
    herder->restart_connector_and_tasks("orders", {.include_tasks = true, .only_failed = true},
                                        reply);
  });
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->connector.state, State::running);
  int restarting = 0;
  for (const TaskStatus& task : plan->tasks)
    restarting += task.status.state == State::restarting ? 1 : 0;
  EXPECT_EQ(restarting, 1);
  EXPECT_TRUE(reaches("orders", {"RUNNING", "RUNNING", "RUNNING"}));
  EXPECT_EQ(script->task_starts, 4);
  EXPECT_EQ(script->starts, 1);
}

TEST_F(HerderTest, UnknownNamesAreNotFound) {
  EXPECT_EQ(set_state("nope", TargetState::paused).error().message(), "Unknown connector nope");
  const auto restart = [&](const TaskId& id) {
    return ask<void>([&](auto reply) { herder->restart_task(id, reply); }).error().message();
  };
  EXPECT_EQ(restart({"nope", 0}), "Unknown connector: nope");
  ASSERT_TRUE(put("orders"));
  EXPECT_EQ(restart({"orders", 7}), "Task orders-7 not found");
  EXPECT_EQ(herder->task_status({"orders", 7}).error().message(),
            "No status found for task orders-7");
  EXPECT_EQ(
      ask<void>([&](auto reply) { herder->restart_connector("nope", reply); }).error().message(),
      "Unknown connector: nope");
}

TEST_F(HerderTest, AnswersAtOnceDuringTheStart) {
  const auto ping = [&] { return ask<void>([&](auto reply) { herder->ping(reply); }); };
  EXPECT_EQ(ping().error().code(), ErrorCode::retriable);
  herder->set_ready();
  EXPECT_TRUE(ping());
}

TEST_F(HerderTest, ListsPluginsInTheOrderOfRest) {
  const auto all = herder->plugins(false);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.front().class_name, sink_class);
  EXPECT_EQ(all.front().type, "sink");
  EXPECT_EQ(all.back().type, "header_converter");
  EXPECT_EQ(herder->plugins(true).size(), 1U);
}

TEST_F(HerderTest, ValidatesWithoutCreating) {
  const auto result = ask<Herder::Validation>([&](auto reply) {
    herder->validate(settings("x", {{"tasks.max", "0"}}), reply);
  });
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error_count, 1);
  EXPECT_THAT(herder->connectors(), IsEmpty());
}

}  // namespace
}  // namespace millrace
