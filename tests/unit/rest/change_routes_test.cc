#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ChangeRoutesTest : public ServerTest {
 protected:
  void expect(const Reply& reply, int status, const std::string& body) {
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body, body);
    EXPECT_EQ(reply.header("Content-Type"), body.empty() ? "" : "application/json");
  }
  static std::string error(int code, const std::string& message) {
    return R"({"error_code":)" + std::to_string(code) + R"(,"message":")" + message + R"("})";
  }
};

TEST_F(ChangeRoutesTest, CreatesAConnector) {
  const Reply reply =
      call("POST", "/connectors", R"({"name":" a\n","config":{"tasks.max":1,"b":true}})");
  expect(reply, 201,
         R"({"name":"a","config":{"tasks.max":"1","b":"true","name":"a"},)"
         R"("tasks":[{"connector":"a","task":0}],"type":"source"})");
  EXPECT_EQ(reply.header("Location"), "http://worker:8083/connectors/a");
  EXPECT_THAT(herder.calls(), ElementsAre("create a {tasks.max=1;b=true;name=a;}"));
}

TEST_F(ChangeRoutesTest, ConfigKeepsItsOrderItsLiteralsAndTheLastOfEqualKeys) {
  call(
      "POST", "/connectors",
      R"({"config":{"z":1.50,"a":1e5,"n":null,"z":-0,"name":"x"},"initial_state":"pAused","name":"x"})");
  EXPECT_THAT(herder.calls(), ElementsAre("create x {z=-0;a=1e5;n=<null>;name=x;} state 1"));
}

TEST_F(ChangeRoutesTest, InitialStates) {
  call("POST", "/connectors", R"({"name":"x","config":{},"initial_state":"RUNNING"})");
  call("POST", "/connectors", R"({"name":"x","config":{},"initial_state":"stopped"})");
  call("POST", "/connectors", R"({"name":"x","config":{},"initial_state":null})");
  EXPECT_THAT(herder.calls(), ElementsAre("create x {name=x;} state 0",
                                          "create x {name=x;} state 2", "create x {name=x;}"));
}

TEST_F(ChangeRoutesTest, ANameThatIsMissingReachesTheValidation) {
  call("POST", "/connectors", R"({"config":{"a":"b"}})");
  call("POST", "/connectors", R"({"name":null,"config":{"name":null}})");
  EXPECT_THAT(herder.calls(), ElementsAre("create  {a=b;name=;}", "create  {name=;}"));
}

TEST_F(ChangeRoutesTest, LocationIsEscaped) {
  const Reply reply = call("POST", "/connectors", R"({"name":"a b/c%ü?#;","config":{}})");
  EXPECT_EQ(reply.header("Location"), "http://worker:8083/connectors/a%20b/c%25%C3%BC%3F%23%3B");
}

TEST_F(ChangeRoutesTest, ClientsMistakesAre400AndDoNotReachTheHerder) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"name": "x", )",
       "The request body is not valid JSON: parse error at line 1, column 15: syntax error while "
       "parsing object key - unexpected end of input; expected string literal"},
      {R"([])", "The request body must be a JSON object, but is a list"},
      {R"(null)", "The request body must be a JSON object, but is null"},
      {R"("x")", "The request body must be a JSON object, but is a single value"},
      {R"({"name":"x"})", R"(The member \"config\" is missing or null)"},
      {R"({"name":"x","config":null})", R"(The member \"config\" is missing or null)"},
      {R"({"name":"x","config":"y"})",
       R"(The value of \"config\" must be an object, but is a single value)"},
      {R"({"name":"x","config":[]})",
       R"(The value of \"config\" must be a text, number, boolean or null, but is a list)"},
      {R"({"name":{},"config":{}})",
       R"(The value of \"name\" must be a text, number, boolean or null, but is an object)"},
      {R"({"name":"x","config":{"a":{"b":1}}})",
       R"(The value of \"a\" must be a text, number, boolean or null, but is an object)"},
      {R"({"name":"x","config":{},"bogus":1})",
       R"(Unrecognized field \"bogus\" (known are \"name\", \"config\", \"initial_state\"))"},
      {R"({"name":"x","config":{},"initial_state":"HALF"})",
       R"(Invalid value 'HALF' for \"initial_state\": must be one of RUNNING, PAUSED, STOPPED)"},
      {R"({"name":"x","config":{"name":"y"}})",
       "Connector name configuration (y) doesn't match connector name in the URL (x)"},
  };
  for (const auto& [body, message] : cases) {
    SCOPED_TRACE(body);
    expect(call("POST", "/connectors", body), 400, error(400, message));
  }
  expect(call("POST", "/connectors"), 400,
         error(400, "The request body is empty, but must be a JSON object"));
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_F(ChangeRoutesTest, PutsAConfig) {
  herder.created = false;
  const Reply changed = call("PUT", "/connectors/%20a%20/config", R"({"x":"1"})");
  expect(changed, 200,
         R"({"name":" a ","config":{"x":"1","name":" a "},)"
         R"("tasks":[{"connector":" a ","task":0}],"type":"source"})");
  EXPECT_FALSE(changed.has("Location"));
  herder.created = true;
  const Reply made = call("PUT", "/connectors/a/config", R"({"name":"a"})");
  expect(
      made, 201,
      R"({"name":"a","config":{"name":"a"},"tasks":[{"connector":"a","task":0}],"type":"source"})");
  EXPECT_EQ(made.header("Location"), "http://worker:8083/connectors/a");
  EXPECT_THAT(herder.calls(), ElementsAre("put  a  {x=1;name= a ;}", "put a {name=a;}"));
}

TEST_F(ChangeRoutesTest, PutRefusesWhatIsNoConfig) {
  expect(
      call("PUT", "/connectors/x/config", R"({"name":"y"})"), 400,
      error(400, "Connector name configuration (y) doesn't match connector name in the URL (x)"));
  expect(
      call("PUT", "/connectors/x/config", R"({"k":["secret"]})"), 400,
      error(400, R"(The value of \"k\" must be a text, number, boolean or null, but is a list)"));
  expect(call("PUT", "/connectors/x/config"), 400,
         error(400, "The request body is empty, but must be a JSON object"));
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_F(ChangeRoutesTest, SimpleChangesHaveNoBody) {
  expect(call("DELETE", "/connectors/a%2Fb"), 204, "");
  expect(call("PUT", "/connectors/a/pause"), 202, "");
  expect(call("PUT", "/connectors/a/resume"), 202, "");
  expect(call("PUT", "/connectors/a/stop"), 204, "");
  expect(call("POST", "/connectors/a/restart"), 204, "");
  expect(call("POST", "/connectors/a/restart?includeTasks=maybe&onlyFailed=false"), 204, "");
  expect(call("POST", "/connectors/a/tasks/3/restart"), 204, "");
  EXPECT_THAT(herder.calls(), ElementsAre("delete a/b", "pause a", "start a", "stop a", "restart a",
                                          "restart a", "restart task a-3"));
}

TEST_F(ChangeRoutesTest, OnlyA204HasNoContentLength) {
  EXPECT_FALSE(call("DELETE", "/connectors/a").has("Content-Length"));
  EXPECT_EQ(call("PUT", "/connectors/a/pause").header("Content-Length"), "0");
}

TEST_F(ChangeRoutesTest, RestartWithAFlagShowsTheState) {
  herder.restarted = {"a",
                      ConnectorType::sink,
                      {State::restarting, "w:1", "1", ""},
                      {{{"a", 0}, {State::restarting, "w:1", "1", "X: y\n"}}}};
  const std::string state =
      R"({"name":"a","connector":{"state":"RESTARTING","worker_id":"w:1","version":"1"},)"
      R"("tasks":[{"id":0,"state":"RESTARTING","worker_id":"w:1","version":"1","trace":"X: y\n"}],)"
      R"("type":"sink"})";
  expect(call("POST", "/connectors/a/restart?includeTasks=true"), 202, state);
  expect(call("POST", "/connectors/a/restart?includeTasks=True&onlyFailed=true"), 202, state);
  expect(call("POST", "/connectors/a/restart?onlyFailed=TRUE"), 202, state);
  EXPECT_THAT(herder.calls(),
              ElementsAre("restart a tasks", "restart a tasks failed", "restart a failed"));
}

TEST_F(ChangeRoutesTest, ATaskThatIsNoNumberCannotBeRestarted) {
  expect(call("POST", "/connectors/a/tasks/x/restart"), 404, error(404, "HTTP 404 Not Found"));
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_F(ChangeRoutesTest, ErrorsOfTheHerderBecomeStatusCodes) {
  const std::pair<ErrorCode, int> cases[] = {
      {ErrorCode::not_found, 404}, {ErrorCode::conflict, 409},   {ErrorCode::invalid_config, 400},
      {ErrorCode::fatal, 500},     {ErrorCode::bad_record, 500}, {ErrorCode::retriable, 500}};
  for (const auto& [code, status] : cases) {
    herder.change_error = Error(code, "it \"is\" so\nwith ü");
    const std::string body = error(status, R"(it \"is\" so\nwith ü)");
    expect(call("POST", "/connectors", R"({"name":"a","config":{}})"), status, body);
    expect(call("PUT", "/connectors/a/config", "{}"), status, body);
    expect(call("DELETE", "/connectors/a"), status, body);
    expect(call("PUT", "/connectors/a/pause"), status, body);
    expect(call("PUT", "/connectors/a/resume"), status, body);
    expect(call("PUT", "/connectors/a/stop"), status, body);
    expect(call("POST", "/connectors/a/restart"), status, body);
    expect(call("POST", "/connectors/a/restart?onlyFailed=true"), status, body);
    expect(call("POST", "/connectors/a/tasks/0/restart"), status, body);
  }
}

TEST_F(ChangeRoutesTest, AHerderThatDoesNotAnswerInTimeIsA500) {
  options.replies.change = std::chrono::milliseconds(20);
  herder.hold();
  expect(call("DELETE", "/connectors/a"), 500, error(500, "Request timed out"));
}

TEST_F(ChangeRoutesTest, ALateReplyIsNotTakenForTheNextOne) {
  options.replies.change = std::chrono::milliseconds(20);
  herder.hold();
  Client client(port());
  EXPECT_EQ(client.call("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n").status, 500);
  herder.release();
  EXPECT_EQ(client.call(get_root_request).body, root_body);
}

}  // namespace
}  // namespace millrace::rest
