#include "config/worker_config.h"

#include "base/log.h"
#include "config/unknown_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

ConfigMap with(std::initializer_list<ConfigMap::Entry> entries) {
  ConfigMap properties{{"bootstrap.servers", "localhost:9092"},
                       {"key.converter", "Json"},
                       {"value.converter", "Json"},
                       {"offset.storage.file.filename", "/tmp/offsets"}};
  for (const ConfigMap::Entry& entry : entries) properties.set(entry.first, entry.second);
  return properties;
}

std::string problem(const ConfigMap& properties, const ClassLookup& classes = {}) {
  const Result<WorkerConfig> worker = load_standalone(properties, "w.properties", classes);
  return worker ? "no problem" : worker.error().message();
}

TEST(WorkerConfig, HasKafkaConnectsDefaults) {
  const Result<WorkerConfig> worker = load_standalone(with({}), "w.properties");
  ASSERT_TRUE(worker);
  EXPECT_THAT(worker->bootstrap_servers, ElementsAre("localhost:9092"));
  EXPECT_EQ(worker->offset_flush_interval, 60000ms);
  EXPECT_EQ(worker->offset_flush_timeout, 5000ms);
  EXPECT_EQ(worker->task_shutdown_timeout, 5000ms);
  EXPECT_EQ(worker->offset_file, "/tmp/offsets");
  EXPECT_THAT(worker->listeners, ElementsAre(Listener{false, "", 8083}));
  EXPECT_EQ(worker->admin_listeners, std::nullopt);
  EXPECT_EQ(worker->advertised_host, std::nullopt);
  EXPECT_EQ(worker->advertised_port, std::nullopt);
  EXPECT_TRUE(worker->plugin_path.empty());
  EXPECT_TRUE(worker->topic_creation);
  EXPECT_EQ(worker->override_policy, "All");
  EXPECT_EQ(worker->prefetch_max_bytes, 268435456);
  EXPECT_EQ(worker->header_converter.class_name,
            "org.apache.kafka.connect.storage.SimpleHeaderConverter");
}

TEST(WorkerConfig, SortsPrefixedKeysOut) {
  const Result<WorkerConfig> worker =
      load_standalone(with({{"key.converter.schemas.enable", "false"},
                            {"producer.linger.ms", "5"},
                            {"consumer.max.poll.records", "10"},
                            {"admin.request.timeout.ms", "7"},
                            {"plugin.path", "/a, /b"},
                            {"rest.advertised.port", "99"},
                            {"admin.listeners", ""},
                            {"listeners", "http://a:1,HTTPS://[::1]:0"}}),
                      "w.properties");
  ASSERT_TRUE(worker);
  EXPECT_EQ(worker->key_converter.options, (ConfigMap{{"schemas.enable", "false"}}));
  EXPECT_TRUE(worker->value_converter.options.empty());
  EXPECT_EQ(worker->producer, (ConfigMap{{"linger.ms", "5"}}));
  EXPECT_EQ(worker->consumer, (ConfigMap{{"max.poll.records", "10"}}));
  EXPECT_EQ(worker->admin.get_or("request.timeout.ms", ""), "7");
  EXPECT_THAT(worker->plugin_path, ElementsAre("/a", "/b"));
  EXPECT_EQ(worker->advertised_port, 99);
  EXPECT_THAT(worker->listeners, ElementsAre(Listener{false, "a", 1}, Listener{true, "::1", 0}));
  ASSERT_TRUE(worker->admin_listeners);
  EXPECT_TRUE(worker->admin_listeners->empty());
  EXPECT_EQ(worker->settings.originals().get_or("plugin.path", ""), "/a, /b");
}

TEST(WorkerConfig, AnErrorNamesFileKeyAndValue) {
  EXPECT_EQ(problem(with({{"offset.flush.interval.ms", "soon"}})),
            "Invalid value soon for configuration offset.flush.interval.ms: Not a number of type "
            "LONG (worker file 'w.properties')");
  EXPECT_EQ(problem({{"bootstrap.servers", "b:1"}}),
            "Missing required configuration \"key.converter\" which has no default value. (worker "
            "file 'w.properties')");
  EXPECT_EQ(problem(with({{"plugin.discovery", "never"}})),
            "Invalid value never for configuration plugin.discovery: String must be one of (case "
            "insensitive): ONLY_SCAN, SERVICE_LOAD, HYBRID_WARN, HYBRID_FAIL (worker file "
            "'w.properties')");
}

TEST(WorkerConfig, OffsetFileIsRequired) {
  ConfigMap properties = with({});
  properties.erase("offset.storage.file.filename");
  EXPECT_THAT(problem(properties),
              HasSubstr("Missing required configuration \"offset.storage.file.filename\""));
}

TEST(WorkerConfig, ConvertersAreResolvedByTheLookup) {
  const ClassLookup classes = [](std::string_view name) -> std::optional<std::string> {
    if (name == "Json") return "org.JsonConverter";
    if (name.starts_with("org.")) return std::string(name);
    return std::nullopt;
  };
  EXPECT_EQ(load_standalone(with({}), "f", classes)->key_converter.class_name, "org.JsonConverter");
  EXPECT_THAT(problem(with({{"value.converter", "Jsom"}}), classes),
              HasSubstr("Invalid value Jsom for configuration value.converter: Class Jsom could "
                        "not be found."));
}

TEST(WorkerConfig, ListenersNeedProtocolAndPort) {
  const std::string format = "Listener doesn't have the right format (protocol://hostname:port).";
  for (const char* text : {"localhost:8083", "http://localhost", "http://a b:1", "http://a:x",
                           "http://a:", "http://a/b:1"}) {
    EXPECT_THAT(problem(with({{"listeners", text}})), HasSubstr(format)) << text;
  }
  EXPECT_THAT(problem(with({{"listeners", "ftp://a:1"}})),
              HasSubstr("Invalid value ftp://a:1 for configuration listeners: Listener protocol "
                        "must be either \"http\" or \"https\"."));
  EXPECT_THAT(problem(with({{"listeners", "http://a:65536"}})), HasSubstr("between 0 and 65535"));
  EXPECT_THAT(problem(with({{"listeners", ""}})), HasSubstr("configuration listeners: at least"));
  EXPECT_THAT(problem(with({{"listeners", "http://a:1,"}})), HasSubstr("is empty"));
  EXPECT_THAT(problem(with({{"admin.listeners", "x"}})), HasSubstr(format));
}

TEST(WorkerConfig, HeaderRulesAreCheckedAtStart) {
  const auto rule = [](const char* text) {
    return problem(with({{"response.http.headers.config", text}}));
  };
  EXPECT_EQ(rule("add X-A: b, \"SetDate Expires: 0\", set \"Cache-Control: no, cache\""),
            "no problem");
  EXPECT_THAT(rule("put X-A: b"), HasSubstr("an action is one of"));
  EXPECT_THAT(rule("add X-A"), HasSubstr("exactly one colon"));
  EXPECT_THAT(rule("add X-A: b:c"), HasSubstr("exactly one colon"));
  EXPECT_THAT(rule("add : b"), HasSubstr("has a name"));
  EXPECT_THAT(rule("add X A: b"), HasSubstr("no white space"));
}

TEST(UnknownKeys, AreWarnedOfOnceWithTheNearestKnownOne) {
  const log::Capture log;
  ASSERT_TRUE(load_standalone(with({{"offset.flush.intervall.ms", "1"}, {"entirely.unknown", "1"}}),
                              "w.properties"));
  EXPECT_THAT(
      log.lines(),
      ElementsAre("WARN 'offset.flush.intervall.ms' in worker file 'w.properties' is not a known "
                  "setting; did you mean 'offset.flush.interval.ms'?",
                  "WARN 'entirely.unknown' in worker file 'w.properties' is not a known setting"));
}

TEST(UnknownKeys, FamiliesAndClientSettingsAreKnown) {
  const log::Capture log;
  ASSERT_TRUE(load_standalone(with({{"producer.x", ""},
                                    {"consumer.x", ""},
                                    {"admin.x", ""},
                                    {"key.converter.x", ""},
                                    {"value.converter.x", ""},
                                    {"header.converter.x", ""},
                                    {"config.providers.a.x", ""},
                                    {"metrics.context.x", ""},
                                    {"ssl.x", ""},
                                    {"sasl.x", ""},
                                    {"listeners.https.x", ""},
                                    {"admin.listeners.https.x", ""},
                                    {"security.protocol", "SSL"},
                                    {"group.id", "g"},
                                    {"fetch.min.bytes", "1"},
                                    {"linger.ms", "1"},
                                    {"offset.storage.segment.bytes", "1"},
                                    {"connector.client.config.override.allowlist", "a"}}),
                              "w.properties"));
  EXPECT_THAT(log.lines(), ::testing::IsEmpty());
}

TEST(UnknownKeys, InternalConvertersOnlyWarn) {
  const log::Capture log;
  ASSERT_TRUE(load_standalone(
      with({{"internal.key.converter", "x"}, {"internal.value.converter.schemas.enable", "false"}}),
      "w.properties"));
  EXPECT_EQ(log.lines().size(), 2U);
  EXPECT_TRUE(log.contains("'internal.key.converter' in worker file 'w.properties' has no effect"));
}

TEST(UnknownKeys, EditDistance) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

}  // namespace
}  // namespace millrace::config
