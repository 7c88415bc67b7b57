#include "config/rest_settings.h"

#include "config/cors_lists.h"
#include "config/header_rules.h"
#include "config/worker_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ConfigMap with(std::initializer_list<ConfigMap::Entry> entries) {
  ConfigMap properties{{"bootstrap.servers", "localhost:9092"},
                       {"key.converter", "Json"},
                       {"value.converter", "Json"},
                       {"offset.storage.file.filename", "/tmp/offsets"}};
  for (const ConfigMap::Entry& entry : entries) properties.set(entry.first, entry.second);
  return properties;
}

RestSettings settings(std::initializer_list<ConfigMap::Entry> entries) {
  return load_standalone(with(entries), "w.properties")->rest;
}

std::string problem(const char* key, const char* value) {
  const Result<WorkerConfig> worker = load_standalone(with({{key, value}}), "w.properties");
  return worker ? "none" : worker.error().message();
}

TEST(RestSettings, Defaults) {
  const RestSettings rest = settings({});
  EXPECT_TRUE(rest.https.ssl.empty());
  EXPECT_EQ(rest.allowed_origins, "");
  EXPECT_EQ(rest.allowed_methods, "");
  EXPECT_THAT(rest.extensions, IsEmpty());
  EXPECT_EQ(rest.jaas_file, std::nullopt);
  EXPECT_EQ(rest.max_body_bytes, 1048576U);
  EXPECT_EQ(rest.max_connections, 1024U);
  EXPECT_EQ(rest.reply_timeout, std::chrono::seconds(90));
}

TEST(RestSettings, HttpsTakesTheWorkersKeysOrItsOwnAndNeverBoth) {
  const RestSettings plain =
      settings({{"ssl.keystore.location", "/k"}, {"ssl.client.auth", "none"}});
  EXPECT_EQ(plain.https.ssl,
            (ConfigMap{{"ssl.keystore.location", "/k"}, {"ssl.client.auth", "none"}}));
  EXPECT_EQ(plain.https.prefix, "");
  EXPECT_EQ(plain.admin_https.ssl, plain.https.ssl);
  const RestSettings own = settings({{"ssl.keystore.location", "/k"},
                                     {"listeners.https.ssl.client.auth", "required"},
                                     {"admin.listeners.https.ssl.keystore.location", "/a"}});
  EXPECT_EQ(own.https.ssl, (ConfigMap{{"ssl.client.auth", "required"}}));
  EXPECT_EQ(own.https.prefix, "listeners.https.");
  EXPECT_EQ(own.admin_https.ssl, (ConfigMap{{"ssl.keystore.location", "/a"}}));
  EXPECT_EQ(own.admin_https.prefix, "admin.listeners.https.");
}

TEST(RestSettings, ListsOfCorsAreNotTrimmed) {
  EXPECT_THAT(comma_parts("a, b,,c,,"), ElementsAre("a", " b", "", "c"));
  EXPECT_THAT(comma_parts(""), IsEmpty());
}

TEST(RestSettings, OriginsAndMethodsAreCheckedAtStart) {
  EXPECT_EQ(problem("access.control.allow.origin", "*,http://.*"), "none");
  EXPECT_THAT(problem("access.control.allow.origin", "http://("),
              HasSubstr("Invalid value http://( for configuration access.control.allow.origin: "
                        "Invalid regex: "));
  EXPECT_EQ(problem("access.control.allow.methods", "GET,get"), "none");
  EXPECT_THAT(problem("access.control.allow.methods", "GET,PUT,GET"),
              HasSubstr("configuration access.control.allow.methods: 'GET' is listed twice"));
  EXPECT_THAT(problem("access.control.allow.methods", "GET, PUT"),
              HasSubstr("' PUT' is no HTTP method"));
}

TEST(HeaderRules, AreParsed) {
  const auto rules = parse_header_rules(
      "add X-A: b, \"SetDate Expires: -5\", set \"Cache-Control: no, cache\", addDate X:  7");
  ASSERT_TRUE(rules) << rules.error().message();
  ASSERT_EQ(rules->size(), 4U);
  EXPECT_EQ((*rules)[0].name, "X-A");
  EXPECT_EQ((*rules)[0].value, "b");
  EXPECT_FALSE((*rules)[0].replaces);
  EXPECT_TRUE((*rules)[1].replaces);
  EXPECT_TRUE((*rules)[1].is_date);
  EXPECT_EQ((*rules)[1].from_now, std::chrono::milliseconds(-5));
  EXPECT_EQ((*rules)[2].value, "no, cache");
  EXPECT_EQ((*rules)[3].from_now, std::chrono::milliseconds(7));
  EXPECT_THAT(*parse_header_rules("  "), IsEmpty());
}

TEST(HeaderRules, ThatWouldBreakAnAnswerAreRefused) {
  const auto refused = [](std::string_view text) {
    const auto rules = parse_header_rules(text);
    return rules ? "none" : rules.error().message();
  };
  EXPECT_THAT(refused("set content-length: 5"), HasSubstr("frames the answer"));
  EXPECT_THAT(refused("add Transfer-Encoding: chunked"), HasSubstr("frames the answer"));
  EXPECT_THAT(refused("add X: a\r\nY"), HasSubstr("no control characters"));
  EXPECT_THAT(refused("setDate X: soon"), HasSubstr("milliseconds from now"));
  EXPECT_THAT(refused("addDate X: 9223372036854775807"), HasSubstr("milliseconds from now"));
}

}  // namespace
}  // namespace millrace::config
