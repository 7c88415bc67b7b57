#include "worker/connector_offsets.h"

#include "base/clock.h"
#include "plugin/registry.h"
#include "storage/offset_json.h"
#include "storage/offset_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <utility>

namespace millrace::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* source_class = "test.Source";
constexpr const char* sink_class = "test.Sink";

/// Offsets in memory.
class Store final : public storage::OffsetStore {
 public:
  Result<void> load() override { return {}; }
  Result<std::vector<storage::NullableString>> get(std::span<const std::string> keys) override {
    std::vector<storage::NullableString> values;
    for (const std::string& key : keys) values.push_back(table.find(key));
    return values;
  }
  void set(std::span<const Entry> entries, Callback done) override {
    if (broken) return done(*broken);
    for (const auto& [key, value] : entries) table.set(key, value);
    done({});
  }
  Result<storage::ByteMap> entries() override {
    if (broken) return *broken;
    return table.entries();
  }
  storage::OffsetTable table;
  std::optional<Error> broken;
};

/// One consumer group.
class GroupAdmin final : public kafka::Admin {
 public:
  struct Group {
    std::string name = "connect-out";
    bool exists = true;
    PartitionOffsets offsets;
    std::optional<Error> change_error;
    int times = std::numeric_limits<int>::max();  ///< that it is answered
    Result<void> change() { return change_error && times-- > 0 ? *change_error : Result<void>(); }
    std::optional<Error> list_error;
  };
  explicit GroupAdmin(Group& group) : group_(group) {}
  Result<std::string> cluster_id() override { return std::string("c"); }
  Result<std::map<std::string, kafka::TopicDescription>> describe(
      const std::vector<std::string>&) override {
    return std::map<std::string, kafka::TopicDescription>();
  }
  std::vector<Result<void>> create(const std::vector<kafka::NewTopic>&) override { return {}; }
  Result<std::optional<std::string>> topic_setting(const std::string&,
                                                   const std::string&) override {
    return std::optional<std::string>();
  }
  Result<PartitionOffsets> group_offsets(const std::string& group) override {
    EXPECT_EQ(group, group_.name);
    if (group_.list_error) return *group_.list_error;
    return group_.offsets;
  }
  Result<void> set_group_offsets(const std::string& group,
                                 const PartitionOffsets& offsets) override {
    EXPECT_EQ(group, group_.name);
    MILLRACE_TRY(group_.change());
    for (const auto& [partition, offset] : offsets) group_.offsets[partition] = offset;
    return {};
  }
  Result<void> delete_group_offsets(const std::string&, const PartitionSet& partitions) override {
    MILLRACE_TRY(group_.change());
    for (const TopicPartition& partition : partitions) group_.offsets.erase(partition);
    return {};
  }
  Result<void> delete_group(const std::string&) override {
    MILLRACE_TRY(group_.change());
    group_.offsets.clear();
    group_.exists = false;
    return {};
  }

 private:
  Group& group_;
};

class ConnectorOffsetsTest : public testing::Test {
 protected:
  ConnectorOffsetsTest() {
    plugins.add_source({.name = source_class,
                        .config = {},
                        .make_task = [] { return std::unique_ptr<SourceTask>(); },
                        .make_connector = [this] { return std::make_unique<Source>(*this); }});
    plugins.add_sink({.name = sink_class,
                      .config = {},
                      .make_task = [] { return std::unique_ptr<SinkTask>(); },
                      .make_connector = [this] { return std::make_unique<Sink>(*this); }});
  }

  void store(const OffsetMap& partition, const NullableOffsetMap& offset) {
    offsets_in_store.table.set(*storage::offset_key("in", NullableOffsetMap(partition)),
                               *storage::offset_value("in", offset));
  }
  Result<std::vector<ConnectorOffset>> read_source() { return offsets.read("in", source_config); }

  class Source final : public SourceConnector {
   public:
    explicit Source(ConnectorOffsetsTest& test) : test_(test) {}
    Result<void> start(const Config&) override { return {}; }
    Result<std::vector<ConfigMap>> task_configs(std::int32_t) override {
      return std::vector<ConfigMap>();
    }
    Result<bool> alter_offsets(const ConfigMap& properties,
                               std::span<const OffsetChange> changes) override {
      EXPECT_EQ(properties, test_.source_config);
      test_.source_asked.assign(changes.begin(), changes.end());
      return test_.hook();
    }

   private:
    ConnectorOffsetsTest& test_;
  };
  class Sink final : public SinkConnector {
   public:
    explicit Sink(ConnectorOffsetsTest& test) : test_(test) {}
    Result<void> start(const Config&) override { return {}; }
    Result<std::vector<ConfigMap>> task_configs(std::int32_t) override {
      return std::vector<ConfigMap>();
    }
    Result<bool> alter_offsets(
        const ConfigMap&,
        const std::map<TopicPartition, std::optional<std::int64_t>>& changes) override {
      test_.sink_asked = changes;
      return test_.hook();
    }

   private:
    ConnectorOffsetsTest& test_;
  };

  ManualClock clock;
  plugin::Registry plugins;
  Store offsets_in_store;
  GroupAdmin::Group group;
  std::function<Result<bool>()> hook = [] { return Result<bool>(true); };
  std::vector<OffsetChange> source_asked;
  std::map<TopicPartition, std::optional<std::int64_t>> sink_asked;
  const ConfigMap source_config{{"connector.class", source_class}};
  const ConfigMap sink_config{{"connector.class", sink_class}};
  ConnectorOffsets offsets{
      {.plugins = plugins,
       .store_of =
           [this](const std::string&, const ConfigMap&) {
             return Result<std::shared_ptr<storage::OffsetStore>>(
                 std::shared_ptr<storage::OffsetStore>(std::shared_ptr<void>(), &offsets_in_store));
           },
       .clock = clock,
       .store_timeout = std::chrono::seconds(5),
       .make_admin =
           [this](const std::string&, const ConfigMap&) {
             return Result<std::unique_ptr<kafka::Admin>>(std::make_unique<GroupAdmin>(group));
           },
       .group_of = [](const std::string& name, const ConfigMap&) { return "connect-" + name; }}};
};

const OffsetMap file_a = {{"filename", "a"}};
const OffsetMap file_b = {{"filename", "b"}};
OffsetMap position(std::int64_t at) { return {{"position", at}}; }
ConnectorOffset sink_change(const Value& topic, const Value& partition, const Value& offset) {
  return {OffsetMap{{"kafka_topic", topic}, {"kafka_partition", partition}},
          OffsetMap{{"kafka_offset", offset}}};
}

TEST_F(ConnectorOffsetsTest, SourceOffsetsAreReadAltered) {
  store(file_a, position(7));
  store(file_b, std::nullopt);  // a tombstone
  EXPECT_THAT(*read_source(), ElementsAre(ConnectorOffset{file_a, position(7)}));
  const auto altered =
      offsets.alter("in", source_config, {{file_a, position(1)}, {file_b, position(2)}});
  ASSERT_TRUE(altered);
  EXPECT_TRUE(*altered);
  EXPECT_THAT(*read_source(), UnorderedElementsAre(ConnectorOffset{file_a, position(1)},
                                                   ConnectorOffset{file_b, position(2)}));
  ASSERT_TRUE(offsets.alter("in", source_config, {{file_a, std::nullopt}}));
  EXPECT_THAT(*read_source(), ElementsAre(ConnectorOffset{file_b, position(2)}));
}

TEST_F(ConnectorOffsetsTest, OfEqualSourcePartitionsTheLastCounts) {
  ASSERT_TRUE(offsets.alter("in", source_config, {{file_a, position(1)}, {file_a, position(9)}}));
  EXPECT_EQ(source_asked.size(), 1U);
  EXPECT_THAT(*read_source(), ElementsAre(ConnectorOffset{file_a, position(9)}));
}

TEST_F(ConnectorOffsetsTest, ResettingASourceTellsItOfEveryPartition) {
  store(file_a, position(7));
  store(file_b, position(8));
  hook = [] { return Result<bool>(false); };
  const auto reset = offsets.reset("in", source_config);
  ASSERT_TRUE(reset);
  EXPECT_FALSE(*reset);
  EXPECT_EQ(source_asked.size(), 2U);
  EXPECT_THAT(*read_source(), IsEmpty());
}

TEST_F(ConnectorOffsetsTest, WhatTheConnectorRefusesStaysAsItIs) {
  store(file_a, position(7));
  hook = [] { return Error{ErrorCode::invalid_config, "no"}; };
  EXPECT_EQ(offsets.alter("in", source_config, {{file_a, position(1)}}).error().message(), "no");
  EXPECT_EQ(offsets.reset("in", source_config).error().message(), "no");
  hook = []() -> Result<bool> { throw std::runtime_error("oh"); };
  EXPECT_THAT(offsets.alter("in", source_config, {{file_a, position(1)}}).error().message(),
              HasSubstr("oh"));
  EXPECT_THAT(*read_source(), ElementsAre(ConnectorOffset{file_a, position(7)}));
}

TEST_F(ConnectorOffsetsTest, SourceOffsetsAreFlat) {
  const auto message = [&](const ConnectorOffset& change) {
    return offsets.alter("in", source_config, {change}).error().message();
  };
  EXPECT_EQ(message({OffsetMap{{"k", Value::Map()}}, std::nullopt}),
            "Offsets may only contain primitive types as values, but field k contains MAP");
  EXPECT_EQ(message({file_a, OffsetMap{{"k", Value::Array()}}}),
            "Offsets may only contain primitive types as values, but field k contains ARRAY");
  EXPECT_EQ(message({std::nullopt, position(1)}),
            "The partition for a source connector offset cannot be null or missing");
}

TEST_F(ConnectorOffsetsTest, AStoreThatFailsIsNamed) {
  offsets_in_store.broken = Error{ErrorCode::fatal, "disk full"};
  const auto read = read_source();
  EXPECT_EQ(read.error().message(), "Failed to retrieve offsets for source connector in");
  EXPECT_EQ(read.error().cause()->message(), "disk full");
  EXPECT_EQ(offsets.alter("in", source_config, {{file_a, position(1)}}).error().message(),
            "Failed to modify offsets for source connector in");
}

TEST_F(ConnectorOffsetsTest, SinkOffsetsAreThoseOfItsGroup) {
  group.offsets = {{{"t", 0}, 5}};
  EXPECT_THAT(*offsets.read("out", sink_config), ElementsAre(sink_change("t", 0, std::int64_t{5})));
  ASSERT_TRUE(offsets.alter("out", sink_config,
                            {sink_change("t", std::int64_t{1}, std::int64_t{9}),
                             {OffsetMap{{"kafka_topic", "t"}, {"kafka_partition", "0"}}, {}}}));
  EXPECT_EQ(group.offsets, (PartitionOffsets{{{"t", 1}, 9}}));
  EXPECT_EQ(sink_asked, (std::map<TopicPartition, std::optional<std::int64_t>>{
                            {{"t", 0}, std::nullopt}, {{"t", 1}, 9}}));
}

TEST_F(ConnectorOffsetsTest, SinkOffsetsMayBeTextsAndTopicsNumbers) {
  ASSERT_TRUE(offsets.alter("out", sink_config, {sink_change(std::int64_t{7}, "2", "11")}));
  EXPECT_EQ(group.offsets, (PartitionOffsets{{{"7", 2}, 11}}));
}

TEST_F(ConnectorOffsetsTest, SinkOffsetsThatMakeNoSense) {
  const auto message = [&](const ConnectorOffset& change) {
    const auto altered = offsets.alter("out", sink_config, {change});
    EXPECT_EQ(altered.error().code(), ErrorCode::invalid_config);
    return altered.error().message();
  };
  EXPECT_EQ(message({std::nullopt, std::nullopt}),
            "The partition for a sink connector offset cannot be null or missing");
  EXPECT_EQ(message({OffsetMap{{"kafka_topic", "t"}}, std::nullopt}),
            "The partition for a sink connector offset must contain the keys 'kafka_topic' and "
            "'kafka_partition'");
  EXPECT_EQ(message(sink_change(nullptr, 0, 1)),
            "Kafka topic names must be valid strings and may not be null");
  EXPECT_EQ(message(sink_change("t", nullptr, 1)),
            "Kafka partitions must be valid numbers and may not be null");
  EXPECT_EQ(message(sink_change("t", "p", 1)),
            "Failed to parse the following Kafka partition value in the provided offsets: 'p'. "
            "Partition values for sink connectors need to be integers.");
  EXPECT_EQ(message(sink_change("t", 0, 1.5)),
            "Failed to parse the following Kafka offset value in the provided offsets: '1.5'. "
            "Offset values for sink connectors need to be integers.");
  EXPECT_EQ(message({OffsetMap{{"kafka_topic", "t"}, {"kafka_partition", 0}}, OffsetMap{}}),
            "The offset for a sink connector should either be null or contain the key "
            "'kafka_offset'");
  EXPECT_THAT(sink_asked, IsEmpty());
}

TEST_F(ConnectorOffsetsTest, ResettingASinkDeletesItsGroup) {
  group.offsets = {{{"t", 0}, 5}, {{"t", 1}, 6}};
  ASSERT_TRUE(offsets.reset("out", sink_config));
  EXPECT_FALSE(group.exists);
  EXPECT_EQ(sink_asked.size(), 2U);
}

TEST_F(ConnectorOffsetsTest, AGroupThatIsInUse) {
  group.offsets = {{{"t", 0}, 5}};
  group.change_error = Error{ErrorCode::conflict, "has members"};
  EXPECT_THAT(offsets.reset("out", sink_config).error().message(),
              HasSubstr("Failed to reset consumer group offsets for connector out either because "
                        "its tasks haven't stopped completely yet or the connector was resumed"));
  EXPECT_THAT(offsets.alter("out", sink_config, {sink_change("t", 0, 1)}).error().message(),
              HasSubstr("Failed to alter consumer group offsets for connector out either because"));
}

TEST_F(ConnectorOffsetsTest, MembersThatAreAboutToLeaveAreWaitedFor) {
  group.offsets = {{{"t", 0}, 5}};
  group.change_error = Error{ErrorCode::conflict, "has members"};
  group.times = 3;
  EXPECT_TRUE(offsets.alter("out", sink_config, {sink_change("t", 0, 1)}));
  EXPECT_EQ(group.offsets, (PartitionOffsets{{{"t", 0}, 1}}));
  group.times = 3;
  EXPECT_TRUE(offsets.reset("out", sink_config));
  EXPECT_FALSE(group.exists);
  group.times = std::numeric_limits<int>::max();
  const Clock::Time before = clock.now();
  EXPECT_FALSE(offsets.reset("out", sink_config));
  EXPECT_LE(clock.now() - before, std::chrono::seconds(5)) << "but not for ever";
}

TEST_F(ConnectorOffsetsTest, AKafkaThatFails) {
  group.change_error = Error{ErrorCode::fatal, "not allowed"};
  const auto altered = offsets.alter("out", sink_config, {sink_change("t", 0, 1)});
  EXPECT_EQ(altered.error().message(), "Failed to alter consumer group offsets for connector out");
  EXPECT_EQ(altered.error().cause()->message(), "not allowed");
  EXPECT_EQ(offsets.reset("out", sink_config).error().message(),
            "Failed to reset consumer group offsets for sink connector out");
  group.list_error = Error{ErrorCode::retriable, "late"};
  EXPECT_EQ(offsets.read("out", sink_config).error().message(),
            "Failed to retrieve consumer group offsets for sink connector out");
  EXPECT_EQ(offsets.reset("out", sink_config).error().message(),
            "Failed to list offsets prior to resetting offsets for sink connector out");
}

}  // namespace
}  // namespace millrace::worker
