// The table of client settings, row by row (tests/data/kafka/settings.txt), and what it cannot say.
#include "kafka/settings.h"

#include "base/secrets.h"
#include "kafka/settings_own.h"
#include "kafka/settings_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <fstream>
#include <memory>

namespace millrace::kafka {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(trimmed(text.substr(0, end)));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

struct Row {
  int line = 0;
  ClientKind kind = ClientKind::admin;
  ConfigMap java;
  std::string expected;
};

ConfigMap with_required(ClientKind kind) {
  ConfigMap settings{{"bootstrap.servers", "localhost:9092"}};
  if (kind == ClientKind::consumer) settings.set("group.id", "connect-x");
  return settings;
}

std::vector<Row> rows() {
  std::vector<Row> result;
  std::ifstream in(MILLRACE_TEST_DATA "/kafka/settings.txt");
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    if (text.empty() || text.starts_with('#')) continue;
    const std::vector<std::string> parts = split(text, '|');
    EXPECT_EQ(parts.size(), 3U) << text;
    for (const char c : parts[0]) {
      Row row{.line = line,
              .kind = c == 'P'   ? ClientKind::producer
                      : c == 'C' ? ClientKind::consumer
                                 : ClientKind::admin};
      row.java = with_required(row.kind);
      for (const std::string& setting : split(parts[1], ';')) {
        if (setting.empty()) continue;
        const std::size_t equals = setting.find('=');
        row.java.set(std::string(setting.substr(0, equals)), setting.substr(equals + 1));
      }
      row.expected = parts[2];
      result.push_back(row);
    }
  }
  return result;
}

class SettingsRow : public ::testing::TestWithParam<Row> {};

TEST_P(SettingsRow, IsTranslated) {
  const Row& row = GetParam();
  SCOPED_TRACE("settings.txt:" + std::to_string(row.line));
  const Result<NativeSettings> native = translate(row.kind, row.java);
  if (row.expected.starts_with('!')) {
    ASSERT_FALSE(native);
    EXPECT_EQ(native.error().code(), ErrorCode::invalid_config);
    EXPECT_THAT(native.error().message(), HasSubstr(trimmed(row.expected.substr(1))));
    return;
  }
  ASSERT_TRUE(native) << native.error().message();
  for (const std::string& expected : split(row.expected, ';')) {
    if (expected.starts_with('-')) {
      EXPECT_EQ(native->find(expected.substr(1)), nullptr) << expected;
      continue;
    }
    const std::size_t equals = expected.find('=');
    const std::string* value = native->find(expected.substr(0, equals));
    ASSERT_NE(value, nullptr) << expected;
    EXPECT_EQ(*value, expected.substr(equals + 1)) << expected;
  }
  // librdkafka knows all of them.
  std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(rd_kafka_conf_new(),
                                                                          &rd_kafka_conf_destroy);
  for (const auto& [name, value] : native->properties) {
    char problem[256] = {};
    EXPECT_EQ(rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), problem, sizeof problem),
              RD_KAFKA_CONF_OK)
        << name << "=" << value << ": " << problem;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, SettingsRow, ::testing::ValuesIn(rows()), [](const auto& one) {
  return "line" + std::to_string(one.param.line) + std::string(to_string(one.param.kind));
});

TEST(SettingsTable, EveryRowIsTested) {
  const std::vector<Row> all = rows();
  for (const Rule& rule : settings_table()) {
    if (rule.since > (rd_kafka_version() >> 8)) continue;
    const bool tested = std::any_of(all.begin(), all.end(), [&rule](const Row& row) {
      return std::any_of(row.java.begin(), row.java.end(), [&](const auto& entry) {
        return find_rule(row.kind, entry.first) == &rule;
      });
    });
    EXPECT_TRUE(tested) << rule.java;
  }
}

TEST(Settings, WhatNewerVersionsTakeIsLeftOutForOlderOnes) {
  const Result<NativeSettings> native =
      translate(ClientKind::consumer, {{"bootstrap.servers", "a:1"},
                                       {"group.id", "g"},
                                       {"retry.backoff.max.ms", "1000"},
                                       {"client.dns.lookup", "use_all_dns_ips"},
                                       {"enable.metrics.push", "false"},
                                       {"metadata.recovery.strategy", "none"},
                                       {"metadata.recovery.rebootstrap.trigger.ms", "1"},
                                       {"group.remote.assignor", "uniform"}});
  ASSERT_TRUE(native) << native.error().message();
  const int version = rd_kafka_version() >> 8;
  EXPECT_EQ(native->find("retry.backoff.max.ms") != nullptr, version >= 0x020300);
  EXPECT_EQ(native->find("client.dns.lookup") != nullptr, version >= 0x020200);
  EXPECT_EQ(native->find("enable.metrics.push") != nullptr, version >= 0x020500);
  EXPECT_EQ(native->find("metadata.recovery.strategy") != nullptr, version >= 0x020b00);
  const Result<NativeSettings> protocol =
      translate(ClientKind::consumer,
                {{"bootstrap.servers", "a:1"}, {"group.id", "g"}, {"group.protocol", "consumer"}});
  EXPECT_EQ(static_cast<bool>(protocol), version >= 0x020400);
}

TEST(Settings, OwnCodeFollowsWhatLibrdkafkaDoesNot) {
  const Result<NativeSettings> producer =
      translate(ClientKind::producer,
                {{"bootstrap.servers", "embedded:"},
                 {"max.block.ms", "9223372036854775807"},
                 {"max.request.size", "2000000"},
                 {"partitioner.class", "org.apache.kafka.clients.producer.RoundRobinPartitioner"}});
  ASSERT_TRUE(producer) << producer.error().message();
  EXPECT_TRUE(producer->embedded);
  EXPECT_TRUE(producer->round_robin);
  EXPECT_EQ(producer->max_request_bytes, 2'000'000U);
  EXPECT_GT(producer->max_block, 24h * 365 * 100);
  const Result<NativeSettings> consumer =
      translate(ClientKind::consumer, {{"bootstrap.servers", "a:1"},
                                       {"group.id", "g"},
                                       {"max.poll.records", "7"},
                                       {"default.api.timeout.ms", "1234"},
                                       {"auto.offset.reset", "by_duration:P1DT2H3M4.5S"}});
  ASSERT_TRUE(consumer) << consumer.error().message();
  EXPECT_EQ(consumer->max_poll_records, 7U);
  EXPECT_EQ(consumer->default_api_timeout, 1234ms);
  EXPECT_EQ(consumer->reset, ResetPolicy::by_duration);
  EXPECT_EQ(consumer->reset_duration, 26h + 3min + 4500ms);
}

TEST(Settings, RequiredOnesAreAskedFor) {
  EXPECT_THAT(translate(ClientKind::admin, {}).error().message(),
              HasSubstr("'bootstrap.servers' is missing"));
  EXPECT_THAT(translate(ClientKind::consumer, {{"bootstrap.servers", "a:1"}}).error().message(),
              HasSubstr("'group.id' is missing"));
}

TEST(Settings, SecretsStayOutOfMessages) {
  ConfigMap settings{{"bootstrap.servers", "a:1"},
                     {"security.protocol", "SASL_PLAINTEXT"},
                     {"sasl.mechanism", "PLAIN"},
                     {"sasl.jaas.config", "org.acme.Unknown required password=\"hunter2\";"}};
  const Result<NativeSettings> native = translate(ClientKind::producer, settings);
  ASSERT_FALSE(native);
  EXPECT_THAT(native.error().message(), Not(HasSubstr("hunter2")));
  EXPECT_TRUE(is_secret("ssl.key.password"));
  EXPECT_TRUE(is_secret("sasl.oauthbearer.client.credentials.client.secret"));
  EXPECT_FALSE(is_secret("client.id"));
}

TEST(Settings, SecretsAreNoted) {
  const secrets::Scope scope;
  static_cast<void>(
      translate(ClientKind::admin, {{"bootstrap.servers", "localhost:9092"},
                                    {"ssl.key.password", "0pen-sesame"},
                                    {"ssl.keystore.location", "/etc/some.keystore"}}));
  EXPECT_EQ(secrets::redact("0pen-sesame in /etc/some.keystore"), "[hidden] in /etc/some.keystore");
}

TEST(Sasl, PlainAndScram) {
  ConfigMap settings{{"bootstrap.servers", "a:1"},
                     {"security.protocol", "SASL_SSL"},
                     {"sasl.mechanism", "SCRAM-SHA-512"},
                     {"sasl.jaas.config",
                      "org.apache.kafka.common.security.scram.ScramLoginModule required "
                      "username=\"u\" password=\"p;w\";"}};
  const Result<NativeSettings> native = translate(ClientKind::producer, settings);
  ASSERT_TRUE(native) << native.error().message();
  EXPECT_EQ(*native->find("sasl.mechanism"), "SCRAM-SHA-512");
  EXPECT_EQ(*native->find("sasl.username"), "u");
  EXPECT_EQ(*native->find("sasl.password"), "p;w");
  settings.set("sasl.jaas.config",
               "org.apache.kafka.common.security.scram.ScramLoginModule required "
               "username=\"u\" password=\"p\" tokenauth=\"true\";");
  EXPECT_THAT(translate(ClientKind::producer, settings).error().message(), HasSubstr("tokenauth"));
}

TEST(Sasl, KerberosWithAndWithoutKeyTab) {
  ConfigMap settings{{"bootstrap.servers", "a:1"},
                     {"security.protocol", "SASL_PLAINTEXT"},
                     {"sasl.jaas.config",
                      "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true "
                      "keyTab=\"/etc/k.tab\" principal=\"c@X\" serviceName=\"kafka\";"}};
  Result<NativeSettings> native = translate(ClientKind::consumer, [&] {
    ConfigMap more = settings;
    more.set("group.id", "g");
    return more;
  }());
  ASSERT_TRUE(native) << native.error().message();
  EXPECT_EQ(*native->find("sasl.mechanism"), "GSSAPI");
  EXPECT_EQ(*native->find("sasl.kerberos.keytab"), "/etc/k.tab");
  EXPECT_EQ(*native->find("sasl.kerberos.principal"), "c@X");
  EXPECT_EQ(*native->find("sasl.kerberos.service.name"), "kafka");
  settings.set("sasl.jaas.config",
               "com.sun.security.auth.module.Krb5LoginModule required useTicketCache=true;");
  native = translate(ClientKind::admin, settings);
  ASSERT_TRUE(native) << native.error().message();
  EXPECT_EQ(*native->find("sasl.kerberos.kinit.cmd"), ":");
  EXPECT_EQ(*native->find("sasl.kerberos.min.time.before.relogin"), "0");
}

TEST(Sasl, OauthNeedsAnEndpointOrUnsecuredClaims) {
  ConfigMap settings{
      {"bootstrap.servers", "a:1"},
      {"security.protocol", "SASL_PLAINTEXT"},
      {"sasl.mechanism", "OAUTHBEARER"},
      {"sasl.jaas.config",
       "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
       "clientId=\"id\" clientSecret=\"hush\" scope=\"s\" extension_cluster=\"c1\";"}};
  EXPECT_THAT(translate(ClientKind::admin, settings).error().message(),
              HasSubstr("sasl.oauthbearer.token.endpoint.url"));
  settings.set("sasl.oauthbearer.token.endpoint.url", "https://login.example.com/token");
  const Result<NativeSettings> native = translate(ClientKind::admin, settings);
  ASSERT_TRUE(native) << native.error().message();
  ASSERT_TRUE(native->oauth);
  EXPECT_EQ(native->oauth->client_id, "id");
  EXPECT_EQ(native->oauth->scope, "s");
  EXPECT_EQ(native->oauth->extensions.front().first, "cluster");
}

}  // namespace
}  // namespace millrace::kafka
