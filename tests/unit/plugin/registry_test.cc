#include "plugin/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"

namespace millrace::plugin {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class NoSource final : public SourceTask {
 public:
  Result<void> start(const Config&) override { return {}; }
  Result<void> poll(SourceBatch&) override { return {}; }
};
class NoSink final : public SinkTask {
 public:
  Result<void> start(const Config&) override { return {}; }
  Result<void> put(std::span<const SinkRecord>) override { return {}; }
};
class NoTransformation final : public Transformation {
 public:
  Result<void> configure(const Config&) override { return {}; }
  Result<std::optional<Record>> apply(const Record& record) override {
    return std::optional(record);
  }
};

SourcePlugin source(std::string name) {
  return {.name = std::move(name), .make_task = [] { return std::make_unique<NoSource>(); }};
}
SinkPlugin sink(std::string name, std::string version = "undefined") {
  return {.name = std::move(name), .version = std::move(version), .make_task = [] {
            return std::make_unique<NoSink>();
          }};
}
SimplePlugin<Transformation> transformation(std::string name) {
  return {.name = std::move(name), .make = [] { return std::make_unique<NoTransformation>(); }};
}

class RegistryTest : public testing::Test {
 protected:
  [[nodiscard]] std::string found(std::string_view name) const {
    if (const SourcePlugin* plugin = registry_.find_source(name)) return plugin->name;
    if (const SinkPlugin* plugin = registry_.find_sink(name)) return plugin->name;
    if (const auto* plugin = registry_.find_transformation(name)) return plugin->name;
    return "nothing";
  }
  Registry registry_;
};

TEST_F(RegistryTest, FindsByClassNameSimpleNameAndWithoutTheSuffix) {
  registry_.add_sink(sink("org.apache.kafka.connect.file.FileStreamSinkConnector"));
  for (const char* name : {"org.apache.kafka.connect.file.FileStreamSinkConnector",
                           "FileStreamSinkConnector", "FileStreamSink"}) {
    EXPECT_EQ(found(name), "org.apache.kafka.connect.file.FileStreamSinkConnector");
  }
  EXPECT_EQ(found("FileStream"), "nothing");
  EXPECT_EQ(found("filestreamsink"), "nothing");
}

TEST_F(RegistryTest, AnAliasOfTwoPluginsOfAnyKindMeansNone) {
  registry_.add_sink(sink("com.a.CastConnector"));
  registry_.add_transformation(transformation("com.b.Cast"));
  EXPECT_EQ(found("Cast"), "nothing");
  EXPECT_EQ(found("CastConnector"), "com.a.CastConnector");
  EXPECT_EQ(found("com.b.Cast"), "com.b.Cast");
}

TEST_F(RegistryTest, InnerClassesHaveNoAlias) {
  registry_.add_transformation(transformation("com.b.Cast$Value"));
  EXPECT_EQ(found("com.b.Cast$Value"), "com.b.Cast$Value");
  EXPECT_EQ(found("Cast$Value"), "nothing");
  EXPECT_EQ(found("Value"), "nothing");
}

TEST_F(RegistryTest, ASuffixAloneIsNotCutOff) {
  registry_.add_sink(sink("com.a.Connector"));
  EXPECT_EQ(found("Connector"), "com.a.Connector");
  EXPECT_EQ(found(""), "nothing");
}

TEST_F(RegistryTest, ListsInTheOrderOfRest) {
  registry_.add_transformation(transformation("a.T"));
  registry_.add_source(source("a.Source"));
  registry_.add_sink(sink("b.Sink", "2"));
  registry_.set_location("/plugins/one");
  registry_.add_sink(sink("a.Sink", "1"));
  std::vector<std::string> lines;
  for (const Listed& one : registry_.list()) {
    lines.push_back(std::string(to_string(one.kind)) + " " + one.class_name + " " + one.version +
                    " " + one.location);
  }
  EXPECT_THAT(lines, ElementsAre("sink a.Sink 1 /plugins/one", "sink b.Sink 2 classpath",
                                 "source a.Source undefined classpath",
                                 "transformation a.T undefined classpath"));
}

TEST_F(RegistryTest, RefusesASecondPluginOfTheSameNameAndGoesOn) {
  const log::Capture log;
  registry_.add_sink(sink("a.C", "1"));
  registry_.add_sink(sink("a.C", "2"));
  registry_.add_source(source("a.C"));
  EXPECT_EQ(registry_.find_sink("a.C")->version, "1");
  EXPECT_EQ(registry_.find_source("a.C"), nullptr);
  EXPECT_EQ(log.lines().size(), 2U);
  EXPECT_THAT(log.lines()[0], StartsWith("ERROR Plugin a.C"));
  EXPECT_THAT(log.lines()[1], HasSubstr("a connector of that name"));
}

TEST_F(RegistryTest, RefusesABrokenDefinitionOfSettings) {
  const log::Capture log;
  SinkPlugin plugin = sink("a.Twice");
  plugin.config.define({.name = "k"}).define({.name = "k"});
  registry_.add_sink(std::move(plugin));
  EXPECT_EQ(found("a.Twice"), "nothing");
  EXPECT_TRUE(log.contains("ERROR Plugin a.Twice"));
  EXPECT_TRUE(log.contains("Configuration k is defined twice."));
}

TEST_F(RegistryTest, RefusesAPluginWithoutNameOrFactory) {
  const log::Capture log;
  registry_.add_sink(sink(""));
  registry_.add_sink({.name = "a.Empty"});
  registry_.add_transformation({.name = "a.EmptyT"});
  EXPECT_TRUE(registry_.list().empty());
  EXPECT_EQ(log.lines().size(), 3U);
  EXPECT_TRUE(log.contains("a.Empty makes no instances"));
}

TEST_F(RegistryTest, APlainSourceHasOneTaskWithItsOwnConfiguration) {
  registry_.add_source(source("a.PlainConnector"));
  const SourcePlugin* plugin = registry_.find_source("Plain");
  ASSERT_NE(plugin, nullptr);
  EXPECT_EQ(plugin->task_name, "a.PlainTask");
  const std::unique_ptr<SourceConnector> connector = plugin->make_connector();
  const ConfigMap properties = {{"name", "x"}, {"file", "a"}};
  ASSERT_TRUE(connector->start(Config(properties, {})));
  EXPECT_THAT(*connector->task_configs(3), ElementsAre(properties));
}

TEST_F(RegistryTest, APlainSinkHasAsManyTasksAsAllowed) {
  registry_.add_sink(sink("a.Plain"));
  const std::unique_ptr<SinkConnector> connector = registry_.find_sink("a.Plain")->make_connector();
  const ConfigMap properties = {{"name", "x"}};
  ASSERT_TRUE(connector->start(Config(properties, {})));
  EXPECT_THAT(*connector->task_configs(3), ElementsAre(properties, properties, properties));
}

TEST_F(RegistryTest, LooksUpClassesOfTheKindsAskedFor) {
  registry_.add_sink(sink("a.ThingConnector"));
  registry_.add_transformation(transformation("a.Other"));
  const ClassLookup connectors = registry_.lookup({Kind::source, Kind::sink});
  EXPECT_EQ(connectors("Thing"), "a.ThingConnector");
  EXPECT_EQ(connectors("a.Other"), std::nullopt);
  EXPECT_EQ(registry_.lookup({Kind::transformation})("Other"), "a.Other");
}

TEST_F(RegistryTest, SaysWhichConnectorsThereAre) {
  registry_.add_sink(sink("a.S", "4.3.0"));
  registry_.add_transformation(transformation("a.T"));
  EXPECT_EQ(registry_.unknown_connector("Nope"),
            "Failed to find any class that implements Connector and which name matches Nope, "
            "available connectors are: PluginDesc{klass=class a.S, name='a.S', version='4.3.0', "
            "encodedVersion=4.3.0, type=sink, typeName='sink', location='classpath'}");
}

TEST_F(RegistryTest, SaysThatAnAliasIsAmbiguous) {
  registry_.add_sink(sink("a.FooConnector"));
  registry_.add_source(source("b.FooConnector"));
  EXPECT_THAT(registry_.unknown_connector("Foo"),
              StartsWith("More than one connector matches alias Foo."));
  EXPECT_THAT(registry_.unknown_connector("Foo"), EndsWith("a.FooConnector, b.FooConnector"));
}

}  // namespace
}  // namespace millrace::plugin
