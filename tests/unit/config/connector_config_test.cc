#include "config/connector_config.h"

#include "connector_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Texts = std::vector<std::string>;

ConfigMap sink(std::initializer_list<ConfigMap::Entry> entries) {
  ConfigMap properties{{"name", "s"}, {"connector.class", "FileStreamSink"}};
  for (const ConfigMap::Entry& entry : entries) properties.set(entry.first, entry.second);
  return properties;
}

ConfigMap source(std::initializer_list<ConfigMap::Entry> entries) {
  ConfigMap properties{{"name", "s"}, {"connector.class", "FileStreamSource"}, {"topic", "t"}};
  for (const ConfigMap::Entry& entry : entries) properties.set(entry.first, entry.second);
  return properties;
}

const CheckedKey* find(const ConnectorValidation& validation, std::string_view name) {
  for (const CheckedKey& entry : validation.entries) {
    if (entry.value.name == name) return &entry;
  }
  return nullptr;
}

Texts errors(const ConnectorValidation& validation, std::string_view name) {
  const CheckedKey* entry = find(validation, name);
  return entry != nullptr ? entry->value.errors : Texts{"no such key"};
}

class ConnectorConfig : public ::testing::Test {
 protected:
  Texts sink_errors(std::initializer_list<ConfigMap::Entry> entries, std::string_view key) {
    return errors(worker.validate(sink(entries), true), key);
  }
  Texts source_errors(std::initializer_list<ConfigMap::Entry> entries, std::string_view key) {
    return errors(worker.validate(source(entries), false), key);
  }

  WorkerFixture worker;
};

TEST_F(ConnectorConfig, UnreadableNumbersGiveAPairOfMessages) {
  EXPECT_THAT(
      sink_errors({{"topics", "t"}, {"tasks.max", "x"}}, "tasks.max"),
      ElementsAre("Invalid value x for configuration tasks.max: Not a number of type INT",
                  "Invalid value null for configuration tasks.max: Value must be non-null"));
}

TEST_F(ConnectorConfig, ABlankTopicListIsNone) {
  EXPECT_THAT(sink_errors({{"topics", "  "}}, "topics"),
              ElementsAre("Must configure one of topics or topics.regex"));
  EXPECT_THAT(sink_errors({{"topics", " "}, {"topics.regex", "a.*"}}, "topics.regex"), IsEmpty());
}

TEST_F(ConnectorConfig, TopicListsHaveNoEmptyOrRepeatedNames) {
  EXPECT_THAT(sink_errors({{"topics", "a,"}}, "topics"),
              ElementsAre("Configuration 'topics' values must not be empty."));
  EXPECT_THAT(sink_errors({{"topics", "a,b,a"}}, "topics"),
              ElementsAre("Configuration 'topics' values must not be duplicated."));
}

TEST_F(ConnectorConfig, APatternThatIsNoneIsToldWithTheReason) {
  EXPECT_THAT(sink_errors({{"topics.regex", "a("}}, "topics.regex"),
              ElementsAre(HasSubstr("Invalid value a( for configuration topics.regex: Invalid "
                                    "regex: missing closing parenthesis")));
}

TEST_F(ConnectorConfig, TheDeadLetterTopicIsNotConsumed) {
  const ConfigMap::Entry dead{"errors.deadletterqueue.topic.name", " dead "};
  EXPECT_THAT(sink_errors({{"topics", "a,dead"}, dead}, "topics"),
              ElementsAre("The DLQ topic 'dead' may not be included in the list of topics "
                          "('topics=[a, dead]') consumed by the connector"));
  EXPECT_THAT(sink_errors({{"topics.regex", "d.*"}, dead}, "topics.regex"),
              ElementsAre("The DLQ topic 'dead' may not be matched by the regex for the topics "
                          "('topics.regex=d.*') consumed by the connector"));
  EXPECT_THAT(sink_errors({{"topics.regex", "e.*"}, dead}, "topics.regex"), IsEmpty());
}

TEST_F(ConnectorConfig, NullsAreRefusedWhetherDefinedOrNot) {
  constexpr const char* message = "Null value can not be supplied as the configuration value.";
  const ConnectorValidation result = worker.validate(source({{"file", std::nullopt},
                                                             {"errors.log.enable", std::nullopt},
                                                             {"who.knows", std::nullopt}}),
                                                     false);
  EXPECT_EQ(result.entries.front().value.name, "who.knows");
  EXPECT_FALSE(result.entries.front().definition);
  for (const char* key : {"who.knows", "errors.log.enable", "file"}) {
    EXPECT_THAT(errors(result, key), ElementsAre(message)) << key;
  }
  EXPECT_EQ(result.error_count, 3);
}

TEST_F(ConnectorConfig, UnknownKeysAreNotShown) {
  EXPECT_EQ(find(worker.validate(source({{"who.knows", "x"}}), false), "who.knows"), nullptr);
}

TEST_F(ConnectorConfig, TheConnectorsOwnCheckAddsMessages) {
  worker.own_check = [](const ConfigMap&, std::vector<ConfigValue>& values) -> Result<void> {
    values[0].errors.emplace_back("no such file");
    values.push_back({.name = "extra", .value = {}, .errors = {"odd"}});
    return {};
  };
  const ConnectorValidation result = worker.validate(source({}), false);
  EXPECT_THAT(errors(result, "file"), ElementsAre("no such file"));
  EXPECT_EQ(result.entries.front().value.name, "extra");
  EXPECT_EQ(result.error_count, 2);

  worker.own_check = [](const ConfigMap&, std::vector<ConfigValue>&) -> Result<void> {
    return Error(ErrorCode::fatal, "broken");
  };
  EXPECT_EQ(worker.try_validate(source({}), false).error().message(), "broken");
}

TEST_F(ConnectorConfig, AConnectorsKeyReplacesTheFrameworks) {
  const ConfigDef own = ConfigDef().define(
      {.name = "tasks.max", .type = ConfigType::string, .default_value = "many"});
  const ConfigMap properties = source({});
  const Result<ConnectorValidation> result =
      validate_connector({.own = own, .properties = properties}, worker.surroundings);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->entries[3].value.name, "tasks.max");
  EXPECT_EQ(result->entries[3].definition->type, ConfigType::string);
  EXPECT_EQ(result->entries[3].value.value, Setting("many"));
  EXPECT_EQ(result->entries.back().value.name, "offsets.storage.topic");
}

TEST_F(ConnectorConfig, ConvertersComeByAliasAndMustBeConverters) {
  const ConnectorValidation json = worker.validate(source({{"key.converter", "Json"}}), false);
  EXPECT_EQ(find(json, "key.converter")->value.value, Setting(converter_classes[7]));
  EXPECT_EQ(find(json, "key.converter.converter.type")->value.value, Setting("key"));
  EXPECT_THAT(source_errors({{"header.converter", "Other"}}, "header.converter"),
              ElementsAre("Class class org.apache.Other does not implement the HeaderConverter "
                          "interface"));
  EXPECT_THAT(source_errors({{"key.converter", "no.Such"}}, "key.converter"),
              ElementsAre("Invalid value no.Such for configuration key.converter: Class no.Such "
                          "could not be found."));
}

TEST_F(ConnectorConfig, TheVersionOfAnUnknownConverterIsHidden) {
  const ConnectorValidation result =
      worker.validate(source({{"value.converter", "no.Such"}}), false);
  const CheckedKey* version = find(result, "value.converter.plugin.version");
  EXPECT_FALSE(version->value.visible);
  EXPECT_THAT(version->value.recommended_values, IsEmpty());
}

TEST_F(ConnectorConfig, ConverterOptionsOfTheWorkersConverterAreIgnored) {
  EXPECT_EQ(worker.validate(source({{"value.converter.schemas.enable", "x"}}), false).error_count,
            0);
}

TEST_F(ConnectorConfig, SmallRules) {
  EXPECT_THAT(source_errors({{"transforms", "a,a"}}, "transforms"),
              ElementsAre("Invalid value [a, a] for configuration transforms: Duplicate alias "
                          "provided."));
  EXPECT_THAT(source_errors({{"transaction.boundary", "never"}}, "transaction.boundary"),
              ElementsAre("Invalid value never for configuration transaction.boundary: String "
                          "must be one of (case insensitive): INTERVAL, POLL, CONNECTOR"));
  EXPECT_THAT(
      source_errors({{"transaction.boundary.interval.ms", "-1"}},
                    "transaction.boundary.interval.ms"),
      ElementsAre("Invalid value -1 for configuration transaction.boundary.interval.ms: Value must "
                  "be at least 0"));
  EXPECT_THAT(source_errors({{"offsets.storage.topic", ""}}, "offsets.storage.topic"),
              ElementsAre("Invalid value  for configuration offsets.storage.topic: String must be "
                          "non-empty"));
  EXPECT_THAT(source_errors({{"connector.plugin.version", "[1.0"}}, "connector.plugin.version"),
              ElementsAre("Invalid value [1.0 for configuration connector.plugin.version: "
                          "Unbounded range: [1.0"));
  EXPECT_THAT(
      source_errors({{"connector.plugin.version", "[4.0,5.0),(6.0,)"}}, "connector.plugin.version"),
      IsEmpty());
}

/// Refuses every key.
class Strict final : public OverridePolicy {
 public:
  Result<void> configure(const ConfigMap&) override { return {}; }
  Result<std::vector<ConfigValue>> validate(const ClientConfigRequest& request) override {
    std::vector<ConfigValue> values;
    for (const auto& [key, text] : request.overrides) {
      values.push_back({.name = key, .value = {}, .errors = {"no " + key, "really"}});
    }
    return values;
  }
};

TEST_F(ConnectorConfig, OverridesAreJudgedByThePolicyAndCountOnceAKey) {
  Strict strict;
  worker.surroundings.override_policy = &strict;
  const ConnectorValidation result = worker.validate(source({{"producer.override.linger.ms", "5"},
                                                             {"consumer.override.a", "1"},
                                                             {"admin.override.a", "1"}}),
                                                     false);
  EXPECT_THAT(errors(result, "producer.override.linger.ms"), ElementsAre("no linger.ms", "really"));
  EXPECT_EQ(result.error_count, 1);
  EXPECT_EQ(find(result, "consumer.override.a"), nullptr);
  EXPECT_EQ(find(result, "admin.override.a"), nullptr);
}

TEST_F(ConnectorConfig, WhichClientsMayBeOverriddenDependsOnTheConnector) {
  const std::initializer_list<ConfigMap::Entry> overrides = {{"topics", "t"},
                                                             {"producer.override.a", "1"},
                                                             {"consumer.override.a", "1"},
                                                             {"admin.override.a", "1"}};
  const ConnectorValidation plain = worker.validate(sink(overrides), true);
  EXPECT_EQ(find(plain, "producer.override.a"), nullptr);
  EXPECT_NE(find(plain, "consumer.override.a"), nullptr);
  EXPECT_EQ(find(plain, "admin.override.a"), nullptr);

  ConfigMap with_dead_letters = sink(overrides);
  with_dead_letters.set("errors.deadletterqueue.topic.name", "d");
  const ConnectorValidation dead = worker.validate(with_dead_letters, true);
  EXPECT_NE(find(dead, "producer.override.a"), nullptr);
  EXPECT_NE(find(dead, "admin.override.a"), nullptr);

  const ConnectorValidation creating = worker.validate(
      source({{"topic.creation.default.partitions", "1"}, {"admin.override.a", "1"}}), false);
  EXPECT_NE(find(creating, "admin.override.a"), nullptr);
}

TEST_F(ConnectorConfig, SecretsAmongOverridesStayHidden) {
  const ConnectorValidation result =
      worker.validate(source({{"producer.override.sasl.jaas.config", "secret"}}), false);
  EXPECT_EQ(find(result, "producer.override.sasl.jaas.config")->value.value,
            Setting(Password{"secret"}));
}

TEST_F(ConnectorConfig, AnOverrideThatTheClientCannotParseFailsTheCall) {
  const ConfigKey number{.name = "max.poll.records", .type = ConfigType::int32};
  worker.surroundings.client_key = [&number](ClientKind, std::string_view) { return &number; };
  const Result<ConnectorValidation> result = worker.try_validate(
      sink({{"topics", "t"}, {"consumer.override.max.poll.records", "x"}}), true);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(),
            "Invalid value x for configuration max.poll.records: Not a number of type INT");
}

TEST_F(ConnectorConfig, MoreKeysCanBeAddedBehindTheFrameworks) {
  worker.surroundings.expand = [](ConfigDef& def, const ConfigMap& properties) -> Result<void> {
    def.define({.name = "transforms." + properties.get_or("transforms", "") + ".type",
                .required = true,
                .group = "Transforms: a"});
    return {};
  };
  const ConnectorValidation result = worker.validate(source({{"transforms", "a"}}), false);
  EXPECT_THAT(errors(result, "transforms.a.type"), ::testing::SizeIs(1));
  EXPECT_EQ(result.groups.back(), "Transforms: a");
}

TEST_F(ConnectorConfig, ASoundConfigurationIsNoError) {
  EXPECT_FALSE(validation_error(worker.validate(source({}), false)));
}

TEST_F(ConnectorConfig, TheRefusalListsEveryMessage) {
  const std::optional<Error> error =
      validation_error(worker.validate(source({{"tasks.max", "0"}, {"batch.size", "x"}}), false));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::invalid_config);
  EXPECT_EQ(error->message(),
            "Connector configuration is invalid and contains the following 2 error(s):\n"
            "Invalid value 0 for configuration tasks.max: Value must be at least 1\n"
            "Invalid value x for configuration batch.size: Not a number of type INT\n"
            "You can also find the above list of errors at the endpoint "
            "`/connector-plugins/{connectorType}/config/validate`");
}

/// What only workers of a cluster ask.
class ClusterConnectorConfig : public ConnectorConfig {
 protected:
  ClusterConnectorConfig() { worker.surroundings.cluster = ClusterRules{"connect-s", false}; }
};

TEST_F(ClusterConnectorConfig, ASinksConsumersAreNotInTheGroupOfTheWorkers) {
  EXPECT_THAT(sink_errors({{"topics", "t"}}, "name"),
              ElementsAre("Consumer group for sink connector named s conflicts with Connect worker "
                          "group connect-s"));
  EXPECT_THAT(sink_errors({{"topics", "t"}, {"name", "other"}}, "name"), IsEmpty());
  EXPECT_THAT(source_errors({}, "name"), IsEmpty());
  const ConnectorValidation elsewhere =
      worker.validate(sink({{"topics", "t"}, {"consumer.override.group.id", "g"}}), true);
  EXPECT_EQ(elsewhere.error_count, 0);
  const ConnectorValidation taken =
      worker.validate(sink({{"topics", "t"}, {"consumer.override.group.id", "connect-s"}}), true);
  EXPECT_EQ(taken.error_count, 1);
  EXPECT_THAT(
      errors(taken, "consumer.override.group.id"),
      ElementsAre("Consumer group connect-s conflicts with Connect worker group connect-s"));
}

TEST_F(ClusterConnectorConfig, SourcesThatMustWriteExactlyOnceNeedAWorkerThatCan) {
  EXPECT_THAT(source_errors({{"exactly.once.support", "Required"}}, "exactly.once.support"),
              ElementsAre("This worker does not have exactly-once source support enabled."));
  EXPECT_THAT(source_errors({{"exactly.once.support", "requested"}}, "exactly.once.support"),
              IsEmpty());
  EXPECT_THAT(source_errors({{"transaction.boundary", "connector"}}, "transaction.boundary"),
              ElementsAre(HasSubstr("does not support connector-defined transaction boundaries")));
  worker.surroundings.cluster->exactly_once_sources = true;
  EXPECT_THAT(source_errors({{"exactly.once.support", "required"}}, "exactly.once.support"),
              IsEmpty());
}

TEST_F(ConnectorConfig, AWorkerOnItsOwnAsksNothingOfThat) {
  EXPECT_EQ(worker
                .validate(source({{"exactly.once.support", "required"},
                                  {"transaction.boundary", "connector"}}),
                          false)
                .error_count,
            0);
}

}  // namespace
}  // namespace millrace::config
