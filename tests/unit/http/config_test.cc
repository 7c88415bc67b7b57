// The settings and what is said of them: §1 and §2.
#include "http_world.h"

#include <fstream>
#include <sstream>

namespace millrace::http {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ConfigTest : public HttpTest {
 protected:
  /// The messages at each key, as REST's validate call has them.
  std::map<std::string, std::vector<std::string>> errors(const ConfigMap& properties) {
    std::vector<ConfigValue> values = plugins_.sink.config.validate(properties);
    EXPECT_TRUE(plugins_.sink.make_connector()->validate(properties, values));
    std::map<std::string, std::vector<std::string>> found;
    for (const ConfigValue& value : values) {
      if (!value.errors.empty()) found[value.name] = value.errors;
    }
    return found;
  }
  std::string only_error(const ConfigMap& more) {
    const auto found = errors(config(more));
    if (found.empty()) return "none";
    return found.size() == 1 ? found.begin()->second.front() : "several";
  }
};

TEST_F(ConfigTest, IsKnownByTheJavaName) {
  EXPECT_EQ(plugins_.sink.name, "nz.ac.auckland.kafka.http.sink.HttpSinkConnector");
  EXPECT_EQ(plugins_.sink.task_name, "nz.ac.auckland.kafka.http.sink.HttpSinkTask");
  EXPECT_EQ(plugins_.sink.version, "1.0.18");
  EXPECT_FALSE(plugins_.sink.config.build_error());
}

TEST_F(ConfigTest, HasTheKeysOfTheContract) {  // §2
  struct Row {
    const char* name;
    ConfigType type;
    const char* unset;  // null: required
    Importance importance;
    const char* group;
    int order;
    Width width;
    const char* display;
  };
  using enum ConfigType;
  const Row rows[] = {
      {"callback.request.url", string, nullptr, Importance::high, "Request", 1, Width::long_,
       "Callback URL"},
      {"callback.request.method", string, nullptr, Importance::high, "Request", 2, Width::medium,
       "Callback request Method"},
      {"callback.timeout.connect.ms", int32, "60000", Importance::high, "Request", 2, Width::medium,
       "Connect timeout (ms)"},
      {"callback.timeout.read.ms", int32, "60000", Importance::high, "Request", 2, Width::medium,
       "Read timeout (ms)"},
      {"callback.request.headers", string, "", Importance::high, "Request", 3, Width::medium,
       "Callback request headers"},
      {"callback.header.separator", string, "\\|", Importance::high, "Request", 4, Width::short_,
       "Header separator"},
      {"retry.backoff.sec", string, "5,30,60,300,600", Importance::medium, "Retries", 1,
       Width::short_, "Retry Backoff (secs)"},
      {"request.retry.backoff.sec", string, "5,10,15", Importance::medium, "Retries", 1,
       Width::short_, "Request Retry Backoff (secs)"},
      {"exception.strategy", string, "PROGRESS_BACK_OFF_DROP_MESSAGE", Importance::medium,
       "Retries", 2, Width::short_, "Exception strategy"},
      {"request.delay.sec", int32, "0", Importance::medium, "Retries", 2, Width::short_,
       "Request delay (secs)"},
  };
  std::size_t at = 0;
  for (const Row& row : rows) {
    const ConfigKey& key = plugins_.sink.config.keys()[at++];
    EXPECT_EQ(key.name, row.name);
    EXPECT_EQ(key.type, row.type) << row.name;
    EXPECT_EQ(key.required, row.unset == nullptr) << row.name;
    if (row.unset != nullptr) {
      EXPECT_EQ(key.default_value, row.unset) << row.name;
    }
    EXPECT_EQ(key.importance, row.importance) << row.name;
    EXPECT_EQ(key.group, row.group) << row.name;
    EXPECT_EQ(key.order_in_group, row.order) << row.name;
    EXPECT_EQ(key.width, row.width) << row.name;
    EXPECT_EQ(key.display_name, row.display) << row.name;
    EXPECT_THAT(key.dependents, IsEmpty());
    EXPECT_FALSE(key.recommender);
  }
}

TEST_F(ConfigTest, SaysWhatIsMissing) {
  const auto found = errors({{"name", "x"}});
  EXPECT_THAT(found.at("callback.request.url"),
              ElementsAre("Missing required configuration \"callback.request.url\" which has no "
                          "default value."));
  EXPECT_THAT(found.at("callback.request.method"),
              ElementsAre("Missing required configuration \"callback.request.method\" which has no "
                          "default value.",
                          "Invalid value null for configuration callback.request.method: Valid "
                          "values are [POST, PUT, DELETE]"));
  EXPECT_EQ(found.size(), 2U);
}

TEST_F(ConfigTest, JudgesValues) {
  EXPECT_EQ(only_error({}), "none");
  EXPECT_EQ(only_error({{"callback.request.method", "GET"}}),
            "Invalid value GET for configuration callback.request.method: Valid values are [POST, "
            "PUT, DELETE]");
  EXPECT_EQ(only_error({{"callback.request.method", " post "}}), "none");
  EXPECT_EQ(only_error({{"callback.request.method", "patch"}}), "none");
  EXPECT_EQ(only_error({{"exception.strategy", "nope"}}),
            "Invalid value nope for configuration exception.strategy: Valid values are "
            "[PROGRESS_BACK_OFF_DROP_MESSAGE, PROGRESS_BACK_OFF_STOP_TASK, DROP_MESSAGE, "
            "STOP_TASK]");
  EXPECT_EQ(only_error({{"exception.strategy", "drop_message"}}), "none");
  for (const char* bad : {"x", "1.5"}) {
    EXPECT_EQ(only_error({{"callback.timeout.read.ms", bad}}),
              "Invalid value " + std::string(bad) +
                  " for configuration callback.timeout.read.ms: Not a number of type INT");
  }
  EXPECT_EQ(only_error({{"callback.timeout.read.ms", "-1"}}), "none");
  EXPECT_THAT(only_error({{"retry.backoff.sec", "5,x"}}),
              HasSubstr("Invalid value 5,x for configuration retry.backoff.sec: 'x' is not"));
  EXPECT_EQ(only_error({{"retry.backoff.sec", "5, 10 ,"}}), "none");
}

TEST_F(ConfigTest, RefusesAnAddressThatIsNone) {  // D18
  for (const char* bad : {"nothing", "ftp://h/", "http://", "/path", "http://h:99999/"}) {
    EXPECT_THAT(only_error({{"callback.request.url", bad}}),
                testing::StartsWith("Invalid value " + std::string(bad) +
                                    " for configuration callback.request.url: not an absolute http "
                                    "or https URL with a host"))
        << bad;
  }
  EXPECT_EQ(
      only_error({{"callback.request.url", "http://h/${key}/x"}, {"template.enabled", "true"}}),
      "none");
}

TEST_F(ConfigTest, TakesTheOtherSpellingOfTheMethod) {  // D1
  ConfigMap both{
      {"name", "x"}, {"callback.request.url", "http://h/"}, {"callback.request.methods", "PUT"}};
  EXPECT_THAT(errors(both), IsEmpty());
  const auto method = [this](const ConfigMap& properties) {
    return plugins_.sink.config.parse(properties)->get<std::string>("callback.request.method");
  };
  EXPECT_EQ(method(both), "PUT");
  both.set("callback.request.method", "DELETE");
  EXPECT_EQ(method(both), "DELETE");
}

TEST_F(ConfigTest, JudgesHeadersWithTheirSeparator) {  // §9, 19..22; §3.2
  for (const char* good : {R"({"a":"b"})", "", R"({"unterminated":"json")", "a:b|c:d"}) {
    EXPECT_EQ(only_error({{"callback.request.headers", good}}), "none") << good;
  }
  EXPECT_THAT(only_error({{"callback.request.headers", R"({"a":null})"}}),
              HasSubstr("Invalid value for configuration callback.request.headers: header 'a'"));
  EXPECT_THAT(only_error({{"callback.request.headers", R"({"a":"x\r\ny: z"})"}}),
              HasSubstr("has a line break"));
  EXPECT_THAT(only_error({{"callback.request.headers", "a:b"}, {"callback.header.separator", "("}}),
              HasSubstr("is no regular expression"));
  EXPECT_THAT(only_error({{"sensitive.headers", R"({"a":"x\ny"})"}}), HasSubstr("'a'"));
}

TEST_F(ConfigTest, WarnsOfHeadersThatAreNoJsonWithoutTheText) {
  only_error({{"callback.request.headers", "apikey:SECRET"}});
  EXPECT_TRUE(log_.contains("callback.request.headers is no JSON"));
  EXPECT_FALSE(log_.contains("SECRET"));
}

TEST_F(ConfigTest, GivesEveryTaskTheWholeConfiguration) {  // §1
  const auto connector = plugins_.sink.make_connector();
  const ConfigMap properties = config({{"unknown", "kept"}});
  ASSERT_TRUE(connector->start(*plugins_.sink.config.parse(properties)));
  const auto configs = connector->task_configs(3);
  ASSERT_TRUE(configs);
  EXPECT_EQ(*configs, std::vector(3, properties));
}

TEST_F(ConfigTest, SaysWhatDoesNotGoTogether) {
  EXPECT_THAT(only_error({{"max.in.flight.requests", "4"}}), HasSubstr("needs ordering="));
  EXPECT_EQ(only_error({{"max.in.flight.requests", "4"}, {"ordering", "key"}}), "none");
  EXPECT_THAT(only_error({{"auth.type", "bearer"}}), HasSubstr("auth.type=bearer needs it"));
  EXPECT_THAT(only_error({{"auth.type", "basic"}}), HasSubstr("connection.user"));
  EXPECT_THAT(only_error({{"auth.type", "api_key"}}), HasSubstr("api.key.value"));
  EXPECT_THAT(only_error({{"auth.type", "oauth2"}, {"oauth2.client.id", "i"}}),
              HasSubstr("oauth2.token.url"));
  EXPECT_THAT(only_error({{"url.deny.private", "true"}, {"http.proxy.host", "p"}}),
              HasSubstr("behind http.proxy.host"));
  EXPECT_THAT(only_error({{"regex.patterns", "a~b"}, {"regex.replacements", "c"}}),
              HasSubstr("there are 1 of them for 2"));
  EXPECT_THAT(only_error({{"regex.patterns", "("}, {"regex.replacements", "c"}}),
              HasSubstr("'(': "));
  EXPECT_THAT(only_error({{"success.status.codes", "2xx"}}), HasSubstr("'2xx' is neither"));
  EXPECT_THAT(only_error({{"batch.json.as.array", "true"}, {"batch.separator", ","}}),
              HasSubstr("stands in for"));
  EXPECT_THAT(only_error({{"reporter.result.topic.name", "t"}}),
              HasSubstr("reporter.bootstrap.servers"));
}

TEST_F(ConfigTest, ReportsLogInAsOtherClientsDo) {
  const ConfigMap reports{{"reporter.result.topic.name", "t"},
                          {"reporter.bootstrap.servers", "b:1"},
                          {"reporter.producer.linger.ms", "5"}};
  const auto with = [&](const std::string& key, const std::string& value) {
    ConfigMap all = reports;
    all.set("reporter.producer." + key, value);
    return only_error(all);
  };
  const std::string package = "org.apache.kafka.common.security.";
  EXPECT_EQ(only_error(reports), "none");
  EXPECT_EQ(with("sasl.jaas.config", package + "plain.PlainLoginModule required username=\"u\" "
                                               "password=\"p\";"),
            "none");
  EXPECT_THAT(with("sasl.jaas.config", package + "PlainLoginModule hunter2"),
              AllOf(HasSubstr("reporter.producer.sasl.jaas.config"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(with("sasl.jaas.config", "a.Krb5LoginModule required;"),
              HasSubstr("login module 'a.Krb5LoginModule' is not supported"));
  EXPECT_THAT(with("ssl.truststore.location", "/no/such/file"),
              HasSubstr("reporter.producer.ssl.truststore.location"));
}

TEST_F(ConfigTest, ThePageHasEverySetting) {
  std::ifstream file("docs/connectors/http-sink.md");
  std::stringstream page;
  page << file.rdbuf();
  ASSERT_FALSE(page.str().empty());
  const auto keys = plugins_.sink.config.validate({});
  for (const ConfigValue& key : keys) {
    if (key.name.starts_with("https.ssl.") || key.name.starts_with("http.proxy.")) continue;
    EXPECT_THAT(page.str(), HasSubstr("`" + key.name + "`"));
  }
  for (const char* prefix : {"`https.ssl.truststore.*`", "`https.ssl.keystore.*`",
                             "`https.ssl.key.password`", "`http.proxy.host`"}) {
    EXPECT_THAT(page.str(), HasSubstr(prefix));
  }
}

}  // namespace
}  // namespace millrace::http
