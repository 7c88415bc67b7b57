// What a worker of a cluster answers while it reads the internal topics.
#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using std::chrono::milliseconds;

const std::string get_connectors = "GET /connectors HTTP/1.1\r\nHost: worker:8083\r\n\r\n";

class StartTest : public ServerTest {
 protected:
  StartTest() { herder.names = {"a"}; }
  /// A server whose herder does not know its connectors yet.
  Server& starting() {
    Result<std::unique_ptr<Server>> opened = Server::open(options);
    EXPECT_TRUE(opened) << opened.error().message();
    server_ = std::move(*opened);
    server_->serve_at_start(herder);
    return *server_;
  }
};

TEST_F(StartTest, RequestsAboutConnectorsWaitUntilTheyAreKnown) {
  starting();
  Client asks(port());
  Client changes(port());
  ASSERT_TRUE(asks.send(get_connectors));
  ASSERT_TRUE(changes.send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(Client(port()).call(get_root_request).status, 200);
  EXPECT_TRUE(herder.calls().empty());
  server_->serve(herder);
  const Reply reply = asks.read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"(["a"])");
  EXPECT_EQ(changes.read().status, 204);
  EXPECT_EQ(Client(port()).call(get_connectors).status, 200) << "from now on nobody waits";
}

TEST_F(StartTest, TheyDoNotWaitForEver) {
  options.replies.change = milliseconds(20);
  starting();
  Client client(port());
  for (int time = 0; time < 2; ++time) {
    const Reply reply = client.call(get_connectors);
    EXPECT_EQ(reply.status, 500);
    EXPECT_THAT(reply.body,
                testing::HasSubstr("Request timed out. The worker is currently reading the "
                                   "internal topics, which began at "));
  }
  server_->serve(herder);
  EXPECT_EQ(client.call(get_connectors).status, 200);
}

TEST_F(StartTest, EverythingElseIsAnsweredAtOnce) {
  herder.is_ready = false;
  starting();
  for (const char* path : {"/", "/openapi.json", "/connector-plugins", "/admin/loggers"}) {
    EXPECT_EQ(call("GET", path).status, 200) << path;
  }
  EXPECT_EQ(call("GET", "/health").status, 503);
  EXPECT_EQ(call("GET", "/nothing").status, 404);
  EXPECT_EQ(call("PUT", "/connectors", "{}").status, 405);
}

TEST_F(StartTest, OtherWorkersAreNotKeptWaiting) {
  starting();
  EXPECT_EQ(call("POST", "/connectors/a/tasks", "[]").status, 204) << "the fake herder takes all";
}

TEST_F(StartTest, AClientThatHasGoneIsForgotten) {
  starting();
  {
    Client client(port());
    ASSERT_TRUE(client.send(get_connectors));
  }
  server_->serve(herder);
  EXPECT_EQ(Client(port()).call(get_connectors).status, 200);
}

TEST_F(StartTest, NobodyIsWaitedForAtTheEnd) {
  starting();
  Client client(port());
  ASSERT_TRUE(client.send(get_root_request + get_connectors));
  EXPECT_EQ(client.read().status, 200);
  server_->stop(std::chrono::minutes(1));
  EXPECT_TRUE(client.hung_up());
}

}  // namespace
}  // namespace millrace::rest
