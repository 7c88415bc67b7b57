// A group member's settings, from the keys of a distributed worker.
#include "group/settings.h"

#include "config/worker_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::group {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

Result<GroupSettings> read(const ConfigMap& more) {
  ConfigMap keys{{"bootstrap.servers", "a:1, [::1]:2"},
                 {"group.id", "g"},
                 {"key.converter", "k"},
                 {"value.converter", "v"},
                 {"config.storage.topic", "c"},
                 {"offset.storage.topic", "o"},
                 {"status.storage.topic", "s"}};
  for (const auto& [key, value] : more) keys.set(key, value);
  Result<Config> worker = config::distributed_config_def().parse(keys);
  if (!worker) return worker.error();
  return read_group_settings(*worker, "w1:8083");
}

std::string problem(const ConfigMap& more) {
  const Result<GroupSettings> settings = read(more);
  return settings ? std::string("none") : settings.error().message();
}

const std::string plain_login =
    "org.apache.kafka.common.security.plain.PlainLoginModule required username=alice "
    "password=\"hunter2\";";

TEST(GroupSettings, WhatIsThereUnlessSet) {
  const Result<GroupSettings> settings = read({});
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->group_id, "g");
  EXPECT_EQ(settings->protocol, ProtocolChoice::sessioned);
  EXPECT_EQ(settings->session_timeout, 10'000ms);
  EXPECT_EQ(settings->rebalance_timeout, 60'000ms);
  EXPECT_EQ(settings->heartbeat_interval, 3'000ms);
  EXPECT_EQ(settings->beat_interval, 500ms);  // ours: to learn of rebalances in time
  EXPECT_EQ(settings->max_delay, 300'000ms);
  EXPECT_EQ(settings->retry_backoff, 100ms);
  EXPECT_EQ(settings->network.client_id, "connect-w1:8083");  // G5
  EXPECT_EQ(settings->network.request_timeout, 40'000ms);
  EXPECT_THAT(settings->network.bootstrap, ElementsAre(Endpoint{"a", 1}, Endpoint{"::1", 2}));
  EXPECT_EQ(to_string(settings->network.bootstrap[1]), "[::1]:2");
  EXPECT_FALSE(settings->network.tls);
  EXPECT_FALSE(settings->network.sasl);
}

TEST(GroupSettings, WhatIsSet) {
  const Result<GroupSettings> settings = read({{"connect.protocol", "Compatible"},
                                               {"client.id", "x"},
                                               {"session.timeout.ms", "6000"},
                                               {"heartbeat.interval.ms", "500"},
                                               {"scheduled.rebalance.max.delay.ms", "0"}});
  ASSERT_TRUE(settings) << settings.error().message();
  EXPECT_EQ(settings->protocol, ProtocolChoice::compatible);
  EXPECT_EQ(settings->network.client_id, "x");
  EXPECT_EQ(settings->session_timeout, 6'000ms);
  EXPECT_EQ(settings->network.silence, 6'000ms);
  EXPECT_EQ(settings->heartbeat_interval, 500ms);
  EXPECT_EQ(settings->max_delay, 0ms);
}

TEST(GroupSettings, WhatDoesNotFitIsNamed) {
  EXPECT_EQ(problem({{"heartbeat.interval.ms", "10000"}}),
            "setting 'heartbeat.interval.ms' = '10000': must be above 0 and below "
            "session.timeout.ms = 10000");
  EXPECT_EQ(problem({{"bootstrap.servers", "a"}}),
            "setting 'bootstrap.servers' = 'a': brokers are named as host:port");
  EXPECT_EQ(problem({{"bootstrap.servers", "a:70000"}}),
            "setting 'bootstrap.servers' = 'a:70000': brokers are named as host:port");
  EXPECT_THAT(problem({{"bootstrap.servers", "embedded:"}}), HasSubstr("that all of them reach"));
}

TEST(GroupSettings, Logins) {
  const auto plain = read({{"security.protocol", "SASL_PLAINTEXT"},
                           {"sasl.mechanism", "PLAIN"},
                           {"sasl.jaas.config", plain_login}});
  ASSERT_TRUE(plain) << plain.error().message();
  EXPECT_FALSE(plain->network.tls);
  ASSERT_TRUE(plain->network.sasl);
  EXPECT_EQ(plain->network.sasl->mechanism, "PLAIN");
  EXPECT_EQ(plain->network.sasl->username, "alice");
  EXPECT_EQ(plain->network.sasl->password, "hunter2");

  const auto bearer =
      read({{"security.protocol", "SASL_SSL"},
            {"sasl.mechanism", "OAUTHBEARER"},
            {"sasl.jaas.config",
             "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
             "unsecuredLoginStringClaim_sub=\"alice\";"}});
  ASSERT_TRUE(bearer) << bearer.error().message();
  EXPECT_TRUE(bearer->network.tls);
  EXPECT_TRUE(bearer->network.sasl->oauth);
}

TEST(GroupSettings, LoginsThatCannotBe) {
  const std::string mixed = problem({{"security.protocol", "SASL_PLAINTEXT"},
                                     {"sasl.mechanism", "OAUTHBEARER"},
                                     {"sasl.jaas.config", plain_login}});
  EXPECT_THAT(mixed, HasSubstr("login module of sasl.jaas.config is one for another mechanism"));
  EXPECT_THAT(mixed, Not(HasSubstr("hunter2")));
  EXPECT_THAT(
      problem({{"security.protocol", "SASL_PLAINTEXT"},
               {"sasl.mechanism", "GSSAPI"},
               {"sasl.jaas.config", "com.sun.security.auth.module.Krb5LoginModule required;"}}),
      HasSubstr("'sasl.mechanism' = 'GSSAPI'"));
}

TEST(GroupSettings, TlsMaterial) {
  const std::string stores = MILLRACE_TEST_DATA "/security/stores/";
  const auto settings = read({{"security.protocol", "SSL"},
                              {"ssl.truststore.location", stores + "trust.jks"},
                              {"ssl.truststore.password", "store-secret"},
                              {"ssl.keystore.location", stores + "client.jks"},
                              {"ssl.keystore.password", "store-secret"},
                              {"ssl.key.password", "key-secret"},
                              {"ssl.endpoint.identification.algorithm", ""}});
  ASSERT_TRUE(settings) << settings.error().message();
  ASSERT_TRUE(settings->network.tls);
  EXPECT_THAT(settings->network.tls->material.trusted, HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(settings->network.tls->material.chain, HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_FALSE(settings->network.tls->check_host);
  EXPECT_THAT(problem({{"security.protocol", "SSL"}, {"ssl.truststore.location", "/no/such"}}),
              HasSubstr("'/no/such' cannot be read"));
}

}  // namespace
}  // namespace millrace::group
