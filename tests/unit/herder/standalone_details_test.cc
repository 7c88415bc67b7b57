// What is beside the life of connectors: patches, topics, offsets, plugins, overrides, stages.
#include "base/log.h"
#include "config/override_policies.h"
#include "herder_world.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DetailsTest : public HerderTest {
 protected:
  Result<ConnectorInfo> patch(const std::string& name, ConfigMap changes) {
    return ask<ConnectorInfo>(
        [&](auto reply) { herder->patch_connector(name, std::move(changes), reply); });
  }
  Result<std::vector<ConnectorOffset>> offsets_of(const std::string& name) {
    return ask<std::vector<ConnectorOffset>>(
        [&](auto reply) { herder->connector_offsets(name, reply); });
  }
  Result<bool> alter(const std::string& name) {
    return ask<bool>([&](auto reply) {
      herder->alter_offsets(
          name,
          {{OffsetMap{{"kafka_topic", "in"}, {"kafka_partition", std::int64_t{0}}},
            OffsetMap{{"kafka_offset", std::int64_t{3}}}}},
          reply);
    });
  }
  Result<bool> reset(const std::string& name) {
    return ask<bool>([&](auto reply) { herder->reset_offsets(name, reply); });
  }
};

TEST_F(DetailsTest, APatchReplacesAddsAndRemoves) {
  ASSERT_TRUE(put("orders", {{"colour", "red"}, {"a", "1"}}));
  const auto patched = patch("orders", {{"a", std::nullopt}, {"colour", "blue"}, {"b", "2"}});
  ASSERT_TRUE(patched) << patched.error().message();
  EXPECT_EQ(patched->config, settings("orders", {{"colour", "blue"}, {"b", "2"}}));
  EXPECT_EQ(herder->connector_info("orders")->config, patched->config);
  EXPECT_EQ(script->starts, 2);
}

TEST_F(DetailsTest, APatchIsValidatedAsAWhole) {
  ASSERT_TRUE(put("orders"));
  EXPECT_THAT(patch("orders", {{"name", std::nullopt}}).error().message(),
              HasSubstr("Missing required configuration \"name\""));
  EXPECT_THAT(patch("orders", {{"tasks.max", "0"}}).error().message(),
              HasSubstr("Value must be at least 1"));
  EXPECT_EQ(herder->connector_info("orders")->config, settings("orders"));
  EXPECT_EQ(patch("none", {}).error().message(), "Connector none not found");
  EXPECT_EQ(patch("none", {}).error().code(), ErrorCode::not_found);
}

TEST_F(DetailsTest, ANameInAPatchIsNotComparedWithThePath) {
  ASSERT_TRUE(put("orders"));
  const auto patched = patch("orders", {{"name", "other"}});
  ASSERT_TRUE(patched);
  EXPECT_EQ(patched->name, "orders");
  EXPECT_EQ(*patched->config.find("name"), "other");
}

TEST_F(DetailsTest, TopicsAreRememberedUntilTheyAreReset) {
  ASSERT_TRUE(put("orders"));
  worker::StatusListener& listener = *herder;
  listener.topic_used({"orders", 0}, "b");
  listener.topic_used({"orders", 0}, "a");
  listener.topic_used({"orders", 0}, "b");
  listener.topic_used({"none", 0}, "a");
  EXPECT_THAT(herder->active_topics("orders"), ElementsAre("a", "b"));
  EXPECT_THAT(herder->active_topics("none"), IsEmpty());
  ASSERT_TRUE(ask<void>([&](auto reply) { herder->reset_active_topics("orders", reply); }));
  EXPECT_THAT(herder->active_topics("orders"), IsEmpty());
  ASSERT_TRUE(ask<void>([&](auto reply) { herder->reset_active_topics("none", reply); }));
  listener.topic_used({"orders", 0}, "b");
  EXPECT_THAT(herder->active_topics("orders"), ElementsAre("b"));
  ASSERT_TRUE(remove("orders"));
  ASSERT_TRUE(put("orders"));
  EXPECT_THAT(herder->active_topics("orders"), IsEmpty());
}

TEST_F(DetailsTest, OffsetsAreReadInEveryState) {
  kafka.committed = {{{"in", 0}, 5}};
  ASSERT_TRUE(put("orders", {{"admin.override.retries", "4"}}));
  const ConnectorOffset five{OffsetMap{{"kafka_partition", 0}, {"kafka_topic", "in"}},
                             OffsetMap{{"kafka_offset", std::int64_t{5}}}};
  EXPECT_THAT(*offsets_of("orders"), ElementsAre(five));
  EXPECT_EQ(kafka.admin_settings.get_or("client.id", ""), "connector-worker-adminclient-orders");
  EXPECT_EQ(kafka.admin_settings.get_or("retries", ""), "4");
  ASSERT_TRUE(set_state("orders", TargetState::stopped));
  EXPECT_THAT(*offsets_of("orders"), ElementsAre(five));
  EXPECT_EQ(offsets_of("none").error().message(), "Connector none not found");
}

TEST_F(DetailsTest, OffsetsChangeOnlyWhileTheConnectorIsStopped) {
  ASSERT_TRUE(put("orders"));
  for (const auto& refused : {alter("orders"), reset("orders")}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_config);
    EXPECT_THAT(refused.error().message(),
                HasSubstr("Connectors must be in the STOPPED state before their offsets can be "
                          "modified. This can be done for the specified connector by issuing a "
                          "'PUT' request to the '/connectors/orders/stop' endpoint"));
  }
  ASSERT_TRUE(set_state("orders", TargetState::stopped));
  ASSERT_TRUE(alter("orders"));
  EXPECT_EQ(kafka.committed, (PartitionOffsets{{{"in", 0}, 3}}));
  ASSERT_TRUE(reset("orders"));
  EXPECT_THAT(kafka.committed, IsEmpty());
  EXPECT_EQ(alter("none").error().message(), "Connector none not found");
  EXPECT_EQ(reset("none").error().code(), ErrorCode::not_found);
}

TEST_F(DetailsTest, DefinitionsOfEveryKindOfPlugin) {
  const auto sink = herder->plugin_config("ScriptedSink", std::nullopt);
  ASSERT_TRUE(sink);
  EXPECT_EQ(sink->front().name, "colour");
  EXPECT_EQ((*sink)[1].name, "name");
  const auto version = std::ranges::find(*sink, "connector.plugin.version", &ConfigKey::name);
  EXPECT_EQ(version->default_value, "1.0");
  EXPECT_EQ(std::ranges::find(*sink, "key.converter", &ConfigKey::name)->default_value,
            std::nullopt);
  EXPECT_EQ(herder->plugin_config("StringConverter", std::nullopt)->size(), 2U);
  EXPECT_TRUE(herder->plugin_config("SimpleHeaderConverter", "latest"));
  EXPECT_TRUE(herder->plugin_config("ScriptedSink", "[1.0,2.0)"));
}

TEST_F(DetailsTest, DefinitionsThatThereAreNot) {
  EXPECT_EQ(herder->plugin_config("NoSuch", std::nullopt).error().message(),
            "Unknown plugin NoSuch.");
  EXPECT_EQ(herder->plugin_config("NoSuch", std::nullopt).error().code(), ErrorCode::not_found);
  EXPECT_EQ(herder->plugin_config("ScriptedSink", "[1.0").error().message(),
            "Invalid version specification: [1.0");
  EXPECT_EQ(herder->plugin_config("ScriptedSink", "7").error().message(),
            "Plugin test.ScriptedSinkConnector not found that matches the version range [7,7], "
            "available versions: [1.0]");
  config::register_override_policies(plugins);
  EXPECT_EQ(herder->plugin_config("All", std::nullopt).error().message(),
            "Invalid plugin class All. Valid types are sink, source, converter, header_converter, "
            "transformation, predicate.");
}

TEST_F(DetailsTest, AKeyThatIsProbablyMistypedIsWarnedOf) {
  const log::Capture log;
  ASSERT_TRUE(put("orders", {{"task.max", "2"},
                             {"colours", "red"},
                             {"something.else", "x"},
                             {"consumer.override.max.poll.records", "5"}}));
  EXPECT_TRUE(
      log.contains("Connector orders: 'task.max' is not a known setting; did you mean "
                   "'tasks.max'?"));
  EXPECT_TRUE(log.contains("'colours' is not a known setting; did you mean 'colour'?"));
  EXPECT_FALSE(log.contains("something.else"));
  EXPECT_FALSE(log.contains("consumer.override"));
}

TEST_F(DetailsTest, AClientSettingOfTheWrongTypeIsRefusedAtOnce) {
  const auto refused = put("orders", {{"consumer.override.max.poll.records", "x"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_config);
  EXPECT_THAT(refused.error().message(),
              HasSubstr("Invalid value x for configuration max.poll.records: Not a number of type "
                        "INT"));
}

TEST_F(DetailsTest, AConnectorThatHangsTellsWhereItHangs) {
  Gate gate;
  script->start = [&gate] {
    gate.wait();
    return Result<void>{};
  };
  const auto progress = std::make_shared<Progress>();
  std::promise<void> done;
  herder->put_connector("orders", settings("orders"), true, std::nullopt,
                        {[&done](const Result<PutResult>&) { done.set_value(); }, progress});
  EXPECT_TRUE(wait_until([&] {
    const auto stage = progress->stage();
    return stage && stage->what == "starting the connector" && !stage->completed;
  }));
  const auto behind = std::make_shared<Progress>();
  std::promise<void> removed;
  herder->delete_connector("orders",
                           {[&removed](const Result<void>&) { removed.set_value(); }, behind});
  EXPECT_THAT(behind->stage()->what,
              "waiting for earlier requests about connector orders to be carried out");
  gate.open();
  done.get_future().wait();
  removed.get_future().wait();
}

class TrackingOffTest : public HerderTest {};

TEST_F(TrackingOffTest, NothingIsRemembered) {
  StandaloneHerder quiet("cluster", plugins, ConnectorValidator(plugins, config, nullptr), clock,
                         {.enabled = false, .reset_allowed = true});
  static_cast<worker::StatusListener&>(quiet).topic_used({"a", 0}, "t");
  EXPECT_FALSE(quiet.topic_tracking().enabled);
  EXPECT_THAT(quiet.active_topics("a"), IsEmpty());
}

/// T63: what a policy forbids is refused by REST and at the start of a task.
class PolicyTest : public HerderTest {
 protected:
  static std::unique_ptr<OverridePolicy> policy(const std::string& name, ConfigMap settings = {}) {
    plugin::Registry policies;
    config::register_override_policies(policies);
    std::unique_ptr<OverridePolicy> made = policies.find_override_policy(name)->make();
    EXPECT_TRUE(made->configure(settings));
    return made;
  }
  std::string error_of(const std::string& policy_name, ConfigMap overrides,
                       const ConfigMap& worker_settings = {}) {
    const auto judge = policy(policy_name, worker_settings);
    const ConnectorValidator validator(plugins, config, judge.get());
    Progress progress;
    const Result<ConnectorType> checked =
        validator.check(settings("orders", std::move(overrides)), progress);
    return checked ? "" : checked.error().message();
  }
};

TEST_F(PolicyTest, NoneAllowsNothing) {
  EXPECT_THAT(error_of("None", {{"consumer.override.fetch.min.bytes", "1"}}),
              HasSubstr("The 'None' policy does not allow 'fetch.min.bytes' to be overridden in "
                        "the connector configuration."));
  // A sink without a dead letter topic has no producer.
  EXPECT_EQ(error_of("None", {{"producer.override.linger.ms", "1"}}), "");
}

TEST_F(PolicyTest, AllowlistAndPrincipalAllowWhatTheyName) {
  const ConfigMap list{{"connector.client.config.override.allowlist", "fetch.min.bytes"}};
  EXPECT_EQ(error_of("Allowlist", {{"consumer.override.fetch.min.bytes", "1"}}, list), "");
  EXPECT_THAT(error_of("Allowlist", {{"consumer.override.fetch.max.bytes", "1"}}, list),
              HasSubstr("The 'Allowlist' policy does not allow 'fetch.max.bytes'"));
  EXPECT_EQ(error_of("Principal", {{"consumer.override.sasl.mechanism", "PLAIN"}}), "");
  EXPECT_THAT(error_of("Principal", {{"consumer.override.client.id", "x"}}),
              HasSubstr("The 'Principal' policy does not allow 'client.id'"));
  EXPECT_EQ(error_of("All", {{"consumer.override.client.id", "x"}}), "");
}

TEST_F(PolicyTest, ATaskThatOverridesWhatItMayNotFails) {
  const auto none = policy("None");
  // The herder's own validator knows no policy here, as if the policy had changed since.
  worker = std::make_unique<worker::Worker>(
      worker::Environment{config, plugins, kafka, offsets, clock, "here:8083", nullptr, none.get()},
      *herder);
  herder->set_worker(*worker);
  ASSERT_TRUE(put("orders", {{"consumer.override.client.id", "x"}}));
  EXPECT_TRUE(reaches("orders", {"FAILED"}));
  EXPECT_THAT(herder->task_status({"orders", 0})->status.trace,
              HasSubstr("The 'None' policy does not allow 'client.id'"));
  herder->stop();  // before the policy goes
}

}  // namespace
}  // namespace millrace
