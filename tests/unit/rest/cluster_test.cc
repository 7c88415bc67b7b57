// Real servers that ask each other over the network.
#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Three workers with the same settings; `herder` of the fixture is the first one's.
class ClusterTest : public ServerTest, public testing::WithParamInterface<const char*> {
 protected:
  struct Worker {
    FakeHerder herder;
    std::unique_ptr<Server> server;
  };

  ClusterTest() {
    if (GetParam() == std::string("https")) {
      options.listeners = {{"https", "127.0.0.1", 0}};
      // Each shows the others its certificate, and asks for theirs.
      ssl = {{"ssl.keystore.location", store("server.p12")},
             {"ssl.keystore.password", "store-secret"},
             {"ssl.truststore.location", store("trust.p12")},
             {"ssl.truststore.password", "store-secret"},
             {"ssl.client.auth", "required"}};
      options.https.ssl = ssl;
      static const TlsClientContext shows_one([](SSL_CTX* context) {
        SSL_CTX_use_certificate_file(context, store("client.pem").c_str(), SSL_FILETYPE_PEM);
        SSL_CTX_use_certificate_chain_file(context, store("client.pem").c_str());
        SSL_CTX_use_PrivateKey_file(context, store("client.pem").c_str(), SSL_FILETYPE_PEM);
      });
      Client::tls_by_default = &shows_one;
    }
    second.server = open();
    second.server->serve(second.herder);
    third.server = open();
    third.server->serve(third.herder);
    options.peers = peers::make_peer_client({ssl, "listeners.https."});
  }
  ~ClusterTest() override {
    second.server.reset();
    third.server.reset();
  }

  std::unique_ptr<Server> open() {
    options.peers = peers::make_peer_client({ssl, "listeners.https."});
    Result<std::unique_ptr<Server>> opened = Server::open(options);
    EXPECT_TRUE(opened) << opened.error().message();
    return *std::move(opened);
  }
  static std::string url(const Server& server) {
    return server.listeners().front().to_string() + "/";
  }

  ConfigMap ssl;
  Worker second;
  Worker third;
};

TEST_P(ClusterTest, TheLeaderAnswers) {
  herder.leader = url(*second.server);
  const Reply made = call("POST", "/connectors", R"({"name":"ü/b","config":{"x":1}})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.body, R"({"name":"ü/b","config":{"x":"1","name":"ü/b"},)"
                       R"("tasks":[{"connector":"ü/b","task":0}],"type":"source"})");
  EXPECT_THAT(made.header("Location"), HasSubstr("://worker:8083/connectors/%C3%BC/b"));
  EXPECT_EQ(call("PUT", "/connectors/%C3%BC%2Fb/stop").status, 204);
  EXPECT_THAT(second.herder.calls(), ElementsAre("create ü/b {x=1;name=ü/b;}", "stop ü/b"));
}

TEST_P(ClusterTest, TheOwnerIsFoundThroughTheLeader) {
  herder.leader = url(*second.server);
  second.herder.leader = url(*third.server);
  third.herder.restarted = {"a", ConnectorType::sink, {State::restarting, "w:1", "1", ""}, {}};
  const Reply reply = call("POST", "/connectors/a/restart?includeTasks=true");
  EXPECT_EQ(reply.status, 202);
  EXPECT_THAT(reply.body, HasSubstr(R"("state":"RESTARTING","worker_id":"w:1","version":"1")"));
  EXPECT_THAT(third.herder.calls(), ElementsAre("restart a tasks"));
}

TEST_P(ClusterTest, TwoHopsAreEnough) {
  herder.leader = url(*second.server);
  second.herder.leader = url(*third.server);
  third.herder.leader = url(server());
  const Reply reply = call("POST", "/connectors/a/tasks/0/restart");
  EXPECT_EQ(reply.status, 409);
  EXPECT_THAT(reply.body, HasSubstr("because of a conflicting operation (e.g. worker rebalance)"));
  EXPECT_EQ(herder.calls().size(), 1U);
  EXPECT_EQ(third.herder.calls().size(), 1U);
}

TEST_P(ClusterTest, ErrorsOfTheLeaderAreOurs) {
  herder.leader = url(*second.server);
  second.herder.change_error = Error(ErrorCode::conflict, "Connector a already exists");
  const Reply reply = call("POST", "/connectors", R"({"name":"a","config":{}})");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.body, R"({"error_code":409,"message":"Connector a already exists"})");
}

TEST_P(ClusterTest, TheLeaderIsGone) {
  herder.leader = url(*second.server);
  second.server->stop(std::chrono::milliseconds(0));
  const Reply reply = call("DELETE", "/connectors/a");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("IO Error trying to forward REST request: DELETE " +
                                    *herder.leader + "connectors/a: Failed to connect"));
  EXPECT_THAT(second.herder.calls(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Over, ClusterTest, testing::Values("http", "https"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace millrace::rest
