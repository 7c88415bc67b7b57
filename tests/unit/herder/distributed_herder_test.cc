// A distributed herder in a cluster that lives in memory: requests, changes, its own share of work.
#include "cluster_world.h"
#include "herder/rest_errors.h"
#include "peers/signature.h"

namespace millrace {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using DistributedHerderTest = ClusterTest;

TEST_F(DistributedHerderTest, RunsWhatIsCreated) {
  start_and_join();
  const auto put_result = put("orders", {{"tasks.max", "2"}}, true);
  ASSERT_TRUE(put_result) << put_result.error().message();
  EXPECT_TRUE(put_result->created);
  EXPECT_EQ(put_result->info.config, settings("orders", {{"tasks.max", "2"}}));
  EXPECT_TRUE(reaches("orders", "RUNNING: RUNNING RUNNING"));
  EXPECT_THAT(configs.written(), testing::IsSupersetOf({"connector-orders", "commit-orders 2"}));
  const auto tasks = herder->tasks("orders");
  ASSERT_TRUE(tasks);
  EXPECT_EQ(tasks->at(1).config.get_or("task.class", ""), "test.ScriptedSinkTask");
  EXPECT_EQ(tasks->at(1).config.get_or("topics", ""), "in");
  EXPECT_GT(statuses.connector("orders")->generation, 0);

  const auto again = put("orders", {}, true);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::conflict);
  EXPECT_EQ(again.error().message(), "Connector orders already exists");
}

TEST_F(DistributedHerderTest, RefusesWhatIsWrong) {
  start_and_join();
  const auto result = put("orders", {{"colour", "green"}});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), HasSubstr("green is sold out"));
  EXPECT_THAT(configs.written(), Not(Contains("connector-orders")));
  const auto long_name = put(std::string(40'000, 'x'));
  ASSERT_FALSE(long_name);
  EXPECT_THAT(long_name.error().message(), HasSubstr("32767"));
}

TEST_F(DistributedHerderTest, ADeletedConnectorLeavesNothing) {
  start_and_join();
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  static_cast<worker::StatusListener&>(*herder).topic_used({"orders", 0}, "in");
  ASSERT_THAT(herder->active_topics("orders"), ElementsAre("in"));
  ASSERT_TRUE(ask<void>([&](auto reply) { herder->delete_connector("orders", reply); }));
  EXPECT_TRUE(wait_until([&] { return statuses.connectors().empty(); }));
  EXPECT_TRUE(wait_until([&] { return herder->active_topics("orders").empty(); }));
  EXPECT_EQ(states("orders"), "No status found for connector orders");
  EXPECT_EQ(script->stops, 1);
  const auto gone = ask<void>([&](auto reply) { herder->delete_connector("orders", reply); });
  EXPECT_EQ(gone.error().message(), "Connector orders not found");
}

TEST_F(DistributedHerderTest, PausesResumesAndStops) {
  start_and_join();
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  ASSERT_TRUE(set_state("orders", TargetState::paused));
  EXPECT_TRUE(reaches("orders", "PAUSED: PAUSED"));
  ASSERT_TRUE(set_state("orders", TargetState::started));
  EXPECT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  ASSERT_TRUE(set_state("orders", TargetState::stopped));
  EXPECT_TRUE(reaches("orders", "STOPPED:"));
  const auto written = configs.written();
  EXPECT_LT(std::find(written.begin(), written.end(), "commit-orders 0"),
            std::find(written.begin(), written.end(), "target-state-orders STOPPED"));  // C39
  ASSERT_TRUE(set_state("orders", TargetState::started));
  EXPECT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  EXPECT_EQ(set_state("none", TargetState::paused).error().message(), "Unknown connector none");
}

TEST_F(DistributedHerderTest, StartsInTheStateThatIsAskedFor) {
  start_and_join();
  ASSERT_TRUE(put("orders", {}, true, TargetState::stopped));
  EXPECT_TRUE(reaches("orders", "STOPPED:"));
  EXPECT_EQ(script->starts, 0);  // C43
}

TEST_F(DistributedHerderTest, OnlyNewTaskConfigurationsAreWritten) {
  std::atomic<int> asked = 0;
  script->task_configs = [&asked](const ConfigMap&, std::int32_t) {
    ++asked;
    return Result<std::vector<ConfigMap>>(std::vector<ConfigMap>{{{"fixed", "1"}}});
  };
  start_and_join();
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  const auto commits = [&] {
    const auto written = configs.written();
    return std::count(written.begin(), written.end(), "commit-orders 1");
  };
  ASSERT_EQ(commits(), 1);
  ASSERT_TRUE(put("orders"));  // C42: the same configuration
  ASSERT_TRUE(wait_until([&] { return asked == 2; }));
  ASSERT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  EXPECT_EQ(commits(), 1);
  // Tasks see the connector's configuration, too: another one has them started anew.
  ASSERT_TRUE(put("orders", {{"colour", "red"}}));
  EXPECT_TRUE(wait_until([&] { return commits() == 2; }));
  ASSERT_TRUE(put("orders", {{"colour", "blue"}}));
  EXPECT_TRUE(wait_until([&] { return commits() == 3; }));
  EXPECT_TRUE(reaches("orders", "RUNNING: RUNNING"));
}

TEST_F(DistributedHerderTest, RestartsItsShare) {
  std::atomic<bool> fail = true;
  script->put = [] { return Result<void>{}; };
  script->task_start = [&fail](const ConfigMap&) -> Result<void> {
    if (fail) return Error{ErrorCode::fatal, "no such table"};
    return {};
  };
  start_and_join();
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", "RUNNING: FAILED"));
  fail = false;
  const auto plan = ask<ConnectorStatus>([&](auto reply) {
    herder->restart_connector_and_tasks("orders", {true, true}, reply);
  });
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->connector.state, State::running);  // only what failed
  EXPECT_EQ(plan->tasks.at(0).status.state, State::restarting);
  EXPECT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  EXPECT_THAT(statuses.history("orders-0"), Contains(State::restarting));
  EXPECT_EQ(script->starts, 1);

  ASSERT_TRUE(ask<void>([&](auto reply) { herder->restart_connector("orders", reply); }));
  EXPECT_EQ(script->starts, 2);
  ASSERT_TRUE(ask<void>([&](auto reply) { herder->restart_task({"orders", 0}, reply); }));
  EXPECT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  const auto none = ask<void>([&](auto reply) { herder->restart_task({"orders", 7}, reply); });
  EXPECT_EQ(none.error().message(), "Unknown task: orders-7");
}

TEST_F(DistributedHerderTest, FollowersSendRequestsOn) {
  group.follow("http://leader:8083/");
  start_and_join();
  ASSERT_TRUE(configs.put_connector("orders", settings("orders"), std::nullopt));
  ASSERT_TRUE(wait_until([&] { return herder->connectors().size() == 1; }));
  const std::string leader = "http://leader:8083/";
  EXPECT_EQ(place_of<PutResult>([&](auto reply) {
              herder->put_connector("new", settings("new"), true, {}, reply);
            }),
            leader);
  EXPECT_EQ(place_of<void>([&](auto reply) { herder->delete_connector("orders", reply); }), leader);
  EXPECT_EQ(place_of<void>([&](auto reply) {
              herder->set_target_state("orders", TargetState::stopped, reply);
            }),
            leader);
  EXPECT_EQ(place_of<void>([&](auto reply) { herder->restart_connector("orders", reply); }),
            leader);
  EXPECT_EQ(place_of<void>([&](auto reply) {
              herder->set_target_state("orders", TargetState::paused, reply);
            }),
            "here");
  // What is wrong is refused where it arrives.
  EXPECT_THAT(
      place_of<PutResult>([&](auto reply) {
        herder->put_connector("new", settings("new", {{"colour", "green"}}), true, {}, reply);
      }),
      HasSubstr("green is sold out"));
}

TEST_F(DistributedHerderTest, TheLeaderKnowsTheOwners) {
  group::Owners owners;
  owners.connectors["orders"] = "http://other:8083/";
  group.set_owners(owners);
  start_and_join();
  ASSERT_TRUE(configs.put_connector("orders", settings("orders"), std::nullopt));
  ASSERT_TRUE(configs.put_tasks("orders", {{{"a", "b"}}}));
  ASSERT_TRUE(wait_until([&] { return group.reasons().size() >= 2; }));
  EXPECT_EQ(place_of<void>([&](auto reply) { herder->restart_connector("orders", reply); }),
            "http://other:8083/");
  EXPECT_THAT(place_of<void>([&](auto reply) {
                herder->restart_task({"orders", 0}, reply);
              }),
              HasSubstr("no known leader URL"));
}

TEST_F(DistributedHerderTest, ARequestWaitsForARebalance) {
  start_and_join();
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  group.hold();
  group.rebalance();
  auto answer = std::make_shared<std::promise<Result<void>>>();
  auto future = answer->get_future();
  herder->delete_connector("orders",
                           {[answer](Result<void> result) { answer->set_value(result); }});
  EXPECT_EQ(future.wait_for(50ms), std::future_status::timeout);
  group.release();
  ASSERT_EQ(future.wait_for(20s), std::future_status::ready);
  EXPECT_TRUE(future.get());
}

TEST_F(DistributedHerderTest, ARebalanceThatGoesOnIsAConflict) {
  start_and_join();
  group.hold();
  group.rebalance();
  auto answer = std::make_shared<std::promise<Result<void>>>();
  auto future = answer->get_future();
  herder->delete_connector("orders",
                           {[answer](Result<void> result) { answer->set_value(result); }});
  ASSERT_TRUE(wait_until([&] {
    hand.advance(1s);
    herder->check_time();
    return future.wait_for(1ms) == std::future_status::ready;
  }));
  const auto result = future.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::conflict);
  EXPECT_EQ(result.error().message(),
            "Cannot complete request momentarily due to stale configuration (typically caused by a "
            "concurrent config change)");
}

TEST_F(DistributedHerderTest, AStopRefusesWhatWaits) {
  start_and_join();
  group.hold();
  group.rebalance();
  auto answer = std::make_shared<std::promise<std::string>>();
  auto future = answer->get_future();
  herder->delete_connector("orders", {[answer](const Result<void>& done) {
                             answer->set_value(done ? "done" : done.error().message());
                           }});
  stop();
  ASSERT_EQ(future.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(future.get(), "Worker is shutting down");
}

TEST_F(DistributedHerderTest, FollowersHaveTheLeaderWriteTaskConfigurations) {
  group.follow("http://leader:8083/");
  group.give({{"orders"}, {}});
  const storage::SessionKey key{std::string(32, 'k'), "HmacSHA256", 0};
  start_and_join();
  ASSERT_TRUE(configs.put_session_key(key));
  peers.answer(peers::PeerAnswer{503, "not yet"});
  ASSERT_TRUE(configs.put_connector("orders", settings("orders"), std::nullopt));
  ASSERT_TRUE(wait_until([&] { return peers.requests().size() == 1; }));
  peers.answer(peers::PeerAnswer{204, ""});
  ASSERT_TRUE(wait_until([&] {  // again, after a pause
    hand.advance(250ms);
    herder->check_time();
    return peers.requests().size() >= 2;
  }));
  const peers::PeerRequest request = peers.requests().back();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://leader:8083/connectors/orders/tasks");
  EXPECT_THAT(request.body, HasSubstr(R"("task.class":"test.ScriptedSinkTask")"));
  const auto signature = peers::sign("HmacSHA256", key.bytes, request.body);
  EXPECT_THAT(request.headers, Contains(std::pair<std::string, std::string>(
                                   "X-Connect-Authorization", signature->mac)));
}

TEST_F(DistributedHerderTest, TakesTaskConfigurationsFromThoseThatKnowTheKey) {
  start_and_join();
  ASSERT_TRUE(put("orders", {}, true, TargetState::paused));
  ASSERT_TRUE(reaches("orders", "PAUSED:"));
  ASSERT_TRUE(wait_until([&] { return configs.snapshot()->session_key.has_value(); }))
      << "the leader makes one";
  const std::string body = R"([{"a":"b"}])";
  const auto post = [&](Herder::Signed request) {
    return ask<void>([&](auto reply) {
      herder->put_task_configs("orders", {{{"a", "b"}}}, std::move(request), reply);
    });
  };
  // Before the body is read no more than this can be told.
  EXPECT_EQ(herder->check_signed("AAAA", std::nullopt).error().message(),
            "Internal request missing required signature");
  EXPECT_FALSE(herder->check_signed("no base64", "HmacSHA256"));
  EXPECT_FALSE(herder->check_signed("AAAA", "HmacMD5")) << "it is not taken";
  EXPECT_TRUE(herder->check_signed("AAAA", "HmacSHA256"));
  const auto unsigned_request = post({body, {}, {}});
  EXPECT_EQ(unsigned_request.error().code(), ErrorCode::invalid_config);
  const auto wrong = post({body, "AAAA", "HmacSHA256"});
  EXPECT_EQ(wrong.error().java_class(), forbidden_class);
  const auto signature = peers::sign("HmacSHA256", configs.snapshot()->session_key->bytes, body);
  EXPECT_TRUE(post({body, signature->mac, signature->algorithm}));
  EXPECT_THAT(configs.written(), Contains("commit-orders 1"));
}

/// C35: it would wait for the first round, in which this worker may come to lead.
TEST_F(DistributedHerderTest, NothingUnsignedWaitsForTheFirstRound) {
  const auto post = [&](Herder::Signed request) {
    std::optional<Error> refusal;
    herder->put_task_configs("orders", {{{"a", "b"}}}, std::move(request),
                             {[&](const Result<void>& done) { refusal = done.error(); }});
    return refusal ? std::string(refusal->java_class()) : "it waits";
  };
  EXPECT_EQ(herder->check_signed("AAAA", "HmacSHA256").error().java_class(), unavailable_class);
  EXPECT_EQ(post({"[]", {}, {}}), Error(ErrorCode::invalid_config, "").java_class());
  EXPECT_EQ(post({"[]", "AAAA", "HmacSHA256"}), unavailable_class) << "there is no key yet";
  start_and_join();
}

TEST_F(DistributedHerderTest, TheKeyIsRenewedInTime) {
  start_and_join();
  ASSERT_TRUE(wait_until([&] { return configs.snapshot()->session_key.has_value(); }));
  const auto first = configs.snapshot()->session_key;
  ASSERT_TRUE(wait_until([&] {  // H19: an hour
    hand.advance(1min);
    herder->check_time();
    return configs.snapshot()->session_key != first;
  }));
  EXPECT_GE(configs.snapshot()->session_key->created_ms - first->created_ms, 3'600'000);
}

TEST_F(DistributedHerderTest, AConnectorThatHangsKeepsNobodyWaiting) {
  auto gate = std::make_shared<Gate>();
  std::atomic<int> starts = 0;
  script->start = [gate, &starts]() -> Result<void> {
    if (++starts == 1) gate->wait();
    return {};
  };
  start_and_join();
  ASSERT_TRUE(put("hangs"));
  ASSERT_TRUE(wait_until([&] { return starts == 1; }));
  ASSERT_TRUE(put("orders"));
  EXPECT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  hand.advance(2s);
  // Its deletion is a rebalance in which it has to stop: nobody waits for it.
  ASSERT_TRUE(ask<void>([&](auto reply) { herder->delete_connector("hangs", reply); }));
  ASSERT_TRUE(wait_until([&] { return statuses.connectors() == std::set<std::string>{"orders"}; }));
  // The name is free again.
  ASSERT_TRUE(put("hangs"));
  EXPECT_TRUE(reaches("hangs", "RUNNING: RUNNING"));
  gate->open();
  EXPECT_TRUE(wait_until([&] { return script->stops == 1; })) << "it is stopped when it returns";
  EXPECT_EQ(states("hangs"), "RUNNING: RUNNING") << "and says nothing any more";
}

TEST_F(DistributedHerderTest, AWorkerThatThawsDoesNotHaveTheLastWord) {
  start_and_join();
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", "RUNNING: RUNNING"));
  const storage::StoredStatus late{{State::unassigned, "frozen:8083", {}, {}}, 0};
  statuses.put_connector("orders", late, storage::Write::safe);
  statuses.put_task({"orders", 0}, late, storage::Write::safe);
  ASSERT_EQ(states("orders"), "UNASSIGNED: UNASSIGNED");
  hand.advance(2s);
  herder->check_time();
  EXPECT_TRUE(reaches("orders", "RUNNING: RUNNING"));
}

TEST_F(DistributedHerderTest, EndsWhenATopicCannotBeUsed) {
  configs.broken = Error{ErrorCode::invalid_config, "topic 'configs' has 2 partitions"};
  start();
  auto why = ended.get_future();
  ASSERT_EQ(why.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(why.get(), "topic 'configs' has 2 partitions");
}

TEST_F(DistributedHerderTest, ShowsWhatIsMissing) {
  start_and_join();
  ASSERT_TRUE(configs.put_connector(
      "alien", {{"name", "alien"}, {"connector.class", "com.acme.AlienSink"}}, std::nullopt));
  ASSERT_TRUE(configs.put_tasks("alien", {{{"task.class", "com.acme.AlienTask"}}}));
  EXPECT_TRUE(reaches("alien", "FAILED: FAILED"));
  const auto status = static_cast<const Herder&>(*herder).connector_status("alien");
  EXPECT_THAT(status->connector.trace, HasSubstr("com.acme.AlienSink"));
  EXPECT_THAT(status->tasks.at(0).status.trace, HasSubstr("com.acme.AlienSink"));
}

}  // namespace
}  // namespace millrace
