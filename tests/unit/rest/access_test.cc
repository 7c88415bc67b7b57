// CORS, response.http.headers.config, basic auth, admin listeners (rest.md 1.1, 1.8, 1.9).
#include "rest/route.h"
#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace millrace::rest {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class AccessTest : public ServerTest {
 protected:
  AccessTest() {
    folder_ = std::filesystem::temp_directory_path() / "millrace-XXXXXX";
    ::mkdtemp(folder_.data());
  }
  ~AccessTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  void use_cors(std::string_view origins, std::string_view methods = "") {
    options.access.cors = *Cors::make(origins, methods);
  }
  Reply from(const std::string& origin, const std::string& method = "GET",
             const std::string& more = "") {
    return call(method, "/connectors", "", "Origin: " + origin + "\r\n" + more);
  }

  std::string folder_;
};

TEST_F(AccessTest, WithoutCorsNothingIsSaidAboutOrigins) {
  const Reply reply = from("http://a.example");
  EXPECT_FALSE(reply.has("Vary"));
  EXPECT_FALSE(reply.has("Access-Control-Allow-Origin"));
}

TEST_F(AccessTest, AKnownOriginIsAnswered) {
  use_cors("http://a.example,https://.*\\.b\\.example");
  const Reply known = from("http://a.example");
  EXPECT_EQ(known.header("Access-Control-Allow-Origin"), "http://a.example");
  EXPECT_EQ(known.header("Vary"), "Origin");
  EXPECT_EQ(from("http://axexample").header("Access-Control-Allow-Origin"), "http://axexample");
  EXPECT_TRUE(from("https://x.b.example").has("Access-Control-Allow-Origin"));
  const Reply other = from("http://a.example.evil");
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(other.header("Vary"), "Origin");
  EXPECT_FALSE(other.has("Access-Control-Allow-Origin"));
  EXPECT_EQ(call("GET", "/").header("Vary"), "Origin");
  for (const char* absent : {"Access-Control-Allow-Methods", "Access-Control-Allow-Credentials",
                             "Access-Control-Expose-Headers"}) {
    EXPECT_FALSE(known.has(absent));
  }
}

TEST_F(AccessTest, EveryOriginIsToldAsItCame) {
  use_cors("*");
  EXPECT_EQ(from("http://x").header("Access-Control-Allow-Origin"), "http://x");
}

TEST_F(AccessTest, APreflightIsAnswered) {
  use_cors("*", "GET,PUT,DELETE");
  const Reply reply = from("http://x", "OPTIONS", "Access-Control-Request-Method: PATCH\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Access-Control-Allow-Methods"), "GET, PUT, DELETE");
  EXPECT_EQ(reply.header("Access-Control-Allow-Headers"), "Content-Type");
  EXPECT_EQ(reply.header("Access-Control-Max-Age"), "60");
  EXPECT_EQ(reply.header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_FALSE(from("http://x", "OPTIONS").has("Access-Control-Allow-Methods"));
}

TEST_F(AccessTest, MethodsOfAPreflightUnlessConfigured) {
  use_cors("*");
  EXPECT_EQ(from("http://x", "OPTIONS", "Access-Control-Request-Method: GET\r\n")
                .header("Access-Control-Allow-Methods"),
            "GET, POST, HEAD");
}

TEST_F(AccessTest, ErrorsHaveTheHeadersToo) {
  use_cors("*");
  options.access.headers = *config::parse_header_rules("add X-A: b");
  for (const char* target : {"/nope", "//", "/connectors/none"}) {
    const Reply reply = call("GET", target, "", "Origin: http://x\r\n");
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "http://x") << target;
    EXPECT_EQ(reply.header("X-A"), "b") << target;
  }
  Client client(port());
  const Reply refused = client.call("GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.header("X-A"), "b");
}

TEST_F(AccessTest, HeadersAreAddedAndReplaced) {
  options.access.headers = *config::parse_header_rules(
      "add X-A: 1, ADD X-A: 2,\"set Cache-Control: no-cache, no-store\", set server: hidden,"
      "set Content-Type: text/html, setDate Expires: 3600000, addDate X-Was: -1000");
  const Reply reply = call("GET", "/connectors");
  EXPECT_THAT(reply.head, HasSubstr("\r\nX-A: 1\r\nX-A: 2\r\n"));
  EXPECT_EQ(reply.header("Cache-Control"), "no-cache, no-store");
  EXPECT_EQ(reply.header("server"), "hidden");
  EXPECT_FALSE(reply.has("Server"));
  EXPECT_EQ(reply.header("Content-Type"), "application/json");  // the answer's own comes later
  EXPECT_THAT(reply.header("Expires"), MatchesRegex("[A-Z][a-z]+, [0-9]+ .* GMT"));
  EXPECT_NE(reply.header("Expires"), reply.header("Date"));
}

class BasicAuthTest : public AccessTest {
 protected:
  void use_users(const std::string& properties) {
    const std::string users = write("users.properties", properties);
    use_jaas("KafkaConnect {\n " + std::string(module) + " required file=\"" + users + "\";\n};");
  }
  void use_jaas(const std::string& text) {
    Result<std::unique_ptr<BasicAuth>> auth = BasicAuth::open(write("jaas.conf", text));
    ASSERT_TRUE(auth) << auth.error().message();
    options.access.auth = *std::move(auth);
  }
  std::string problem(const std::string& jaas) {
    const Result<std::unique_ptr<BasicAuth>> auth = BasicAuth::open(write("jaas.conf", jaas));
    return auth ? "none" : auth.error().message();
  }
  Reply as(const std::string& authorization, const std::string& method = "GET",
           const std::string& target = "/connectors") {
    return call(method, target, "",
                authorization.empty() ? "" : "Authorization: " + authorization + "\r\n");
  }

  static constexpr const char* module =
      "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
};

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
  EXPECT_EQ(herder.calls().size(), 0U);
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

class AdminListenersTest : public BasicAuthTest {
 protected:
  Reply on(std::uint16_t at, const std::string& target) {
    Client client(at);
    return client.call("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
  }
};

TEST_F(AdminListenersTest, TurnedOffThereIsNoAdmin) {
  options.admin_listeners.emplace();
  EXPECT_EQ(on(port(), "/admin/loggers").status, 404);
  EXPECT_EQ(on(port(), "/").status, 200);
  EXPECT_TRUE(server().admin_listeners().empty());
}

TEST_F(AdminListenersTest, OfTheirOwnServeNothingElse) {
  options.admin_listeners = {{{"http", "127.0.0.1", 0}}};
  options.access.headers = *config::parse_header_rules("add X-A: b");
  use_cors("*");
  use_users("alice=wonder land\n");
  ASSERT_EQ(server().admin_listeners().size(), 1U);
  const std::uint16_t admin = server().admin_listeners().front().port;
  ASSERT_NE(admin, 0);
  EXPECT_EQ(on(port(), "/admin/loggers").status, 404);
  for (const char* elsewhere : {"/", "/connectors", "/health", "/openapi.json"}) {
    const Reply reply = on(admin, elsewhere);
    EXPECT_EQ(reply.status, 404) << elsewhere;
    EXPECT_FALSE(reply.has("X-A"));
    EXPECT_FALSE(reply.has("Vary"));
  }
}

TEST_F(AdminListenersTest, ScopesPartTheTable) {
  constexpr Route::AtOnce handler = [](Herder&, const Request&) { return no_body(200); };
  const Route table[] = {{"GET", "/", handler}, {"GET", "/admin/loggers", handler}};
  const auto status = [&](const char* path, Scope scope) {
    Request request;
    request.method = "GET";
    request.path = path;
    const Match found = match(table, request, scope);
    return found.route != nullptr ? 200 : found.answer.status;
  };
  EXPECT_EQ(status("/", Scope::everything), 200);
  EXPECT_EQ(status("/admin/loggers", Scope::everything), 200);
  EXPECT_EQ(status("/", Scope::all_but_admin), 200);
  EXPECT_EQ(status("/admin/loggers", Scope::all_but_admin), 404);
  EXPECT_EQ(status("/", Scope::admin_alone), 404);
  EXPECT_EQ(status("/admin/loggers", Scope::admin_alone), 200);
}

TEST_F(AdminListenersTest, MayHaveHttpsOfTheirOwn) {
  options.admin_listeners = {{{"https", "127.0.0.1", 0}}};
  options.admin_https.ssl = {{"ssl.keystore.location", store("server.p12")},
                             {"ssl.keystore.password", "store-secret"}};
  const std::uint16_t admin = server().admin_listeners().front().port;
  const TlsClientContext any;
  Client client(admin, &any);
  EXPECT_EQ(client.call(get_root_request).status, 404);
  EXPECT_EQ(call("GET", "/").status, 200);
}

}  // namespace
}  // namespace millrace::rest
