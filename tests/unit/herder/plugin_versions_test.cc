// Versions of plugins at the start of connectors and tasks, which no validation has seen: of the
// worker's converters, and of configurations that others wrote (rest.md 3.6).
#include "cluster_world.h"
#include "herder_world.h"

namespace millrace {
namespace {

const std::string wrong_version =
    "org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException: ";
const std::string string_converter =
    "Plugin org.apache.kafka.connect.storage.StringConverter not found that matches the version "
    "range ";

class WorkersVersion : public HerderTest {
 protected:
  WorkersVersion() : HerderTest({{"key.converter.plugin.version", "[9.0,10.0)"}}) {}
};

TEST_F(WorkersVersion, FailsTasksThatNeedTheWorkersConverter) {
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", {"FAILED"}));
  EXPECT_EQ(state_of("orders"), "RUNNING");
  EXPECT_EQ(herder->task_status({"orders", 0})->status.trace,
            wrong_version + string_converter + "[9.0,10.0), available versions: [4.3.0]\n");
}

TEST_F(WorkersVersion, IsNotAskedOfAConnectorsOwnConverter) {
  ASSERT_TRUE(put("orders", {{"key.converter", "StringConverter"}}));
  EXPECT_TRUE(reaches("orders", {"RUNNING"}));
}

class WorkersNoVersion : public HerderTest {
 protected:
  WorkersNoVersion() : HerderTest({{"header.converter.plugin.version", "[1.0"}}) {}
};

TEST_F(WorkersNoVersion, IsTold) {
  ASSERT_TRUE(put("orders"));
  ASSERT_TRUE(reaches("orders", {"FAILED"}));
  EXPECT_EQ(herder->task_status({"orders", 0})->status.trace,
            "org.apache.kafka.connect.errors.ConnectException: Invalid version range for "
            "header.converter: [1.0\nCaused by: "
            "org.apache.maven.artifact.versioning.InvalidVersionSpecificationException: Unbounded "
            "range: [1.0\n");
}

class WrittenByOthers : public ClusterTest {
 protected:
  void write(const std::string& name, const ConfigMap& more) {
    const ConfigMap written = settings(name, more);
    ASSERT_TRUE(configs.put_connector(name, written, std::nullopt));
    ASSERT_TRUE(configs.put_tasks(name, {written}));
  }
  std::string trace_of(const std::string& name) {
    return static_cast<const Herder&>(*herder).connector_status(name)->connector.trace;
  }
  std::string task_trace_of(const std::string& name) {
    return static_cast<const Herder&>(*herder).task_status(TaskId{name, 0})->status.trace;
  }
};

TEST_F(WrittenByOthers, AConnectorOfAnotherVersionFailsWithItsTasks) {
  start_and_join();
  write("orders", {{"connector.plugin.version", "2.0"}});
  ASSERT_TRUE(reaches("orders", "FAILED: FAILED"));
  const std::string trace =
      "org.apache.kafka.connect.errors.ConnectException: Failed to get class loader for connector "
      "orders, class test.ScriptedSinkConnector\nCaused by: " +
      wrong_version +
      "Plugin test.ScriptedSinkConnector not found that matches the version range [2.0,2.0], "
      "available versions: [1.0]\n";
  EXPECT_EQ(trace_of("orders"), trace);
  EXPECT_EQ(task_trace_of("orders"), trace);
  write("fine", {{"connector.plugin.version", "[1.0,2.0)"}});
  EXPECT_TRUE(reaches("fine", "RUNNING: RUNNING"));
}

TEST_F(WrittenByOthers, AConverterOfAnotherVersionFailsTheTask) {
  start_and_join();
  write("orders",
        {{"value.converter", "StringConverter"}, {"value.converter.plugin.version", "9"}});
  ASSERT_TRUE(reaches("orders", "RUNNING: FAILED"));
  EXPECT_EQ(task_trace_of("orders"),
            wrong_version + string_converter + "[9,9], available versions: [4.3.0]\n");
}

TEST_F(WrittenByOthers, ATextThatIsNoVersionFailsBoth) {
  start_and_join();
  write("orders", {{"value.converter.plugin.version", "[9"}});
  ASSERT_TRUE(reaches("orders", "FAILED: FAILED"));
  EXPECT_EQ(trace_of("orders"), wrong_version +
                                    "Invalid value [9 for configuration "
                                    "value.converter.plugin.version: Unbounded range: [9\n");
}

}  // namespace
}  // namespace millrace
