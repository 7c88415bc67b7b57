#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::ElementsAre;

/// Two connectors: "src" runs, "a b/%ü" has a failed task and a null in its configuration.
class ReadRoutesTest : public ServerTest {
 protected:
  ReadRoutesTest() {
    herder.names = {"src", "a b/%ü"};
    herder.infos["src"] = {"src",
                           ConnectorType::source,
                           {{"tasks.max", "2"}, {"file", "in.txt"}, {"name", "src"}},
                           {{"src", 0}, {"src", 1}}};
    herder.infos["a b/%ü"] = {
        "a b/%ü", ConnectorType::sink, {{"z", "\"ü\"\n"}, {"a", std::nullopt}}, {}};
    herder.statuses["src"] = {"src",
                              ConnectorType::source,
                              {State::running, "10.0.0.1:8083", "4.3.0", ""},
                              {{{"src", 0}, {State::running, "10.0.0.1:8083", "4.3.0", ""}}}};
    herder.statuses["a b/%ü"] = {
        "a b/%ü",
        ConnectorType::sink,
        {State::paused, "w:1", std::nullopt, ""},
        {{{"a b/%ü", 0}, {State::failed, "w:1", std::nullopt, "java.lang.X: no\n\tat y\n"}}}};
    herder.task_infos["src"] = {{{"src", 0}, {{"task.class", "T"}, {"file", "in.txt"}}},
                                {{"src", 1}, {{"task.class", "T"}}}};
    herder.plugin_list = {{"org.x.Sink", "sink", "4.3.0"},
                          {"org.x.Source", "source", std::nullopt},
                          {"org.x.Json", "converter", "4.3.0"}};
  }

  void expect_json(const std::string& target, int status, const std::string& body) {
    const Reply reply = call("GET", target);
    EXPECT_EQ(reply.status, status) << target;
    EXPECT_EQ(reply.body, body) << target;
    EXPECT_EQ(reply.header("Content-Type"), "application/json") << target;
  }

  const std::string src_info =
      R"({"name":"src","config":{"tasks.max":"2","file":"in.txt","name":"src"},)"
      R"("tasks":[{"connector":"src","task":0},{"connector":"src","task":1}],"type":"source"})";
  const std::string src_status =
      R"({"name":"src","connector":{"state":"RUNNING","worker_id":"10.0.0.1:8083","version":"4.3.0"},)"
      R"("tasks":[{"id":0,"state":"RUNNING","worker_id":"10.0.0.1:8083","version":"4.3.0"}],)"
      R"("type":"source"})";
};

TEST_F(ReadRoutesTest, RootTellsTheVersions) {
  expect_json("/", 200, root_body);
  herder.cluster_id = "";
  expect_json("/", 200,
              R"({"version":"4.3.0","commit":"0123456789abcdef","kafka_cluster_id":null})");
}

TEST_F(ReadRoutesTest, ListsConnectors) {
  expect_json("/connectors", 200, R"(["src","a b/%ü"])");
  expect_json("/connectors/", 200, R"(["src","a b/%ü"])");
  expect_json("/connectors?forward=false", 200, R"(["src","a b/%ü"])");
}

TEST_F(ReadRoutesTest, ListsNoConnectors) {
  herder.names.clear();
  expect_json("/connectors", 200, "[]");
  expect_json("/connectors?expand=status", 200, "{}");
}

TEST_F(ReadRoutesTest, ExpandsTheListInTheOrderAsked) {
  herder.names = {"src"};
  expect_json("/connectors?expand=status", 200, R"({"src":{"status":)" + src_status + "}}");
  expect_json("/connectors?expand=info&expand=status", 200,
              R"({"src":{"info":)" + src_info + R"(,"status":)" + src_status + "}}");
  expect_json("/connectors?expand=status&expand=info", 200,
              R"({"src":{"status":)" + src_status + R"(,"info":)" + src_info + "}}");
  expect_json("/connectors?expand=nope", 200, R"({"src":{}})");
  expect_json("/connectors?expand", 200, R"({"src":{}})");
  expect_json("/connectors?expand=status,info", 200, R"({"src":{}})");
  expect_json("/connectors?Expand=status", 200, R"(["src"])");
}

TEST_F(ReadRoutesTest, AConnectorThatVanishesWhileListedHasNullInfoAndNoStatus) {
  herder.names = {"gone"};
  expect_json("/connectors?expand=info&expand=status", 200, R"({"gone":{"info":null}})");
}

TEST_F(ReadRoutesTest, ReadsOneConnector) {
  expect_json("/connectors/src", 200, src_info);
  expect_json("/connectors/src/", 200, src_info);
  expect_json("/connectors/src/config", 200, R"({"tasks.max":"2","file":"in.txt","name":"src"})");
  expect_json("/connectors/src/tasks", 200,
              R"([{"id":{"connector":"src","task":0},"config":{"task.class":"T","file":"in.txt"}},)"
              R"({"id":{"connector":"src","task":1},"config":{"task.class":"T"}}])");
  expect_json("/connectors/src/status", 200, src_status);
  expect_json("/connectors/src/tasks/0/status", 200,
              R"({"id":0,"state":"RUNNING","worker_id":"10.0.0.1:8083","version":"4.3.0"})");
}

TEST_F(ReadRoutesTest, NamesWithBlanksSlashesPercentAndUtf8CanBeAddressed) {
  const std::string info =
      R"({"name":"a b/%ü","config":{"z":"\"ü\"\n","a":null},"tasks":[],"type":"sink"})";
  expect_json("/connectors/a%20b%2F%25%C3%BC", 200, info);
  expect_json("/connectors/a%20b%2f%25ü", 200, info);
  expect_json("/connectors/a%20b%2F%25%C3%BC/config", 200, R"({"z":"\"ü\"\n","a":null})");
  expect_json("/connectors/a+b", 404, R"({"error_code":404,"message":"Connector a+b not found"})");
  expect_json("/connectors/a%22b%5C", 404,
              R"({"error_code":404,"message":"Connector a\"b\\ not found"})");
  expect_json("/connectors/%2e%2E/config", 404,
              R"({"error_code":404,"message":"Connector .. not found"})");
  expect_json("/connectors/src;v=1/config;x", 200,
              R"({"tasks.max":"2","file":"in.txt","name":"src"})");
}

TEST_F(ReadRoutesTest, StatusShowsATraceAndHidesAVersionThatThereIsNot) {
  const std::string task = R"({"id":0,"state":"FAILED","worker_id":"w:1",)"
                           R"("trace":"java.lang.X: no\n\tat y\n"})";
  expect_json("/connectors/a%20b%2F%25%C3%BC/status", 200,
              R"({"name":"a b/%ü","connector":{"state":"PAUSED","worker_id":"w:1"},"tasks":[)" +
                  task + R"(],"type":"sink"})");
  expect_json("/connectors/a%20b%2F%25%C3%BC/tasks/0/status", 200, task);
}

TEST_F(ReadRoutesTest, UnknownConnectorsAndTasksAre404) {
  const std::string unknown = R"({"error_code":404,"message":"Connector none not found"})";
  expect_json("/connectors/none", 404, unknown);
  expect_json("/connectors/none/config", 404, unknown);
  expect_json("/connectors/none/tasks", 404, unknown);
  expect_json("/connectors/none/status", 404,
              R"({"error_code":404,"message":"No status found for connector none"})");
  expect_json("/connectors/src/tasks/7/status", 404,
              R"({"error_code":404,"message":"No status found for task src-7"})");
  expect_json("/connectors/src/tasks/-1/status", 404,
              R"({"error_code":404,"message":"No status found for task src--1"})");
}

TEST_F(ReadRoutesTest, ATaskThatIsNoNumberIs404) {
  const std::string not_found = R"({"error_code":404,"message":"HTTP 404 Not Found"})";
  for (const char* task : {"a", "%200", "99999999999", "0x1", "1.0", "+-1"}) {
    expect_json(std::string("/connectors/src/tasks/") + task + "/status", 404, not_found);
  }
}

TEST_F(ReadRoutesTest, ListsPlugins) {
  const std::string connectors = R"({"class":"org.x.Sink","type":"sink","version":"4.3.0"},)"
                                 R"({"class":"org.x.Source","type":"source"})";
  expect_json("/connector-plugins", 200, "[" + connectors + "]");
  expect_json("/connector-plugins?connectorsOnly=TRUE", 200, "[" + connectors + "]");
  expect_json(
      "/connector-plugins?connectorsOnly=false", 200,
      "[" + connectors + R"(,{"class":"org.x.Json","type":"converter","version":"4.3.0"}])");
}

TEST_F(ReadRoutesTest, HealthAsksTheHerder) {
  expect_json(
      "/health", 200,
      R"({"status":"healthy","message":"Worker has completed startup and is ready to handle )"
      R"(requests."})");
  EXPECT_THAT(herder.calls(), ElementsAre("ping"));
}

TEST_F(ReadRoutesTest, HealthIsStartingBeforeTheHerderIsReady) {
  herder.is_ready = false;
  expect_json("/health", 503, R"({"status":"starting","message":"Worker is still starting up."})");
}

TEST_F(ReadRoutesTest, HealthIsUnhealthyWhenTheHerderDoesNotAnswer) {
  options.replies.probe = std::chrono::milliseconds(20);
  herder.hold();
  expect_json(
      "/health", 500,
      R"({"status":"unhealthy","message":"Worker was unable to handle this request and may )"
      R"(be unable to handle other requests."})");
}

}  // namespace
}  // namespace millrace::rest
