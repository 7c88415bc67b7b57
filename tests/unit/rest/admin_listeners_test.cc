// admin.listeners (rest.md 1.1).
#include "rest/route.h"
#include "unit/rest/access_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

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
