#include "config/override_policies.h"

#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace millrace::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Keeps policies and nothing else.
class PolicyShelf final : public PluginRegistry {
 public:
  void add_source(SourcePlugin) override { ADD_FAILURE(); }
  void add_sink(SinkPlugin) override { ADD_FAILURE(); }
  void add_converter(SimplePlugin<Converter>) override { ADD_FAILURE(); }
  void add_header_converter(SimplePlugin<HeaderConverter>) override { ADD_FAILURE(); }
  void add_transformation(SimplePlugin<Transformation>) override { ADD_FAILURE(); }
  void add_predicate(SimplePlugin<Predicate>) override { ADD_FAILURE(); }
  void add_config_provider(SimplePlugin<ConfigProvider>) override { ADD_FAILURE(); }
  void add_override_policy(SimplePlugin<OverridePolicy> plugin) override {
    policies.emplace(plugin.name, std::move(plugin));
  }

  std::map<std::string, SimplePlugin<OverridePolicy>> policies;
};

class OverridePolicies : public ::testing::Test {
 protected:
  void SetUp() override { register_override_policies(shelf_); }

  /// The messages that the policy has for overriding each of these with "1".
  std::vector<std::string> messages(const std::string& policy, const ConfigMap& properties,
                                    std::initializer_list<const char*> keys) {
    const auto made = shelf_.policies
                          .at("org.apache.kafka.connect.connector.policy." + policy +
                              "ConnectorClientConfigOverridePolicy")
                          .make();
    EXPECT_TRUE(made->configure(properties));
    ClientConfigRequest request;
    for (const char* key : keys) request.overrides.set(key, "1");
    std::vector<std::string> result;
    const Result<std::vector<ConfigValue>> values = made->validate(request);
    EXPECT_EQ(values->size(), keys.size());
    for (const ConfigValue& value : *values) {
      result.insert(result.end(), value.errors.begin(), value.errors.end());
    }
    return result;
  }

  PolicyShelf shelf_;
};

TEST_F(OverridePolicies, AllFourAreThere) { EXPECT_EQ(shelf_.policies.size(), 4U); }

TEST_F(OverridePolicies, AllAllowsEverything) {
  EXPECT_THAT(messages("All", {}, {"acks", "anything"}), IsEmpty());
}

// T63.
TEST_F(OverridePolicies, NoneAllowsNothing) {
  EXPECT_THAT(messages("None", {}, {"acks", "linger.ms"}),
              ElementsAre("The 'None' policy does not allow 'acks' to be overridden in the "
                          "connector configuration.",
                          "The 'None' policy does not allow 'linger.ms' to be overridden in the "
                          "connector configuration."));
}

TEST_F(OverridePolicies, AllowlistAllowsWhatItNames) {
  const ConfigMap properties{
      {"connector.client.config.override.allowlist", "linger.ms, batch.size"}};
  EXPECT_THAT(messages("Allowlist", properties, {"linger.ms", "batch.size"}), IsEmpty());
  EXPECT_THAT(messages("Allowlist", properties, {"acks"}),
              ElementsAre("The 'Allowlist' policy does not allow 'acks' to be overridden in the "
                          "connector configuration."));
  EXPECT_THAT(messages("Allowlist", {}, {"linger.ms"}), ::testing::SizeIs(1));
}

TEST_F(OverridePolicies, AllowlistRefusesAnEmptyElement) {
  const auto policy = shelf_.policies
                          .at("org.apache.kafka.connect.connector.policy."
                              "AllowlistConnectorClientConfigOverridePolicy")
                          .make();
  const Result<void> configured =
      policy->configure({{"connector.client.config.override.allowlist", "a,"}});
  ASSERT_FALSE(configured);
  EXPECT_EQ(configured.error().message(),
            "Configuration 'connector.client.config.override.allowlist' values must not be empty.");
}

TEST_F(OverridePolicies, PrincipalAllowsLoginsAndSaysThatItIsDeprecated) {
  const log::Capture log;
  EXPECT_THAT(
      messages("Principal", {}, {"sasl.jaas.config", "sasl.mechanism", "security.protocol"}),
      IsEmpty());
  EXPECT_TRUE(log.contains("deprecated"));
  EXPECT_THAT(messages("Principal", {}, {"acks"}),
              ElementsAre("The 'Principal' policy does not allow 'acks' to be overridden in the "
                          "connector configuration."));
}

}  // namespace
}  // namespace millrace::config
