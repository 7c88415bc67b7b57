#include "peers/peer_client.h"

#include "base/log.h"
#include "unit/http/certificates.h"
#include "unit/http/socket_server.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace millrace::peers {
namespace {

using http::Identity;
using http::server_context;
using http::SocketServer;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr milliseconds long_enough{20'000};

std::string problem(const Result<PeerAnswer>& answer) {
  return answer ? "none" : answer.error().message();
}

class PeerClientTest : public testing::Test {
 protected:
  SocketServer server;
  std::unique_ptr<PeerClient> client = make_peer_client({});
};

TEST_F(PeerClientTest, SendsWhatWorkersExpect) {
  server.otherwise(http::reply(201, R"({"name":"a"})"));
  const Result<PeerAnswer> answer =
      client->send({"PUT",
                    server.url("/connectors/a%2Fb/../config?forward=true"),
                    {{"Authorization", "Basic eA=="}},
                    R"({"x":"y"})"},
                   long_enough);
  ASSERT_TRUE(answer) << problem(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, R"({"name":"a"})");
  const std::string port = std::to_string(server.port());
  EXPECT_THAT(server.requests(),
              ElementsAre("PUT /connectors/a%2Fb/../config?forward=true HTTP/1.1\r\n"
                          "Host: 127.0.0.1:" +
                          port +
                          "\r\n"
                          "User-Agent: kafka-connect\r\n"
                          "Accept: application/json\r\n"
                          "Content-Type: application/json\r\n"
                          "Authorization: Basic eA==\r\n"
                          "Content-Length: 9\r\n\r\n"
                          R"({"x":"y"})"));
}

TEST_F(PeerClientTest, RequestsWithoutABodySayThatTheyHaveNone) {
  server.otherwise(http::reply(200, "{}"));
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    const Result<PeerAnswer> answer = client->send({method, server.url()}, long_enough);
    ASSERT_TRUE(answer) << problem(answer);
    const std::string request = server.requests().back();
    EXPECT_THAT(request, StartsWith(std::string(method) + " / HTTP/1.1\r\n"));
    EXPECT_EQ(request.find("Content-Length: 0\r\n") != std::string::npos,
              std::string(method) != "DELETE");
    EXPECT_THAT(request, Not(HasSubstr("Expect")));
  }
}

TEST_F(PeerClientTest, AnswersWithoutABody) {
  server.otherwise(http::raw("HTTP/1.1 204 No Content\r\n\r\n"));
  const Result<PeerAnswer> answer = client->send({"DELETE", server.url()}, long_enough);
  ASSERT_TRUE(answer) << problem(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->body, "");
}

TEST_F(PeerClientTest, EachRequestHasAConnectionOfItsOwn) {
  ASSERT_TRUE(client->send({"GET", server.url()}, long_enough));
  ASSERT_TRUE(client->send({"GET", server.url()}, long_enough));
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(PeerClientTest, RedirectsAreAnswers) {
  server.otherwise(http::reply(307, "", "Location: /elsewhere\r\n"));
  const Result<PeerAnswer> answer = client->send({"GET", server.url()}, long_enough);
  ASSERT_TRUE(answer) << problem(answer);
  EXPECT_EQ(answer->status, 307);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(PeerClientTest, TheEnvironmentsProxyIsNotAsked) {
  ::setenv("http_proxy", "http://127.0.0.1:1/", 1);
  const Result<PeerAnswer> answer = client->send({"GET", server.url()}, long_enough);
  ::unsetenv("http_proxy");
  EXPECT_TRUE(answer) << problem(answer);
}

TEST_F(PeerClientTest, MessagesNameTheUrlWithoutUserAndQuery) {
  server.otherwise(http::closes());
  const std::string address = "127.0.0.1:" + std::to_string(server.port());
  const Result<PeerAnswer> answer =
      client->send({"GET", "http://me:hunter2@" + address + "/a?secret=1"}, long_enough);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::retriable);
  EXPECT_THAT(problem(answer), StartsWith("GET http://" + address + "/a: "));
  EXPECT_THAT(problem(answer), Not(HasSubstr("hunter2")));
  EXPECT_THAT(problem(answer), Not(HasSubstr("secret")));
}

TEST_F(PeerClientTest, NobodyThere) {
  const Result<PeerAnswer> answer = client->send({"GET", "http://127.0.0.1:1/"}, long_enough);
  EXPECT_THAT(problem(answer), StartsWith("GET http://127.0.0.1:1/: Failed to connect"));
}

TEST_F(PeerClientTest, OtherSchemesAreNotSpoken) {
  EXPECT_FALSE(client->send({"GET", "file:///etc/hostname"}, long_enough));
  EXPECT_FALSE(client->send({"GET", "nonsense"}, long_enough));
}

TEST_F(PeerClientTest, WaitsNoLongerThanItIsTold) {
  server.otherwise(http::hangs());
  const Result<PeerAnswer> late = client->send({"GET", server.url()}, milliseconds(50));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::retriable);
  EXPECT_THAT(problem(client->send({"GET", server.url()}, milliseconds(0))),
              HasSubstr("no time left"));
  EXPECT_LE(server.connections(), 1U);
}

TEST_F(PeerClientTest, StopEndsWhatIsBeingSentAndWhatComesLater) {
  server.otherwise(http::hangs());
  Result<PeerAnswer> answer = PeerAnswer{};
  std::thread sender([&] { answer = client->send({"GET", server.url()}, milliseconds(60'000)); });
  EXPECT_TRUE(server.wait_for(1));
  client->stop();
  sender.join();
  EXPECT_THAT(problem(answer), HasSubstr("this worker is stopping"));
  EXPECT_THAT(problem(client->send({"GET", server.url()}, long_enough)),
              HasSubstr("this worker is stopping"));
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(PeerClientTest, AnAnswerWithoutEndIsGivenUp) {
  server.otherwise(
      http::raw("HTTP/1.1 200 x\r\n\r\n" + std::string(1 << 20, 'x'), http::Step::Then::drip));
  EXPECT_FALSE(client->send({"GET", server.url()}, milliseconds(60'000)));
}

const std::string stores = MILLRACE_TEST_DATA "/security/stores/";

class PeerTlsTest : public testing::Test {
 protected:
  ~PeerTlsTest() override { std::filesystem::remove_all(folder_); }

  static Result<PeerAnswer> ask(const SocketServer& server, ConfigMap ssl) {
    return make_peer_client({std::move(ssl), "listeners.https."})
        ->send({"GET", server.tls_url()}, long_enough);
  }
  /// Replaces the file.
  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path + ".new", std::ios::binary) << text;
    std::filesystem::rename(path + ".new", path);
    return path;
  }
  static std::string certificate_of(const Identity& identity) {
    const std::string pem = identity.pem();
    return pem.substr(pem.find("-----BEGIN CERTIFICATE"));
  }

  static std::string make_folder() {
    std::string path = std::filesystem::temp_directory_path() / "millrace-XXXXXX";
    ::mkdtemp(path.data());
    return path;
  }

  const std::string folder_ = make_folder();
  const Identity root = Identity::make("root", "", 10, nullptr);
  const std::string root_pem = write("root.pem", certificate_of(root));
  const ConfigMap trusting = {{"ssl.truststore.location", root_pem},
                              {"ssl.truststore.type", "PEM"}};
};

TEST_F(PeerTlsTest, BelievesTheTrustStoreAlone) {
  SocketServer server(server_context(Identity::make("s", "IP:127.0.0.1", 10, &root), nullptr));
  const Result<PeerAnswer> answer = ask(server, trusting);
  EXPECT_TRUE(answer) << problem(answer);
  EXPECT_THAT(problem(ask(server, {})), HasSubstr("SSL certificate problem"));
  EXPECT_THAT(problem(ask(server, {{"ssl.truststore.location", stores + "trust.p12"},
                                   {"ssl.truststore.password", "store-secret"}})),
              HasSubstr("SSL certificate problem"));
}

TEST_F(PeerTlsTest, NamesAreComparedUnlessThatIsSwitchedOff) {
  SocketServer server(server_context(Identity::make("s", "DNS:elsewhere", 10, &root), nullptr));
  EXPECT_THAT(problem(ask(server, trusting)), HasSubstr("subject name"));
  ConfigMap settings = trusting;
  settings.set("ssl.endpoint.identification.algorithm", "");
  const Result<PeerAnswer> answer = ask(server, settings);
  EXPECT_TRUE(answer) << problem(answer);
  settings.set("ssl.endpoint.identification.algorithm", "ldaps");
  EXPECT_THAT(problem(ask(server, settings)),
              HasSubstr("setting 'listeners.https.ssl.endpoint.identification.algorithm'"));
}

TEST_F(PeerTlsTest, ShowsItsCertificateToThoseWhoAsk) {
  SocketServer server(server_context(stores + "server.p12", "store-secret", stores + "trust.pem"));
  ConfigMap settings = {{"ssl.truststore.location", stores + "trust.jks"},
                        {"ssl.truststore.password", "store-secret"}};
  EXPECT_FALSE(ask(server, settings));
  settings.set("ssl.keystore.location", stores + "client.jks");
  settings.set("ssl.keystore.password", "store-secret");
  settings.set("ssl.key.password", "key-secret");
  const Result<PeerAnswer> answer = ask(server, settings);
  EXPECT_TRUE(answer) << problem(answer);
}

TEST_F(PeerTlsTest, SpeaksOnlyWhatItsSettingsAllow) {
  std::shared_ptr<SSL_CTX> context =
      server_context(Identity::make("s", "IP:127.0.0.1", 10, &root), nullptr);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  SocketServer server(context);
  EXPECT_TRUE(ask(server, trusting));
  ConfigMap settings = trusting;
  settings.set("ssl.enabled.protocols", "TLSv1.3");
  EXPECT_FALSE(ask(server, settings));
  settings.set("ssl.enabled.protocols", "SSLv9");
  EXPECT_THAT(problem(ask(server, settings)),
              HasSubstr("configuration listeners.https.ssl.enabled.protocols"));
}

TEST_F(PeerTlsTest, PlainRequestsNeedNoStores) {
  SocketServer server;
  const auto client = make_peer_client({{{"ssl.truststore.location", "/nowhere"}}, ""});
  EXPECT_TRUE(client->send({"GET", server.url()}, long_enough));
  EXPECT_THAT(problem(client->send({"GET", server.tls_url()}, long_enough)),
              HasSubstr("file '/nowhere' cannot be read"));
}

TEST_F(PeerTlsTest, FollowsItsFiles) {
  const log::Capture log;
  SocketServer server(server_context(Identity::make("s", "IP:127.0.0.1", 10, &root), nullptr));
  const Identity other = Identity::make("other root", "", 10, nullptr);
  const auto client = make_peer_client({trusting, ""});
  const auto ask = [&] { return client->send({"GET", server.tls_url()}, long_enough); };
  EXPECT_TRUE(ask());
  write("root.pem", certificate_of(other));
  EXPECT_FALSE(ask());
  write("root.pem", certificate_of(other) + certificate_of(root));
  EXPECT_TRUE(ask());
  EXPECT_TRUE(log.lines().empty());
  write("root.pem", "nothing of use");
  EXPECT_TRUE(ask());
  EXPECT_TRUE(ask());
  EXPECT_EQ(log.lines().size(), 1U);
  EXPECT_TRUE(log.contains("of no use"));
}

}  // namespace
}  // namespace millrace::peers
