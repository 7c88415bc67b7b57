// Who may come in by name and password (rest.md 1.9).
#include "unit/rest/access_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::HasSubstr;

TEST_F(BasicAuthTest, NameAndPasswordOpen) {
  use_users("alice=wonder land\nbob=b:b\n");
  EXPECT_EQ(as("Basic YWxpY2U6d29uZGVyIGxhbmQ=").status, 200);
  EXPECT_EQ(as("bASIC YWxpY2U6d29uZGVyIGxhbmQ").status, 200);  // without padding
  EXPECT_EQ(as("Basic Ym9iOmI6Yg==").status, 200);             // the first colon parts
}

TEST_F(BasicAuthTest, OthersAreRefused) {
  use_users("alice=wonder land\n=empty\n");
  for (const char* wrong :
       {"", "Basic", "Basic ", "Bearer YWxpY2U6d29uZGVyIGxhbmQ=", "BasicYWxpY2U6d29uZGVyIGxhbmQ=",
        "Basic YWxpY2U=", "Basic !!!!", "Basic YQ", "Basic =", "Basic OmVtcHR5",
        "Basic YWxpY2U6d29uZGVyIGxhbmsK", "Basic Ym9iOndvbmRlciBsYW5k"}) {
    SCOPED_TRACE(wrong);
    const Reply reply = as(wrong);
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.body, "User cannot access the resource.");
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
    EXPECT_FALSE(reply.has("WWW-Authenticate"));
  }
}

TEST_F(BasicAuthTest, WhatNeedsCredentialsAndWhatDoesNot) {
  use_users("alice=wonder land\n");
  for (const char* path : {"/", "/health", "/openapi.json", "/connectors/a/status"}) {
    EXPECT_EQ(as("", "GET", path).status, 401) << path;
  }
  const Reply options_reply = as("", "OPTIONS");
  EXPECT_EQ(options_reply.status, 401);
  EXPECT_EQ(options_reply.header("Content-Type"), "text/plain");
  EXPECT_EQ(as("", "GET", "/nope").status, 404);  // routing comes first
  EXPECT_EQ(as("", "PATCH", "/").status, 405);
  EXPECT_EQ(call("GET", "/connectors", "", "Accept: text/html\r\n").status, 406);
  // Between workers: signed instead.
  for (const char* exempt : {"POST /connectors/a/tasks", "PUT /connectors/a/fence"}) {
    Client client(port());
    EXPECT_NE(client.call(exempt + std::string(" HTTP/1.1\r\nHost: h\r\n\r\n")).status, 401);
  }
  EXPECT_EQ(as("", "POST", "/connectors/a/tasks/0/restart").status, 401);
  EXPECT_EQ(as("", "GET", "/connectors/a/tasks").status, 401);
  EXPECT_EQ(herder.calls(), std::vector<std::string>{"fence a"});
}

TEST_F(BasicAuthTest, APreflightNeedsThemToo) {
  use_users("alice=wonder land\n");
  use_cors("*");
  const Reply reply = from("http://x", "OPTIONS", "Access-Control-Request-Method: GET\r\n");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.header("Access-Control-Allow-Methods"), "GET, POST, HEAD");
}

TEST_F(BasicAuthTest, AnEmptyFileAdmitsEverybody) {
  use_users("# nobody\n");
  EXPECT_EQ(as("").status, 200);
  EXPECT_TRUE(log.contains("holds no user: the REST API is open to everybody"));
}

TEST_F(BasicAuthTest, TheLogHasNoCredentials) {
  use_users("alice=wonder land\n");
  as("Basic YWxpY2U6d29uZGVyIGxhbmQ=");
  as("Basic YWxpY2U6d3Jvbmc=");
  server().stop(std::chrono::seconds(1));
  for (const std::string& line : log.lines()) {
    EXPECT_THAT(line, testing::Not(testing::AnyOf(HasSubstr("alice"), HasSubstr("wonder"),
                                                  HasSubstr("YWxpY2U6"))));
  }
}

TEST_F(BasicAuthTest, SeveralModulesCountByTheirFlags) {
  const std::string a = write("a.properties", "alice=1\nboth=1\n");
  const std::string b = write("b.properties", "bob=1\nboth=1\n");
  const auto jaas = [&](const std::string& first, const std::string& second) {
    use_jaas("KafkaConnect { " + std::string(module) + " " + first + " file=\"" + a + "\"; " +
             module + " " + second + " file=\"" + b + "\"; };");
    server_.reset();
    std::string admitted;
    if (as("Basic YWxpY2U6MQ==").status == 200) admitted += "alice ";
    if (as("Basic Ym9iOjE=").status == 200) admitted += "bob ";
    if (as("Basic Ym90aDox").status == 200) admitted += "both ";
    if (as("Basic Zm9vOmJhcg==").status == 200) admitted += "foo ";
    return admitted;
  };
  EXPECT_EQ(jaas("required", "required"), "both ");
  EXPECT_EQ(jaas("sufficient", "required"), "alice bob both ");
  EXPECT_EQ(jaas("required", "optional"), "alice both ");
  EXPECT_EQ(jaas("requisite", "sufficient"), "alice both ");
  EXPECT_EQ(jaas("optional", "optional"), "alice bob both ");
}

TEST_F(BasicAuthTest, WhatIsWrongWithTheFilesIsSaid) {
  EXPECT_THAT(BasicAuth::open("/nowhere/jaas.conf").error().message(),
              HasSubstr("'/nowhere/jaas.conf': No such file"));
  EXPECT_EQ(problem("KafkaClient { a.B required; };"),
            "JAAS file '" + folder_ + "/jaas.conf': it holds no entry 'KafkaConnect'");
  EXPECT_EQ(problem("KafkaConnect { a.B required; };"),
            "JAAS file '" + folder_ +
                "/jaas.conf': login module 'a.B' is not supported: " + module + " is");
  EXPECT_THAT(problem("KafkaConnect { " + std::string(module) + " required; };"),
              HasSubstr("needs the option file="));
  EXPECT_THAT(
      problem("KafkaConnect { " + std::string(module) + " required file=\"/nowhere/users\"; };"),
      HasSubstr("'/nowhere/users': No such file"));
}

}  // namespace
}  // namespace millrace::rest
