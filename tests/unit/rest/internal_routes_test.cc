// What workers ask of each other: rest.md 2.8, distributed.md H17, H18.
#include "herder/rest_errors.h"
#include "unit/rest/forward_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class InternalRoutesTest : public ForwardTest {
 protected:
  InternalRoutesTest() { herder.leader.reset(); }
};

TEST_F(InternalRoutesTest, TaskConfigsReachTheHerderWithTheirSignature) {
  const std::string body = R"( [{"a":"b"},{"n":1.50,"t":true,"z":null,"a":"x","a":"y"}] )";
  const Reply reply = call("POST", "/connectors/a%20b/tasks", body,
                           "Content-Type: text/plain\r\n"
                           "x-connect-authorization: Eroe1w==\r\n"
                           "X-Connect-Request-Signature-Algorithm: HmacSHA256\r\n");
  EXPECT_EQ(reply.status, 204);
  EXPECT_THAT(herder.calls(), ElementsAre("tasks of a b: 2"));
  EXPECT_EQ(herder.signed_request.body, body);
  EXPECT_EQ(herder.signed_request.mac, "Eroe1w==");
  EXPECT_EQ(herder.signed_request.algorithm, "HmacSHA256");
  EXPECT_EQ(herder.task_configs,
            (std::vector<ConfigMap>{
                {{"a", "b"}}, {{"n", "1.50"}, {"t", "true"}, {"z", std::nullopt}, {"a", "y"}}}));
}

TEST_F(InternalRoutesTest, AConnectorMayHaveNoTasks) {
  EXPECT_EQ(call("POST", "/connectors/a/tasks", "[]").status, 204);
  EXPECT_THAT(herder.calls(), ElementsAre("tasks of a: 0"));
  EXPECT_EQ(herder.signed_request.mac, std::nullopt);
  EXPECT_EQ(herder.signed_request.algorithm, std::nullopt);
}

TEST_F(InternalRoutesTest, FencingTakesAnyBody) {
  EXPECT_EQ(call("PUT", "/connectors/a/fence").status, 204);
  EXPECT_EQ(call("PUT", "/connectors/a/fence", "whatever", "Content-Type: text/plain\r\n").status,
            204);
  EXPECT_EQ(herder.signed_request.body, "whatever");
  EXPECT_THAT(herder.calls(), ElementsAre("fence a", "fence a"));
}

TEST_F(InternalRoutesTest, WhatIsNoListOfConfigurationsIsRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "The request body is empty, but must be a list of JSON objects"},
      {"{}", "The request body must be a list of JSON objects, but is an object"},
      {"null", "The request body must be a list of JSON objects, but is null"},
      {"7", "The request body must be a list of JSON objects, but is a single value"},
      {"[null]", "Each element must be a JSON object, but one is null"},
      {"[[]]", "Each element must be a JSON object, but one is a list"},
      {R"([{},"x"])", "Each element must be a JSON object, but one is a single value"},
      {R"([{"a":{}}])",
       R"(The value of \"a\" must be a text, number, boolean or null, but is an object)"},
      {R"([{"a":[]}])",
       R"(The value of \"a\" must be a text, number, boolean or null, but is a list)"},
      {"[{}", "The request body is not valid JSON"},
      {"[{}]]", "The request body is not valid JSON"},
  };
  for (const auto& [body, message] : cases) {
    SCOPED_TRACE(body);
    const Reply reply = call("POST", "/connectors/a/tasks", body);
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body, HasSubstr(message));
  }
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_F(InternalRoutesTest, H18StatusesOfTheHerderReachTheClient) {
  const std::pair<Error, int> cases[] = {
      {Error(ErrorCode::invalid_config, "Internal request missing required signature"), 400},
      {forbidden("Internal request contained invalid signature."), 403},
      {unavailable("no key yet"), 503},
      {Error(ErrorCode::not_found, "Connector a not found"), 404},
      {Error(ErrorCode::conflict, "stale"), 409}};
  for (const auto& [error, status] : cases) {
    herder.change_error = error;
    const std::string body = R"({"error_code":)" + std::to_string(status) + R"(,"message":")" +
                             error.message() + R"("})";
    for (const Reply& reply :
         {call("POST", "/connectors/a/tasks", "[]"), call("PUT", "/connectors/a/fence")}) {
      EXPECT_EQ(reply.status, status);
      EXPECT_EQ(reply.body, body);
    }
  }
}

TEST_F(InternalRoutesTest, AFormerLeaderSendsThemOnUnsigned) {
  herder.leader = "http://leader:8083/";
  peer_says(400, R"({"error_code":400,"message":"Internal request missing required signature"})");
  const Reply reply = call("POST", "/connectors/a/tasks", R"([{"a":1.0}])",
                           "X-Connect-Authorization: AAAA\r\n"
                           "X-Connect-Request-Signature-Algorithm: HmacSHA256\r\n");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("missing required signature"));
  EXPECT_EQ(last().body, R"([{"a":1.0}])");
  EXPECT_THAT(last().headers, IsEmpty());
}

TEST_F(InternalRoutesTest, TheTasksOfALargeConnectorMayComeAtOnce) {
  options.sizes.body = 1'000;
  options.sizes.task_configs = 100'000;
  const auto tasks = [](std::size_t size) {
    return R"([{"a":")" + std::string(size - 10, 'x') + R"("}])";
  };
  EXPECT_EQ(call("POST", "/connectors/a/tasks?forward=true", tasks(100'000)).status, 204);
  EXPECT_EQ(call("POST", "/connectors/a/tasks/", tasks(50'000)).status, 204);
  const Reply reply = call("POST", "/connectors/a/tasks", tasks(100'001));
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.body, HasSubstr("larger than 100000 bytes"));
  for (const char* target :
       {"/connectors", "/connectors?x=/connectors/a/tasks", "/connectors/tasks/x"}) {
    EXPECT_EQ(call("POST", target, tasks(1'001)).status, 413) << target;
  }
  EXPECT_EQ(call("PUT", "/connectors/a/tasks", tasks(1'001)).status, 413);
}

TEST_F(InternalRoutesTest, WhoShowsNoSignatureIsRefusedBeforeTheBodyIsRead) {
  options.sizes.body = 1'000;
  options.sizes.task_configs = 100'000;
  herder.wants_signatures = true;
  const std::string line = "POST /connectors/a/tasks HTTP/1.1\r\nHost: h\r\n";
  const std::string one = "X-Connect-Authorization: AAAA\r\n";
  const std::string both = one + "X-Connect-Request-Signature-Algorithm: HmacSHA256\r\n";
  const std::string length = "Content-Length: 90000\r\n";
  const std::string waiting = "Expect: 100-continue\r\n";
  for (const std::string& head :
       {length + "\r\n", one + length + "\r\n", waiting + length + "\r\n",
        std::string("Transfer-Encoding: chunked\r\n\r\n"), length + "\r\n[{\"a\":\"b\""}) {
    SCOPED_TRACE(head);
    Client client(port());
    const Reply reply = client.call(line + head);  // what comes behind never does
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body, HasSubstr("Internal request missing required signature"));
    EXPECT_EQ(reply.header("Connection"), "close");
  }
  EXPECT_THAT(herder.calls(), IsEmpty());

  const std::string body = R"([{"a":")" + std::string(89'990, 'x') + R"("}])";
  Client client(port());
  EXPECT_EQ(client.call(line + both + length + waiting + "\r\n").status, 100);
  EXPECT_EQ(client.call(body).status, 204);
  EXPECT_EQ(client.call(line + both + length + "\r\n" + body).status, 204);
  EXPECT_EQ(client.call(line + both + "Content-Length: 100001\r\n\r\n").status, 413);
  EXPECT_EQ(herder.signed_request.mac, "AAAA");
}

TEST_F(InternalRoutesTest, NobodyHoldsUpTheServerWithManyKeys) {
  std::string config = "{";
  for (int i = 0; i < 4'999; ++i) config += '"' + std::to_string(i) + "\":1,";
  config += R"("x":1})";
  const auto list = [&config](int size) {
    std::string body = "[" + config;
    for (int i = 1; i < size; ++i) body += "," + config;
    return body + "]";
  };
  EXPECT_EQ(call("POST", "/connectors/a/tasks", list(3)).status, 204);
  const Reply reply = call("POST", "/connectors/a/tasks", list(5));
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("The configurations have too many keys"));
  EXPECT_EQ(herder.calls().size(), 1U);
}

TEST_F(InternalRoutesTest, AWorkerOnItsOwnTakesNoMoreThanElsewhere) {
  options.peers = nullptr;
  options.sizes.body = 1'000;
  EXPECT_EQ(call("POST", "/connectors/a/tasks", std::string(1'001, ' ')).status, 413);
}

}  // namespace
}  // namespace millrace::rest
