// TLS and SASL against a real broker of its own: key stores of every kind (T66), passwords, bearer
// tokens, and what refusals look like. The broker asks clients for a certificate.
#include "kafka/client_factory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace millrace::kafka {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using Steady = std::chrono::steady_clock;

const std::string stores = std::filesystem::absolute(MILLRACE_TEST_DATA "/security/stores/");
const std::string script = MILLRACE_SOURCE_DIR "/scripts/kafka.sh";
constexpr const char* package = "org.apache.kafka.common.security.";

class Ignore final : public DeliveryListener, public RebalanceListener {
 public:
  void delivered(void*, const RecordMetadata&, const Error* error) override {
    written += error == nullptr;
  }
  void assigned(const PartitionOffsets&) override {}
  void revoked(const PartitionSet&) override {}
  void lost(const PartitionSet&) override {}
  int written = 0;
};

class KafkaSecurityTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() /
              ("millrace-secure-broker-" + std::to_string(::getpid()));
    const std::string listener = "listener.name.sasl_ssl.";
    std::string command = script + " start " + folder_.string();
    for (const std::string& setting :
         {std::string("listeners=SASL_SSL://127.0.0.1:%PORT%,CONTROLLER://127.0.0.1:%CONTROLLER%"),
          std::string("advertised.listeners=SASL_SSL://127.0.0.1:%PORT%"),
          std::string("inter.broker.listener.name=SASL_SSL"),
          std::string("sasl.mechanism.inter.broker.protocol=PLAIN"),
          std::string("sasl.enabled.mechanisms=PLAIN,OAUTHBEARER"),
          "ssl.keystore.location=" + stores + "server.p12", std::string("ssl.keystore.type=PKCS12"),
          std::string("ssl.keystore.password=store-secret"),
          "ssl.truststore.location=" + stores + "trust.p12",
          std::string("ssl.truststore.type=PKCS12"),
          std::string("ssl.truststore.password=store-secret"),
          std::string("ssl.client.auth=required"),
          listener + "plain.sasl.jaas.config=" + package +
              "plain.PlainLoginModule required username=\"admin\" password=\"a-secret\" "
              "user_admin=\"a-secret\" "
              "user_alice=\"alice secret\";",
          listener + "oauthbearer.sasl.jaas.config=" + package +
              "oauthbearer.OAuthBearerLoginModule required "
              "unsecuredLoginStringClaim_sub=\"admin\";"}) {
      command += " '" + setting + "'";
    }
    FILE* out = ::popen(command.c_str(), "r");
    char line[256] = {};
    while (std::fgets(line, sizeof line, out) != nullptr) {
      const std::string text(line);
      const std::string prefix = "bootstrap.servers=";
      if (text.starts_with(prefix))
        broker_ = text.substr(prefix.size(), text.find('\n') - prefix.size());
    }
    ASSERT_EQ(::pclose(out), 0);
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(std::system((script + " stop " + folder_.string() + " 2>/dev/null").c_str()), 0);
    std::filesystem::remove_all(folder_);
  }
  static ConfigMap plain(ConfigMap more = {}, const std::string& password = "alice secret") {
    ConfigMap settings{{"bootstrap.servers", broker_},
                       {"security.protocol", "SASL_SSL"},
                       {"sasl.mechanism", "PLAIN"},
                       {"default.api.timeout.ms", "10000"},
                       {"sasl.jaas.config", std::string(package) +
                                                "plain.PlainLoginModule required username=alice "
                                                "password=\"" +
                                                password + "\";"}};
    for (const auto& [key, value] : client_store()) settings.set(key, value);
    for (const auto& [key, value] : more) settings.set(key, value);
    return settings;
  }
  static ConfigMap trust(const std::string& file, const std::string& type) {
    ConfigMap settings{{"ssl.truststore.location", stores + file}, {"ssl.truststore.type", type}};
    if (type != "PEM") settings.set("ssl.truststore.password", "store-secret");
    return settings;
  }
  static ConfigMap client_store() {
    ConfigMap settings = trust("trust.jks", "JKS");
    settings.set("ssl.keystore.location", stores + "client.jks");
    settings.set("ssl.keystore.password", "store-secret");
    settings.set("ssl.key.password", "key-secret");
    return settings;
  }
  static void expect_connects(const ConfigMap& settings, const std::string& what) {
    const auto factory = make_client_factory({});
    const auto admin = factory->admin(settings);
    ASSERT_TRUE(admin) << what << ": " << admin.error().message();
    const Result<std::string> id = (*admin)->cluster_id();
    EXPECT_TRUE(id) << what << ": " << id.error().message();
  }
  static inline std::filesystem::path folder_;
  static inline std::string broker_;
};

TEST_F(KafkaSecurityTest, EveryKindOfTrustStoreConnects) {
  for (const char* file : {"trust.jks", "trust.p12", "trust-old.p12"})
    expect_connects(plain(trust(file, "JKS")), file);
  ConfigMap pem = plain();
  pem.erase("ssl.truststore.password");
  pem.set("ssl.truststore.type", "PEM");
  pem.set("ssl.truststore.location", stores + "trust.pem");
  expect_connects(pem, "trust.pem");
}

TEST_F(KafkaSecurityTest, EveryKindOfKeyStoreConnects) {
  ConfigMap settings = plain();
  expect_connects(settings, "client.jks");
  settings.erase("ssl.key.password");
  settings.set("ssl.keystore.type", "PKCS12");
  settings.set("ssl.keystore.location", stores + "client.p12");
  expect_connects(settings, "client.p12");
  settings.erase("ssl.keystore.password");
  settings.set("ssl.keystore.type", "PEM");
  settings.set("ssl.keystore.location", stores + "client.pem");
  expect_connects(settings, "client.pem");
}

TEST_F(KafkaSecurityTest, RecordsGoThroughAsEverywhere) {
  const auto factory = make_client_factory({});
  Ignore ignore;
  ConfigMap settings = plain();
  settings.erase("default.api.timeout.ms");
  auto out = factory->producer(settings, ignore);
  ASSERT_TRUE(out) << out.error().message();
  const auto deadline = Steady::now() + 30s;
  while (Steady::now() < deadline) {
    const Result<SendStatus> status = (*out)->send({.topic = "secure", .value = "v"});
    ASSERT_TRUE(status) << status.error().message();
    if (*status == SendStatus::accepted) break;
    (*out)->serve(50ms);
  }
  ASSERT_TRUE((*out)->flush(30s));
  EXPECT_EQ(ignore.written, 1);
  auto in =
      factory->consumer(plain({{"group.id", "connect-secure"}, {"auto.offset.reset", "earliest"}}));
  ASSERT_TRUE(in) << in.error().message();
  ASSERT_TRUE((*in)->subscribe({"secure"}, ignore));
  MessageBatch batch;
  while (batch.empty() && Steady::now() < deadline) ASSERT_TRUE((*in)->poll(1s, batch));
  ASSERT_EQ(batch.messages().size(), 1U);
  EXPECT_EQ(batch.messages()[0].value, NullableBytes("v"));
}

TEST_F(KafkaSecurityTest, UnsecuredTokensLogIn) {
  expect_connects(plain({{"sasl.mechanism", "OAUTHBEARER"},
                         {"sasl.jaas.config", std::string(package) +
                                                  "oauthbearer.OAuthBearerLoginModule required "
                                                  "unsecuredLoginStringClaim_sub=\"alice\";"}}),
                  "OAUTHBEARER");
}

TEST_F(KafkaSecurityTest, AWrongPasswordEndsConsumersAndProducers) {
  const auto factory = make_client_factory({});
  Ignore ignore;
  auto in = factory->consumer(plain({{"group.id", "connect-wrong"}}, "hunter2"));
  ASSERT_TRUE(in) << in.error().message();
  ASSERT_TRUE((*in)->subscribe({"secure"}, ignore));
  MessageBatch batch;
  Result<void> polled;
  const auto deadline = Steady::now() + 30s;
  while (polled && Steady::now() < deadline) polled = (*in)->poll(1s, batch);
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().code(), ErrorCode::fatal);
  EXPECT_EQ(polled.error().java_class(),
            "org.apache.kafka.common.errors.SaslAuthenticationException");
  EXPECT_THAT(polled.error().trace(), Not(HasSubstr("hunter2")));

  auto out = factory->producer(plain({}, "hunter2"), ignore);
  ASSERT_TRUE(out) << out.error().message();
  while (!(*out)->fatal_error() && Steady::now() < deadline) (*out)->serve(100ms);
  ASSERT_TRUE((*out)->fatal_error());
  EXPECT_EQ((*out)->fatal_error()->java_class(),
            "org.apache.kafka.common.errors.SaslAuthenticationException");

  const auto admin = factory->admin(plain({{"default.api.timeout.ms", "60000"}}, "hunter2"));
  ASSERT_TRUE(admin) << admin.error().message();
  const auto start = Steady::now();
  const Result<std::string> id = (*admin)->cluster_id();
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code(), ErrorCode::fatal);
  EXPECT_LT(Steady::now() - start, 30s);
}

TEST_F(KafkaSecurityTest, ABrokerThatIsNotTrustedEndsTheConsumer) {
  const auto factory = make_client_factory({});
  Ignore ignore;
  ConfigMap settings = plain({{"group.id", "connect-untrusted"}});
  settings.erase("ssl.truststore.location");
  settings.erase("ssl.truststore.password");
  auto in = factory->consumer(settings);
  ASSERT_TRUE(in) << in.error().message();
  ASSERT_TRUE((*in)->subscribe({"secure"}, ignore));
  MessageBatch batch;
  Result<void> polled;
  const auto deadline = Steady::now() + 30s;
  while (polled && Steady::now() < deadline) polled = (*in)->poll(1s, batch);
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().java_class(),
            "org.apache.kafka.common.errors.SslAuthenticationException");
  EXPECT_THAT(polled.error().message(), HasSubstr("certificate verify failed"));
}

}  // namespace
}  // namespace millrace::kafka
