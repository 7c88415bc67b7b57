// TLS: whom we trust, and who we are (§3, §4 row 9, §11).
#include "certificates.h"
#include "http_world.h"

namespace millrace::http {
namespace {

using testing::HasSubstr;

const std::string stores = std::string(MILLRACE_TEST_DATA) + "/security/stores";

class TlsTest : public HttpTest {
 protected:
  std::string judged(SocketServer& server, const ConfigMap& more) {
    ConfigMap settings{{"exception.strategy", "DROP_MESSAGE"},
                       {"request.retry.backoff.sec", "77"},
                       {"callback.request.url", server.tls_url("/")}};
    for (const auto& [key, value] : more) settings.set(key, value);
    if (const std::string problem = try_start(settings); !problem.empty()) return problem;
    put_texts({"a"});
    settle();
    if (failure_) return "failed";
    return context_.next_put == seconds(77) ? "request error"
           : log_.contains("Giving up")     ? "response error"
                                            : "delivered";
  }
  static ConfigMap trusting(const Identity& root) {
    return {{"https.ssl.truststore.type", "PEM"},
            {"https.ssl.truststore.certificates", root.pem()}};
  }
  const Identity root_ = Identity::make("root", "", 10, nullptr);
};

TEST_F(TlsTest, ACertificateThatWeTrust) {
  SocketServer server(server_context(Identity::make("s", "IP:127.0.0.1", 10, &root_), nullptr));
  EXPECT_EQ(judged(server, trusting(root_)), "delivered");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(TlsTest, Http2OnlyWhereTheEndpointOffersIt) {
  SocketServer server(server_context(Identity::make("s", "IP:127.0.0.1", 10, &root_), nullptr));
  ConfigMap settings = trusting(root_);
  settings.set("http.version", "auto");
  EXPECT_EQ(judged(server, settings), "delivered");
  EXPECT_EQ(lines_of(server.requests().front()).front(), "POST / HTTP/1.1");
}

TEST_F(TlsTest, ACertificateOfSomebodyElses) {
  SocketServer server(server_context(Identity::make("s", "IP:127.0.0.1", 10, &root_), nullptr));
  EXPECT_EQ(judged(server, {}), "request error") << "the system's trust";
  EXPECT_TRUE(log_.contains("SSL certificate problem"));
}

TEST_F(TlsTest, AnUnknownIssuer) {
  SocketServer server(server_context(Identity::make("s", "IP:127.0.0.1", 10, &root_), nullptr));
  EXPECT_EQ(judged(server, trusting(Identity::make("other", "", 10, nullptr))), "request error");
}

TEST_F(TlsTest, ACertificateOfAnotherName) {
  SocketServer server(server_context(Identity::make("s", "DNS:elsewhere", 10, &root_), nullptr));
  EXPECT_EQ(judged(server, trusting(root_)), "request error");
}

TEST_F(TlsTest, AnotherNameCanBeAllowed) {
  SocketServer server(server_context(Identity::make("s", "DNS:elsewhere", 10, &root_), nullptr));
  ConfigMap settings = trusting(root_);
  settings.set("https.ssl.endpoint.identification.algorithm", "");
  EXPECT_EQ(judged(server, settings), "delivered");
}

TEST_F(TlsTest, ACertificateThatIsNoLongerValid) {
  SocketServer server(server_context(Identity::make("s", "IP:127.0.0.1", -1, &root_), nullptr));
  EXPECT_EQ(judged(server, trusting(root_)), "request error");
  EXPECT_TRUE(log_.contains("certificate has expired"));
}

TEST_F(TlsTest, AHandshakeThatHangs) {
  EXPECT_EQ(judged(server_, {{"callback.request.url",
                              "https://127.0.0.1:" + std::to_string(server_.port()) + "/"},
                             {"callback.timeout.connect.ms", "200"}}),
            "request error");
}

TEST_F(TlsTest, WithoutACertificateOfOurs) {
  SocketServer server(server_context(Identity::make("s", "IP:127.0.0.1", 10, &root_), &root_));
  EXPECT_EQ(judged(server, trusting(root_)), "request error");
}

struct Store {
  const char* what;
  ConfigMap settings;
};

class TlsStoreTest : public TlsTest, public testing::WithParamInterface<Store> {};

TEST_P(TlsStoreTest, ShowsOurCertificate) {
  SocketServer server(
      server_context(stores + "/server.p12", "store-secret", stores + "/trust.pem"));
  EXPECT_EQ(judged(server, GetParam().settings), "delivered");
}

INSTANTIATE_TEST_SUITE_P(
    Stores, TlsStoreTest,
    testing::Values(Store{"PEM",
                          {{"https.ssl.truststore.type", "PEM"},
                           {"https.ssl.truststore.location", stores + "/trust.pem"},
                           {"https.ssl.keystore.type", "PEM"},
                           {"https.ssl.keystore.location", stores + "/client.pem"}}},
                    Store{"JKS",
                          {{"https.ssl.truststore.location", stores + "/trust.jks"},
                           {"https.ssl.truststore.password", "store-secret"},
                           {"https.ssl.keystore.location", stores + "/client.jks"},
                           {"https.ssl.keystore.password", "store-secret"},
                           {"https.ssl.key.password", "key-secret"}}},
                    Store{"PKCS12",
                          {{"https.ssl.truststore.type", "PKCS12"},
                           {"https.ssl.truststore.location", stores + "/trust.p12"},
                           {"https.ssl.truststore.password", "store-secret"},
                           {"https.ssl.keystore.type", "PKCS12"},
                           {"https.ssl.keystore.location", stores + "/client.p12"},
                           {"https.ssl.keystore.password", "store-secret"}}}),
    [](const auto& store) { return std::string(store.param.what); });

TEST_F(TlsTest, AStoreThatCannotBeReadIsRefusedWithoutItsPassword) {
  const std::string problem =
      judged(server_, {{"https.ssl.keystore.location", stores + "/client.jks"},
                       {"https.ssl.keystore.password", "wrong-secret"}});
  EXPECT_THAT(problem, HasSubstr("https.ssl.keystore.location"));
  EXPECT_THAT(problem, testing::Not(HasSubstr("wrong-secret")));
}

}  // namespace
}  // namespace millrace::http
