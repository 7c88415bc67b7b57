// https listeners: keys of every kind, clients' certificates, protocols, and what clients do wrong
// before the first byte of HTTP.
#include "unit/rest/tls_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

const std::string p12 = store("server.p12");

TEST_F(TlsTest, ServesWithEveryKindOfStore) {
  const ConfigMap stores[] = {
      {{"ssl.keystore.location", p12},
       {"ssl.keystore.password", "store-secret"},
       {"ssl.keystore.type", "PKCS12"}},
      {{"ssl.keystore.location", store("client.jks")},
       {"ssl.keystore.password", "store-secret"},
       {"ssl.key.password", "key-secret"}},
      {{"ssl.keystore.location", store("client.pem")}, {"ssl.keystore.type", "PEM"}},
  };
  for (const ConfigMap& settings : stores) {
    options.https.ssl = settings;
    server_.reset();
    EXPECT_EQ(call("GET", "/").body, root_body);
    EXPECT_TRUE(log.contains("https shows the certificate of CN="));
  }
}

TEST_F(TlsTest, IsVerifiedByClientsThatTrustItsIssuer) {
  const auto trusting = [](const std::string& issuer) {
    return TlsClientContext([issuer](SSL_CTX* context) {
      SSL_CTX_load_verify_locations(context, issuer.c_str(), nullptr);
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    });
  };
  EXPECT_TRUE(answers(trusting(store("trust.pem"))));
  EXPECT_FALSE(answers(trusting(write("other.pem", self_signed("other")))));
}

TEST_F(TlsTest, LocationsAreHttps) {
  EXPECT_EQ(call("POST", "/connectors", R"({"name":"a","config":{}})").header("Location"),
            "https://worker:8083/connectors/a");
}

TEST_F(TlsTest, HttpAndHttpsSideBySide) {
  options.listeners = {{"http", "127.0.0.1", 0}, {"https", "127.0.0.1", 0}};
  const std::vector<Listener>& bound = server().listeners();
  Client plain(bound[0].port, nullptr);
  EXPECT_EQ(plain.call(get_root_request).body, root_body);
  EXPECT_EQ(Client(bound[1].port).call(get_root_request).body, root_body);
}

TEST_F(TlsTest, ClientsMayHaveToShowACertificate) {
  const TlsClientContext nobody;
  const TlsClientContext known([](SSL_CTX* context) {
    SSL_CTX_use_certificate_chain_file(context, store("client.pem").c_str());
    SSL_CTX_use_PrivateKey_file(context, store("client.pem").c_str(), SSL_FILETYPE_PEM);
  });
  const std::string stranger_file = write("stranger.pem", self_signed("stranger"));
  const TlsClientContext stranger([&](SSL_CTX* context) {
    SSL_CTX_use_certificate_chain_file(context, stranger_file.c_str());
    SSL_CTX_use_PrivateKey_file(context, stranger_file.c_str(), SSL_FILETYPE_PEM);
  });
  struct Case {
    const char* auth;
    bool nobody, known, stranger;
  };
  for (const Case& one : {Case{"none", true, true, true}, Case{"requested", true, true, false},
                          Case{"required", false, true, false}}) {
    SCOPED_TRACE(one.auth);
    options.https.ssl.set("ssl.client.auth", one.auth);
    options.https.ssl.set("ssl.truststore.location", store("trust.jks"));
    server_.reset();
    EXPECT_EQ(answers(nobody), one.nobody);
    EXPECT_EQ(answers(known), one.known);
    EXPECT_EQ(answers(stranger), one.stranger);
  }
}

TEST_F(TlsTest, ASessionIsResumedAlsoWithAClientsCertificate) {
  options.https.ssl.set("ssl.client.auth", "requested");
  options.https.ssl.set("ssl.truststore.location", store("trust.jks"));
  const TlsClientContext context([](SSL_CTX* one) {
    SSL_CTX_set_max_proto_version(one,
                                  TLS1_2_VERSION);  // where the ticket comes with the handshake
  });
  Client first(port(), &context);
  ASSERT_TRUE(first.connected());
  EXPECT_EQ(first.call(get_root_request).body, root_body);
  EXPECT_EQ(first.call(get_root_request).body, root_body);
}

TEST_F(TlsTest, ProtocolsAndSuites) {
  const auto speaking = [](int version, const char* suite = nullptr) {
    return TlsClientContext([=](SSL_CTX* context) {
      SSL_CTX_set_min_proto_version(context, version);
      SSL_CTX_set_max_proto_version(context, version);
      if (suite == nullptr) return;
      if (version == TLS1_3_VERSION) {
        SSL_CTX_set_ciphersuites(context, suite);
      } else {
        SSL_CTX_set_cipher_list(context, suite);
      }
    });
  };
  EXPECT_TRUE(answers(speaking(TLS1_2_VERSION)));
  EXPECT_TRUE(answers(speaking(TLS1_3_VERSION)));
  const auto with = [this](const char* key, const char* value) {
    options.https.ssl.erase("ssl.enabled.protocols");
    options.https.ssl.erase("ssl.protocol");
    options.https.ssl.erase("ssl.cipher.suites");
    options.https.ssl.set(key, value);
    server_.reset();
  };
  with("ssl.enabled.protocols", "TLSv1.3");
  EXPECT_FALSE(answers(speaking(TLS1_2_VERSION)));
  EXPECT_TRUE(answers(speaking(TLS1_3_VERSION)));
  with("ssl.protocol", "TLSv1.2");
  EXPECT_TRUE(answers(speaking(TLS1_2_VERSION)));
  EXPECT_FALSE(answers(speaking(TLS1_3_VERSION)));
  with("ssl.cipher.suites", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
  EXPECT_TRUE(answers(speaking(TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384")));
  EXPECT_FALSE(answers(speaking(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256")));
  EXPECT_FALSE(answers(speaking(TLS1_3_VERSION)));
  with("ssl.cipher.suites", "TLS_AES_128_GCM_SHA256");
  EXPECT_TRUE(answers(speaking(TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256")));
  EXPECT_FALSE(answers(speaking(TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384")));
  EXPECT_FALSE(answers(speaking(TLS1_2_VERSION)));
}

TEST_F(TlsTest, SettingsThatCannotBeUsedAreNamed) {
  const ConfigMap good = options.https.ssl;
  const auto with = [&](const char* key, const std::string& value) {
    options.https = {good, "listeners.https."};
    options.https.ssl.set(key, value);
    return problem();
  };
  EXPECT_EQ(with("ssl.client.auth", "maybe"),
            "Invalid value maybe for configuration listeners.https.ssl.client.auth: String must be "
            "one of: required, requested, none");
  EXPECT_EQ(with("ssl.enabled.protocols", "TLSv1.2,SSLv3"),
            "Invalid value TLSv1.2,SSLv3 for configuration listeners.https.ssl.enabled.protocols: "
            "'SSLv3' is none of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3");
  EXPECT_EQ(with("ssl.protocol", "SSL"),
            "Invalid value SSL for configuration listeners.https.ssl.protocol: is none of TLS, "
            "TLSv1, TLSv1.1, TLSv1.2, TLSv1.3");
  EXPECT_EQ(with("ssl.cipher.suites", "TLS_FANCY"),
            "setting 'listeners.https.ssl.cipher.suites': 'TLS_FANCY' is not known");
  EXPECT_EQ(with("ssl.keystore.location", ""),
            "setting 'listeners.https.ssl.keystore.location' is missing: an https listener needs a "
            "key");
  EXPECT_THAT(with("ssl.keystore.location", "/nowhere/x.jks"),
              HasSubstr("'listeners.https.ssl.keystore.location': file '/nowhere/x.jks' cannot be "
                        "read: No such file"));
  const std::string wrong = with("ssl.keystore.password", "hunter2");
  EXPECT_THAT(wrong, HasSubstr("the password is wrong"));
  EXPECT_THAT(wrong, Not(HasSubstr("hunter2")));
  options.https = {{{"ssl.enabled.protocols", "TLSv1.2"},
                    {"ssl.cipher.suites", "TLS_AES_128_GCM_SHA256"},
                    {"ssl.keystore.location", p12},
                    {"ssl.keystore.password", "store-secret"}},
                   ""};
  EXPECT_EQ(
      problem(),
      "settings 'ssl.enabled.protocols', 'ssl.protocol' and 'ssl.cipher.suites' leave nothing "
      "that https could speak");
  options.listeners = {{"http", "127.0.0.1", 0}};
  EXPECT_EQ(problem(), "none") << "nobody asks for https";
}

TEST_F(TlsTest, KeyAndCertificateMustBelongTogether) {
  const std::string one = self_signed("one");
  const std::string two = self_signed("two");
  const std::string mixed =
      one.substr(0, one.find("-----BEGIN CERT")) + two.substr(two.find("-----BEGIN CERT"));
  options.https.ssl = {{"ssl.keystore.type", "PEM"},
                       {"ssl.keystore.location", write("mixed.pem", mixed)}};
  EXPECT_THAT(problem(), HasSubstr("does not fit its certificate"));
}

TEST_F(TlsTest, WhoDoesNotSpeakTlsIsHungUpOn) {
  for (const std::string& bytes : {get_root_request, std::string("\x16\x03\x01\xff\xff\x01"),
                                   std::string("\0\0\0\0\0\0\0\0", 8), std::string(10'000, 'x')}) {
    Client client(port(), nullptr);
    client.send(bytes);
    client.end_sending();
    while (client.read().status != 0) {
    }
    EXPECT_EQ(call("GET", "/").status, 200);
  }
}

TEST_F(TlsTest, AHandshakeThatDoesNotEndIsGivenUp) {
  options.times.open = milliseconds(30);
  Client silent(port(), nullptr);
  EXPECT_TRUE(silent.hung_up());
  Client half(port(), nullptr);
  half.send(std::string("\x16\x03\x01\x00\xf0\x01\x00\x00\xec\x03\x03", 11));
  EXPECT_TRUE(half.hung_up());
}

TEST_F(TlsTest, AHandshakeHoldsUpNobody) {
  std::deque<Client> silent;
  for (int i = 0; i < 100; ++i) silent.emplace_back(port(), nullptr);
  EXPECT_EQ(call("GET", "/").body, root_body);
  server().stop(std::chrono::minutes(1));
  for (Client& client : silent) EXPECT_TRUE(client.hung_up());
}

TEST_F(TlsTest, ALargeAnswerArrivesWhole) {
  herder.names = {std::string(8 * 1024 * 1024, 'x')};
  const Reply reply = call("GET", "/connectors");
  EXPECT_EQ(reply.body.size(), 8U * 1024 * 1024 + 4);
}

TEST_F(TlsTest, TheEndIsTold) {
  Client client(port());
  EXPECT_EQ(client.call("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").status, 200);
  EXPECT_TRUE(client.hung_up());
  EXPECT_NE(SSL_get_shutdown(client.tls()) & SSL_RECEIVED_SHUTDOWN, 0);  // not just cut off
}

}  // namespace
}  // namespace millrace::rest
