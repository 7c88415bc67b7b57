#include "file_test.h"

#include <gmock/gmock.h>

namespace millrace::file {
namespace {

class FileConnectorsTest : public testing::Test {
 protected:
  /// The connector's answer to a change of one offset, or its message.
  std::string alter(NullableOffsetMap offset, OffsetMap partition = {{"filename", "in.txt"}},
                    const ConfigMap& config = {{"file", "in.txt"}, {"topic", "t"}}) {
    const OffsetChange changes[] = {{std::move(partition), std::move(offset)}};
    const Result<bool> done = plugins_.source.make_connector()->alter_offsets(config, changes);
    if (!done) return done.error().message();
    return *done ? "done" : "not handled";
  }
  static NullableOffsetMap position(Value value) {
    return OffsetMap{{"position", std::move(value)}};
  }

  Plugins plugins_;
};

TEST_F(FileConnectorsTest, HaveJavasNamesAndVersion) {
  EXPECT_EQ(plugins_.source.name, "org.apache.kafka.connect.file.FileStreamSourceConnector");
  EXPECT_EQ(plugins_.source.task_name, "org.apache.kafka.connect.file.FileStreamSourceTask");
  EXPECT_EQ(plugins_.source.version, "4.3.0");
  EXPECT_EQ(plugins_.sink.name, "org.apache.kafka.connect.file.FileStreamSinkConnector");
  EXPECT_EQ(plugins_.sink.task_name, "org.apache.kafka.connect.file.FileStreamSinkTask");
  EXPECT_EQ(plugins_.sink.version, "4.3.0");
}

TEST_F(FileConnectorsTest, DefineTheSettingsOfKafkaConnect) {
  ASSERT_EQ(plugins_.source.config.build_error(), std::nullopt);
  ASSERT_EQ(plugins_.sink.config.build_error(), std::nullopt);
  const Result<Config> config = plugins_.source.config.parse({{"topic", "t"}});
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_FALSE(config->has("file"));
  EXPECT_EQ(config->get<std::int32_t>("batch.size"), 2000);
  EXPECT_FALSE(plugins_.source.config.parse({{"file", "f"}}));
  EXPECT_FALSE(plugins_.source.config.parse({{"topic", ""}}));
  EXPECT_FALSE(plugins_.source.config.parse({{"topic", "t"}, {"batch.size", "many"}}));
  EXPECT_TRUE(plugins_.sink.config.parse({}));
}

TEST_F(FileConnectorsTest, TheSourceHasOneTask) {
  const ConfigMap properties{{"file", "in.txt"}, {"topic", "t"}, {"x", "y"}};
  const auto connector = plugins_.source.make_connector();
  ASSERT_TRUE(connector->start(*plugins_.source.config.parse(properties)));
  EXPECT_THAT(connector->task_configs(5).value(), testing::ElementsAre(properties));
}

TEST_F(FileConnectorsTest, TheSinkHasAsManyTasksAsItMay) {
  const ConfigMap properties{{"file", "out.txt"}, {"topics", "t"}};
  const auto connector = plugins_.sink.make_connector();
  ASSERT_TRUE(connector->start(*plugins_.sink.config.parse(properties)));
  EXPECT_THAT(connector->task_configs(3).value(),
              testing::ElementsAre(properties, properties, properties));
}

TEST_F(FileConnectorsTest, ExactlyOnceNeedsAFile) {
  const auto connector = plugins_.source.make_connector();
  EXPECT_EQ(connector->exactly_once_support({{"file", "in.txt"}}).value(),
            ExactlyOnceSupport::supported);
  EXPECT_EQ(connector->exactly_once_support({{"file", ""}}).value(),
            ExactlyOnceSupport::unsupported);
  EXPECT_EQ(connector->exactly_once_support({}).value(), ExactlyOnceSupport::unsupported);
}

TEST_F(FileConnectorsTest, ChecksOffsetsThatAreToBeSet) {  // T61
  EXPECT_EQ(alter(position("1")),
            "The value for the 'position' key in the offset is expected to be a Long value");
  EXPECT_EQ(alter(position(nullptr)),
            "The value for the 'position' key in the offset is expected to be a Long value");
  EXPECT_EQ(alter(position(std::int64_t{-1})),
            "The value for the 'position' key in the offset should be a non-negative value");
  EXPECT_EQ(alter(OffsetMap{{"place", Value(std::int64_t{1})}}),
            "Offset objects should either be null or contain the key 'position'");
  EXPECT_EQ(alter(std::nullopt), "done");
  EXPECT_EQ(alter(position(std::int64_t{0})), "done");
  EXPECT_EQ(alter(position(std::int64_t{4}), {{"filename", "another.txt"}}), "done");
  EXPECT_EQ(alter(position(std::int64_t{4}), {{"nope", "in.txt"}}),
            "Partition objects should contain the key 'filename'");
  EXPECT_EQ(alter(std::nullopt, {}), "Partition objects should contain the key 'filename'");
}

TEST_F(FileConnectorsTest, RefusesOffsetsForTheStandardInput) {
  EXPECT_THAT(alter(std::nullopt, {{"filename", "in.txt"}}, {{"topic", "t"}}),
              testing::StartsWith("Offsets cannot be modified"));
  EXPECT_FALSE(plugins_.source.make_connector()->alter_offsets({{"file", ""}}, {}));
}

TEST_F(FileConnectorsTest, TheSinkLeavesOffsetsToKafka) {
  EXPECT_TRUE(plugins_.sink.make_connector()
                  ->alter_offsets({}, {{{"t", 0}, 4}, {{"t", 1}, std::nullopt}})
                  .value());
}

}  // namespace
}  // namespace millrace::file
