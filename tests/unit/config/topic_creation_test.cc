// topic.creation.*: groups, what they include, and what is refused (P11).
#include "config/topic_creation.h"

#include "connector_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ConfigMap standard{{"topic.creation.default.partitions", "2"},
                         {"topic.creation.default.replication.factor", "3"}};

ConfigMap with(ConfigMap more) {
  ConfigMap all = standard;
  for (const auto& [key, value] : more) all.set(key, value);
  return all;
}

std::vector<TopicCreationGroup> groups(const ConfigMap& connector) {
  auto made = topic_creation_groups(connector);
  EXPECT_TRUE(made) << made.error().message();
  return made ? std::move(*made) : std::vector<TopicCreationGroup>();
}

TEST(TopicCreation, AConnectorThatSaysNothingHasNone) {
  EXPECT_THAT(groups({{"name", "x"}, {"topic", "y"}}), IsEmpty());
}

TEST(TopicCreation, TheDefaultGroupComesLastAndEveryOtherKeyIsTheTopics) {
  const auto made = groups(with({{"topic.creation.default.cleanup.policy", "compact"}}));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].name, "default");
  EXPECT_EQ(made[0].partitions, 2);
  EXPECT_EQ(made[0].replication_factor, 3);
  EXPECT_EQ(made[0].configs, (ConfigMap{{"cleanup.policy", "compact"}}));
}

TEST(TopicCreation, GroupsTakeNumbersFromTheDefaultOneButNotItsConfigs) {
  const auto made = groups(with({{"topic.creation.groups", "big, small"},
                                 {"topic.creation.big.include", "orders.*,clicks"},
                                 {"topic.creation.big.exclude", ".*-test"},
                                 {"topic.creation.big.partitions", "12"},
                                 {"topic.creation.big.retention.ms", "1000"},
                                 {"topic.creation.default.cleanup.policy", "compact"}}));
  ASSERT_EQ(made.size(), 3U);
  EXPECT_EQ(made[0].name, "big");
  EXPECT_EQ(made[0].partitions, 12);
  EXPECT_EQ(made[0].replication_factor, 3);
  EXPECT_EQ(made[0].configs, (ConfigMap{{"retention.ms", "1000"}}));
  EXPECT_TRUE(made[0].matches("orders-1"));
  EXPECT_TRUE(made[0].matches("clicks"));
  EXPECT_FALSE(made[0].matches("clicks2")) << "the whole name has to match";
  EXPECT_FALSE(made[0].matches("orders-test"));
  EXPECT_FALSE(made[1].matches("anything")) << "an empty include matches nothing";
}

TEST(TopicCreation, MinusOneIsTheBrokersDefault) {
  const auto made = groups({{"topic.creation.default.partitions", "-1"},
                            {"topic.creation.default.replication.factor", "-1"}});
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].partitions, -1);
  EXPECT_EQ(made[0].replication_factor, -1);
}

TEST(TopicCreation, TheDefaultNumbersHaveToBeThere) {
  const auto made = topic_creation_groups({{"topic.creation.default.partitions", "1"}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::invalid_config);
  EXPECT_THAT(made.error().message(), HasSubstr("topic.creation.default.replication.factor"));
}

std::vector<std::string> wrong(const ConfigMap& connector) {
  std::vector<std::string> names;
  for (const ConfigValue& value : topic_creation_errors(connector)) names.push_back(value.name);
  return names;
}

TEST(TopicCreation, WhatIsWrongIsNamed) {
  EXPECT_THAT(wrong(standard), IsEmpty());
  EXPECT_THAT(wrong(with({{"topic.creation.default.partitions", "0"}})),
              ElementsAre("topic.creation.default.partitions"));
  EXPECT_THAT(wrong(with({{"topic.creation.groups", "g"}, {"topic.creation.g.include", "(a"}})),
              ElementsAre("topic.creation.g.include"));
  EXPECT_THAT(wrong(with({{"topic.creation.groups", "g"}, {"topic.creation.g.partitions", "x"}})),
              ElementsAre("topic.creation.g.partitions"));
}

std::vector<std::string> faults(ConnectorKind kind, ConfigMap more) {
  ConfigMap properties{{"name", "x"}, {"connector.class", "c"}};
  if (kind == ConnectorKind::sink) properties.set("topics", "t");
  for (const auto& [key, value] : more) properties.set(key, value);
  const ConfigDef own;
  const auto checked = validate_connector({.kind = kind, .own = own, .properties = properties}, {});
  std::vector<std::string> messages;
  for (const CheckedKey& entry : checked->entries) {
    for (const std::string& message : entry.value.errors) messages.push_back(message);
  }
  EXPECT_EQ(static_cast<std::size_t>(checked->error_count), messages.size());
  return messages;
}

TEST(ConnectorExtras, OwnSettingsAreChecked) {
  EXPECT_THAT(faults(ConnectorKind::sink, {{"errors.task.restart.max", "3"}}), IsEmpty());
  EXPECT_THAT(faults(ConnectorKind::sink, {{"errors.task.restart.max", "-1"}}),
              ElementsAre(HasSubstr("Invalid value -1 for configuration errors.task.restart.max")));
  EXPECT_THAT(
      faults(ConnectorKind::source, {{"errors.deadletterqueue.context.headers.enable", "maybe"}}),
      ElementsAre(HasSubstr("errors.deadletterqueue.context.headers.enable")));
  EXPECT_THAT(faults(ConnectorKind::source, {{"topic.creation.default.partitions", "1"}}),
              Contains(HasSubstr("topic.creation.default.replication.factor")));
  EXPECT_THAT(faults(ConnectorKind::sink, {{"topic.creation.default.partitions", "1"}}), IsEmpty());
}

}  // namespace
}  // namespace millrace::config
