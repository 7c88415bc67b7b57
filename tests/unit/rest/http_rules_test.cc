#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::ContainsRegex;
using testing::IsEmpty;

class HttpRulesTest : public ServerTest {
 protected:
  /// A routing error: a JSON body, but no Content-Type.
  void expect_routing_error(const Reply& reply, int status, const std::string& reason) {
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body, R"({"error_code":)" + std::to_string(status) + R"(,"message":"HTTP )" +
                              std::to_string(status) + " " + reason + R"("})");
    EXPECT_FALSE(reply.has("Content-Type"));
    EXPECT_FALSE(reply.has("Allow"));
  }
};

TEST_F(HttpRulesTest, TheWholeHeadOfAnAnswer) {
  const Reply reply = call("GET", "/connectors");
  EXPECT_THAT(reply.head,
              ContainsRegex("^HTTP/1.1 200 OK\r\n"
                            "Date: [A-Z][a-z]+, [0-9]+ [A-Z][a-z]+ 20[0-9]+ [0-9:]+ GMT\r\n"
                            "Server: Millrace\r\n"
                            "Content-Type: application/json\r\n"
                            "Content-Length: 2\r\n$"));
}

TEST_F(HttpRulesTest, UnknownPathsAre404) {
  for (const char* path : {"/nope", "/connectors/a/b", "/connectors/a/tasks/0", "/Connectors",
                           "/connectors/a/tasks-config", "/connectors/a/pause/x"}) {
    SCOPED_TRACE(path);
    expect_routing_error(call("GET", path), 404, "Not Found");
  }
}

TEST_F(HttpRulesTest, OtherMethodsAre405) {
  expect_routing_error(call("DELETE", "/connectors"), 405, "Method Not Allowed");
  expect_routing_error(call("GET", "/connectors/a/pause"), 405, "Method Not Allowed");
  expect_routing_error(call("TRACE", "/"), 405, "Method Not Allowed");
  expect_routing_error(call("FROB", "/connectors/a"), 405, "Method Not Allowed");
  const Reply head = call("HEAD", "/connectors/a/pause");
  EXPECT_EQ(head.status, 405);
}

TEST_F(HttpRulesTest, ABodyMustBeJson) {
  const std::string body = R"({"name":"x","config":{}})";
  expect_routing_error(call("POST", "/connectors", body, "Content-Type: text/plain\r\n"), 415,
                       "Unsupported Media Type");
  Client without_type(port());
  expect_routing_error(without_type.call("POST /connectors HTTP/1.1\r\nHost: h\r\n"
                                         "Content-Length: 24\r\n\r\n" +
                                         body),
                       415, "Unsupported Media Type");
  EXPECT_THAT(herder.calls(), IsEmpty());
  EXPECT_EQ(
      call("POST", "/connectors", body, "Content-Type: Application/JSON; charset=x\r\n").status,
      201);
}

TEST_F(HttpRulesTest, ContentTypeCountsWithoutABodyToo) {
  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  expect_routing_error(call("GET", "/connectors", "", form), 415, "Unsupported Media Type");
  expect_routing_error(call("GET", "/connector-plugins", "", form), 415, "Unsupported Media Type");
  expect_routing_error(call("POST", "/connectors/a/restart", "", form), 415,
                       "Unsupported Media Type");
  EXPECT_EQ(call("GET", "/", "", form).status, 200);
  EXPECT_EQ(call("GET", "/health", "", form).status, 200);
  EXPECT_EQ(call("GET", "/connectors", "", "Content-Type: application/json\r\n").status, 200);
  const Reply bad = call("GET", "/connectors", "", "Content-Type: json\r\n");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.body, R"({"error_code":400,"message":"Content-Type 'json' is no media type"})");
}

TEST_F(HttpRulesTest, TheClientMustAcceptJson) {
  for (const char* no : {"text/html", "application/xml, text/*", "application/json;q=0",
                         "application/json;q=0.0, */*"}) {
    SCOPED_TRACE(no);
    expect_routing_error(call("GET", "/connectors", "", std::string("Accept: ") + no + "\r\n"), 406,
                         "Not Acceptable");
  }
  for (const char* yes : {"*/*", "application/*", "text/html, Application/Json;q=0.1", "",
                          "text/html;q=0, */*;q=0.5", "application/json; charset=utf-8"}) {
    SCOPED_TRACE(yes);
    EXPECT_EQ(call("GET", "/connectors", "", std::string("Accept: ") + yes + "\r\n").status, 200);
  }
}

TEST_F(HttpRulesTest, PathComesBeforeMethodBeforeTypeBeforeAccept) {
  const std::string wrong = "Content-Type: text/plain\r\nAccept: text/plain\r\n";
  EXPECT_EQ(call("PATCH", "/nope", "", wrong).status, 404);
  EXPECT_EQ(call("PATCH", "/connectors", "", wrong).status, 405);
  EXPECT_EQ(call("GET", "/connectors", "", wrong).status, 415);
  EXPECT_EQ(call("GET", "/", "", wrong).status, 406);
}

TEST_F(HttpRulesTest, HeadIsGetWithoutTheBody) {
  const Reply get = call("GET", "/");
  const Reply head = call("HEAD", "/");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.header("Content-Length"), get.header("Content-Length"));
  EXPECT_EQ(head.header("Content-Type"), "application/json");
}

TEST_F(HttpRulesTest, NothingFollowsTheAnswerToAHead) {
  Client client(port());
  client.send("HEAD /connectors/none HTTP/1.1\r\nHost: h\r\n\r\n" + get_root_request);
  EXPECT_EQ(client.read(true).status, 404);
  EXPECT_EQ(client.read().body, root_body);
}

TEST_F(HttpRulesTest, OptionsListsTheMethods) {
  const Reply reply = call("OPTIONS", "/connectors/a");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(reply.header("Allow"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(reply.header("Content-Type"), "text/plain");
  const Reply json_only =
      call("OPTIONS", "/connectors/a/pause", "", "Accept: application/json\r\n");
  EXPECT_EQ(json_only.status, 200);
  EXPECT_EQ(json_only.body, "");
  EXPECT_EQ(json_only.header("Allow"), "PUT, OPTIONS");
  EXPECT_EQ(json_only.header("Content-Type"), "application/json");
  expect_routing_error(call("OPTIONS", "/nope"), 404, "Not Found");
}

TEST_F(HttpRulesTest, PathsThatCannotBeReadAre400) {
  const std::pair<const char*, const char*> cases[] = {
      {"/connectors//config", "Ambiguous URI empty segment"},
      {"//", "Ambiguous URI empty segment"},
      {"/connectors/%zz", "Bad escape in URI path segment '%zz' at character 1"},
      {"/connectors/a%2", "Bad escape in URI path segment 'a%2' at character 2"},
      {"/connectors/%00", "Bad escape in URI path segment '%00' at character 1"},
      {"/connectors/%ff", "Bad UTF-8 encoding in URI path"},
      {"/connectors/%C3", "Bad UTF-8 encoding in URI path"},
      {"/connectors/%ED%A0%80", "Bad UTF-8 encoding in URI path"},
      {"*", "URI path must start with a slash"},
  };
  for (const auto& [path, message] : cases) {
    SCOPED_TRACE(path);
    const Reply reply = call("GET", path);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.body, std::string(R"({"error_code":400,"message":")") + message + "\"}");
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
  }
}

TEST_F(HttpRulesTest, AbsoluteTargetsAndBadQueriesAreRead) {
  EXPECT_EQ(call("GET", "http://other:1/connectors?expand=%zz").body, "{}");
  EXPECT_EQ(call("GET", "http://other:1").body, root_body);
  EXPECT_EQ(call("GET", "/connectors?%%%&&=&a").body, "[]");
}

TEST_F(HttpRulesTest, LocationUsesTheHostThatTheClientAskedFor) {
  Client client(port());
  const std::string body = R"({"name":"a","config":{}})";
  const std::string rest =
      "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  EXPECT_EQ(client
                .call("POST /connectors HTTP/1.1\r\nHost: [::1]:99\r\n"
                      "X-Forwarded-Host: evil\r\n" +
                      rest)
                .header("Location"),
            "http://[::1]:99/connectors/a");
  EXPECT_EQ(client.call("POST /connectors HTTP/1.0\r\n" + rest).header("Location"),
            "http://127.0.0.1:" + std::to_string(port()) + "/connectors/a");
}

TEST_F(HttpRulesTest, Http10ClosesUnlessAskedNotTo) {
  Client closing(port());
  const Reply last = closing.call("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(last.body, root_body);
  EXPECT_EQ(last.header("Connection"), "close");
  EXPECT_TRUE(closing.hung_up());
  Client staying(port());
  EXPECT_EQ(staying.call("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection"),
            "keep-alive");
  EXPECT_EQ(staying.call(get_root_request).body, root_body);
}

TEST_F(HttpRulesTest, ConnectionCloseIsHonoured) {
  Client client(port());
  const Reply reply = client.call("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_TRUE(client.hung_up());
}

TEST_F(HttpRulesTest, BodiesMayBeChunked) {
  Client client(port());
  EXPECT_EQ(
      client
          .call("POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                "Transfer-Encoding: chunked\r\n\r\n"
                "a;ext=1\r\n{\"name\":\"a\r\n11\r\nb\",\"config\": { }}\r\n0\r\nT: x\r\n\r\n" +
                get_root_request)
          .status,
      201);
  EXPECT_EQ(client.read().body, root_body);
  EXPECT_THAT(herder.calls(), testing::ElementsAre("create ab {name=ab;}"));
}

TEST_F(HttpRulesTest, A100ContinueIsSentToThoseWhoWaitForIt) {
  Client client(port());
  const std::string head =
      "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Expect: 100-Continue\r\nContent-Length: 24\r\n\r\n";
  const Reply first = client.call(head);
  EXPECT_EQ(first.head, "HTTP/1.1 100 Continue\r\n");
  EXPECT_EQ(client.call(R"({"name":"x","config":{}})").status, 201);
  EXPECT_EQ(client.call(head + R"({"name":"y","config":{}})").status, 201);
  Client other(port());
  EXPECT_EQ(other.call("GET / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\n\r\n").status, 417);
}

TEST_F(HttpRulesTest, BodiesInUtf16AndUtf32AreRead) {
  const auto widened = [](const std::string& text, std::size_t width, bool big) {
    std::string wide;
    for (const char c : text) {
      std::string unit(width, '\0');
      unit[big ? width - 1 : 0] = c;
      wide += unit;
    }
    return wide;
  };
  const std::string body = R"({"a":"b"})";
  for (const std::size_t width : {2U, 4U}) {
    for (const bool big : {true, false}) {
      EXPECT_EQ(call("PUT", "/connectors/x/config", widened(body, width, big)).status, 201);
    }
  }
  EXPECT_EQ(call("PUT", "/connectors/x/config", "\xEF\xBB\xBF" + body).status, 201);
  EXPECT_EQ(call("PUT", "/connectors/x/config", "\xFF\xFE" + widened(body, 2, false)).status, 201);
  EXPECT_EQ(herder.calls(), std::vector<std::string>(6, "put x {a=b;name=x;}"));
}

TEST_F(HttpRulesTest, EveryRequestIsLogged) {
  call("GET", "/connectors/none?a=%22\"", "", "Referer: r\r\nUser-Agent: curl/7 \"x\"\r\n");
  server().stop(std::chrono::seconds(1));
  const std::vector<std::string> lines = log.lines();
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines.back(),
              testing::MatchesRegex(
                  "INFO 127\\.0\\.0\\.1 - - \\[[0-9]+/[A-Z][a-z]+/20[0-9]+:[0-9:]+ \\+0000\\] "
                  "\"GET /connectors/none\\?a=%22\\\\\" HTTP/1\\.1\" 404 55 \"r\" "
                  "\"curl/7 \\\\\"x\\\\\"\" [0-9]+"));
}

TEST_F(HttpRulesTest, AnInternalErrorIsLoggedAsOne) {
  herder.change_error = Error(ErrorCode::fatal, "no disk");
  call("DELETE", "/connectors/a");
  EXPECT_TRUE(log.contains(
      R"(ERROR REST call DELETE /connectors/a failed: {"error_code":500,"message":"no disk"})"));
}

}  // namespace
}  // namespace millrace::rest
