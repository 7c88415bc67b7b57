// A class of connectors whose validation never returns: what it costs, and whom.
#include "hanging_validations.h"
#include "cluster_world.h"
#include "hand_clock.h"
#include "herder/rest_errors.h"
#include "herder_world.h"

namespace millrace {
namespace {

using namespace std::chrono_literals;

constexpr const char* other_class = "test.OtherSinkConnector";
constexpr const char* refusal =
    "Connector class test.ScriptedSinkConnector is not asked: 8 calls of its code have not "
    "returned, the first for 11 s";

template <class T>
void expect_refused(const Result<T>& result) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), refusal);
  EXPECT_EQ(result.error().java_class(), unavailable_class);
}

/// What becomes of a patch {"b": "2"} of "orders" when something happens during its validation.
ConfigMap patched_late(Herder& herder, Script& script, const std::function<void()>& meanwhile) {
  Gate gate;
  std::promise<void> validated;
  std::atomic<int> validations = 0;
  script.validate = [&] {
    if (++validations > 1) return;
    validated.set_value();
    gate.wait();
  };
  std::promise<ConfigMap> patched;
  herder.patch_connector("orders", {{"b", "2"}}, [&](const Result<ConnectorInfo>& done) {
    patched.set_value(done ? done->config : ConfigMap{{"error", done.error().message()}});
  });
  validated.get_future().wait();
  meanwhile();
  gate.open();
  ConfigMap result = patched.get_future().get();
  script.validate = [] {};
  return result;
}

class StandaloneHangs : public HerderTest {
 protected:
  StandaloneHangs() : HerderTest({}, std::make_unique<HandClock>()) {
    add_sink(other_class, std::make_shared<Script>());
  }
  Result<Herder::Validation> validate(const ConfigMap& judged) {
    return ask<Herder::Validation>([&](auto reply) { herder->validate(judged, reply); });
  }
};

TEST_F(StandaloneHangs, ItsClassAloneIsRefused) {
  ASSERT_TRUE(put("orders"));
  HangingValidations hanging(*herder, *script, settings("x"));
  static_cast<HandClock&>(*herder_clock).advance(11s);
  expect_refused(validate(settings("y")));
  expect_refused(validate(settings("y", {{"connector.class", "ScriptedSink"}})));  // the alias
  expect_refused(put("z"));
  expect_refused(put("orders", {{"colour", "red"}}));
  expect_refused(ask<ConnectorInfo>([&](auto reply) {
    herder->patch_connector("orders", {{"colour", "red"}}, reply);
  }));
  EXPECT_EQ(herder->connector_info("orders")->config, settings("orders"));

  EXPECT_TRUE(validate(settings("y", {{"connector.class", other_class}})));
  EXPECT_TRUE(put("other", {{"connector.class", other_class}}));
  EXPECT_TRUE(set_state("orders", TargetState::paused)) << "what runs can be changed";
  EXPECT_TRUE(remove("orders"));
  EXPECT_EQ(validate({{"connector.class", "nope"}}).error().code(), ErrorCode::invalid_config);
}

TEST_F(StandaloneHangs, ThoseThatReturnAreForgotten) {
  {
    HangingValidations hanging(*herder, *script, settings("x"));
    static_cast<HandClock&>(*herder_clock).advance(11s);
    expect_refused(put("orders"));
  }
  script->validate = [] {};
  EXPECT_TRUE(wait_until([&] { return put("orders").has_value(); }));
}

TEST_F(StandaloneHangs, APatchThatComesTooLateIsAppliedToWhatThereIs) {
  ASSERT_TRUE(put("orders", {{"a", "1"}}));
  const ConfigMap patched = patched_late(*herder, *script, [&] {
    ASSERT_TRUE(put("orders", {{"a", "3"}})) << "nobody waits for the validation";
  });
  EXPECT_EQ(patched, settings("orders", {{"a", "3"}, {"b", "2"}}));
}

class ClusterHangs : public ClusterTest {
 protected:
  ClusterHangs() { add_sink(other_class, std::make_shared<Script>()); }
};

TEST_F(ClusterHangs, ItsClassAloneIsRefused) {
  start_and_join();
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(set_state("orders", TargetState::stopped));
  HangingValidations hanging(*herder, *script, settings("x"));
  std::promise<Result<PutResult>> waits;
  herder->put_connector("y", settings("y"), true, std::nullopt,
                        [&](Result<PutResult> done) { waits.set_value(std::move(done)); });
  hand.advance(11s);
  herder->check_time();
  expect_refused(waits.get_future().get());
  expect_refused(put("z"));
  expect_refused(ask<ConnectorInfo>([&](auto reply) {
    herder->patch_connector("orders", {{"colour", "red"}}, reply);
  }));
  expect_refused(ask<bool>([&](auto reply) { herder->reset_offsets("orders", reply); }));
  expect_refused(
      ask<Herder::Validation>([&](auto reply) { herder->validate(settings("y"), reply); }));

  EXPECT_TRUE(put("other", {{"connector.class", other_class}}));
  EXPECT_TRUE(reaches("other", "RUNNING: RUNNING"));
  EXPECT_TRUE(set_state("orders", TargetState::started));
  EXPECT_TRUE(reaches("orders", "RUNNING: RUNNING"));
}

TEST_F(ClusterHangs, APatchThatComesTooLateIsAppliedToWhatThereIs) {
  start_and_join();
  ASSERT_TRUE(put("orders", {{"a", "1"}}));
  ConfigMap patched = patched_late(*herder, *script, [&] {
    ASSERT_TRUE(put("orders", {{"a", "3"}})) << "nobody waits for the validation";
  });
  EXPECT_EQ(patched, settings("orders", {{"a", "3"}, {"b", "2"}}));
  EXPECT_EQ(herder->connector_info("orders")->config, patched);
  patched = patched_late(*herder, *script, [&] {
    ASSERT_TRUE(ask<void>([&](auto reply) { herder->delete_connector("orders", reply); }));
  });
  EXPECT_EQ(patched, (ConfigMap{{"error", "Connector orders not found"}}));
}

}  // namespace
}  // namespace millrace
