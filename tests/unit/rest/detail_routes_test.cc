// Plugins, validation, topics, offsets, loggers.
#include "rest/route.h"
#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

class DetailRoutesTest : public ServerTest {
 protected:
  static void expect(const Reply& reply, int status, const std::string& body) {
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body, body);
    EXPECT_EQ(reply.header("Content-Type"), body.empty() ? "" : "application/json");
  }
  static std::string error(int code, const std::string& message) {
    return R"({"error_code":)" + std::to_string(code) + R"(,"message":")" + message + R"("})";
  }
};

TEST_F(DetailRoutesTest, PatchHandsNullsOn) {
  expect(call("PATCH", "/connectors/a/config", R"({"x":1,"y":null})"), 200,
         R"({"name":"a","config":{"x":"1","y":null},"tasks":[],"type":"sink"})");
  EXPECT_THAT(herder.calls(), ElementsAre("patch a {x=1;y=<null>;}"));
}

TEST_F(DetailRoutesTest, PatchTakesNothingButAnObjectOfTexts) {
  expect(call("PATCH", "/connectors/a/config", "[]"), 400,
         error(400, "The request body must be a JSON object, but is a list"));
  expect(call("PATCH", "/connectors/a/config"), 400,
         error(400, "The request body is empty, but must be a JSON object"));
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_F(DetailRoutesTest, TopicsOfAnybody) {
  herder.topics["a b"] = {"t1", "t2"};
  expect(call("GET", "/connectors/a%20b/topics"), 200, R"({"a b":{"topics":["t1","t2"]}})");
  expect(call("GET", "/connectors/none/topics"), 200, R"({"none":{"topics":[]}})");
  expect(call("PUT", "/connectors/a%20b/topics/reset"), 202, "");
  EXPECT_THAT(herder.calls(), ElementsAre("reset topics of a b"));
}

TEST_F(DetailRoutesTest, TopicsCanBeSwitchedOff) {
  herder.tracking.reset_allowed = false;
  expect(call("GET", "/connectors/a/topics"), 200, R"({"a":{"topics":[]}})");
  expect(call("PUT", "/connectors/a/topics/reset"), 403,
         error(403, "Topic tracking reset is disabled."));
  herder.tracking.enabled = false;
  expect(call("GET", "/connectors/a/topics"), 403, error(403, "Topic tracking is disabled."));
  expect(call("PUT", "/connectors/a/topics/reset"), 403, error(403, "Topic tracking is disabled."));
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_F(DetailRoutesTest, ShowsOffsetsAsTheyAre) {
  herder.offsets = {
      {OffsetMap{{"kafka_partition", std::int32_t{0}}, {"kafka_topic", "t"}},
       OffsetMap{{"kafka_offset", std::int64_t{5}}}},
      {std::nullopt, OffsetMap{{"a", 1.5}, {"b", true}, {"c", nullptr}, {"d", "ü\"\n"}}}};
  expect(call("GET", "/connectors/a/offsets"), 200,
         R"({"offsets":[{"partition":{"kafka_partition":0,"kafka_topic":"t"},)"
         R"("offset":{"kafka_offset":5}},)"
         R"({"partition":null,"offset":{"a":1.5,"b":true,"c":null,"d":"ü\"\n"}}]})");
}

TEST_F(DetailRoutesTest, ReadsOffsetsOfEveryKind) {
  expect(call("PATCH", "/connectors/a/offsets",
              R"({"offsets":[{"partition":{"s":"x","i":4,"f":1.5,"b":true,"n":null},)"
              R"("offset":{"big":18446744073709551615,"l":[1],"o":{"x":1}}},)"
              R"({"offset":null}]})"),
         200, R"({"message":"The offsets for this connector have been altered successfully"})");
  ASSERT_EQ(herder.altered.size(), 2U);
  EXPECT_EQ(herder.altered[0].partition,
            (OffsetMap{{"s", "x"}, {"i", std::int64_t{4}}, {"f", 1.5}, {"b", true}, {"n", {}}}));
  EXPECT_EQ(
      herder.altered[0].offset,
      (OffsetMap{{"big", 18446744073709551615.0}, {"l", Value::Array()}, {"o", Value::Map()}}));
  EXPECT_EQ(herder.altered[1], (ConnectorOffset{std::nullopt, std::nullopt}));
}

TEST_F(DetailRoutesTest, SaysWhenSomebodyElseHasToMoveOffsetsToo) {
  herder.handled = false;
  for (const auto& [method, verb] :
       {std::pair("PATCH", std::string("altered")), std::pair("DELETE", std::string("reset"))}) {
    expect(call(method, "/connectors/a/offsets",
                verb == "reset" ? "" : R"({"offsets":[{"partition":{},"offset":{}}]})"),
           200,
           R"({"message":"The Connect framework-managed offsets for this connector have been )" +
               verb +
               " successfully. However, if this connector manages offsets externally, they will "
               "need to be manually " +
               verb + R"( in the system that the connector uses."})");
  }
}

TEST_F(DetailRoutesTest, OffsetsThatNobodyCanRead) {
  const std::string none = "Partitions / offsets need to be provided for an alter offsets request";
  const std::pair<const char*, std::string> cases[] = {
      {"{}", none},
      {R"({"offsets":null})", none},
      {R"({"offsets":[]})", none},
      {R"({"offsets":{}})", R"(The value of \"offsets\" must be a list)"},
      {R"({"offsets":[null]})",
       R"(Each of the \"offsets\" must be an object with \"partition\" and \"offset\")"},
      {R"({"offsets":[{"partition":1}]})",
       R"(The value of \"partition\" must be an object or null)"},
      {R"({"offsets":[{"topic":1}]})",
       R"(Unrecognized field \"topic\" (known are \"partition\", \"offset\"))"},
      {R"({"offset":[]})", R"(Unrecognized field \"offset\" (known are \"offsets\"))"},
      {"null", "The request body must be a JSON object, but is null"},
      {"[]", "The request body must be a JSON object, but is a list"},
  };
  for (const auto& [body, message] : cases) {
    SCOPED_TRACE(body);
    expect(call("PATCH", "/connectors/a/offsets", body), 400, error(400, message));
  }
  const Reply cut = call("PATCH", "/connectors/a/offsets", R"({"offsets":"secret)");
  EXPECT_EQ(cut.status, 400);
  EXPECT_THAT(cut.body, testing::HasSubstr("line 1, column 19"));
  EXPECT_THAT(cut.body, testing::Not(testing::HasSubstr("secret")));
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_F(DetailRoutesTest, NestingBeyondReasonIsReadAndLeftOut) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(call("PATCH", "/connectors/a/offsets",
                 R"({"offsets":[{"partition":{"a":)" + deep + std::string(100'000, ']') + "}}]}")
                .status,
            200);
  EXPECT_EQ(call("PATCH", "/connectors/a/offsets", deep).status, 400);
}

TEST_F(DetailRoutesTest, PluginDefinitions) {
  herder.definitions["X"] = {
      {.name = "a",
       .type = ConfigType::int32,
       .importance = Importance::high,
       .documentation = "Of \"a\".",
       .default_value = "1",
       .group = "G",
       .order_in_group = 2,
       .width = Width::short_,
       .display_name = "A",
       .dependents = {"b"}},
      {.name = "b", .type = ConfigType::password, .default_value = "x", .display_name = "b"},
      {.name = "c", .required = true, .display_name = "c"},
      {.name = "d", .internal = true}};
  expect(call("GET", "/connector-plugins/X/config?version=1.0"), 200,
         R"([{"name":"a","type":"INT","required":false,"default_value":"1","importance":"HIGH",)"
         R"("documentation":"Of \"a\".","group":"G","order_in_group":2,"width":"SHORT",)"
         R"("display_name":"A","dependents":["b"]},)"
         R"({"name":"b","type":"PASSWORD","required":false,"default_value":"[hidden]",)"
         R"("importance":"MEDIUM","documentation":"","group":null,"order_in_group":-1,)"
         R"("width":"NONE","display_name":"b","dependents":[]},)"
         R"({"name":"c","type":"STRING","required":true,"default_value":null,)"
         R"("importance":"MEDIUM","documentation":"","group":null,"order_in_group":-1,)"
         R"("width":"NONE","display_name":"c","dependents":[]}])");
  expect(call("GET", "/connector-plugins/X/config?version=2.0"), 400, error(400, "no version 2.0"));
  expect(call("GET", "/connector-plugins/Y/config"), 404, error(404, "Unknown plugin Y."));
}

TEST_F(DetailRoutesTest, ValidationHasEveryField) {
  herder.validation = {"X", 2, {"G"}, {}};
  herder.validation.entries.push_back(
      {std::nullopt, {.name = "n", .value = {}, .errors = {"e1", "e2"}, .visible = false}});
  herder.validation.entries.push_back(
      {ConfigKey{.name = "p", .type = ConfigType::password, .display_name = "P"},
       {.name = "p",
        .value = Password{"secret"},
        .recommended_values = {std::string("r"), std::vector<std::string>{"a", "b"}}}});
  expect(call("PUT", "/connector-plugins/X/config/validate", R"({"connector.class":"X"})"), 200,
         R"({"name":"X","error_count":2,"groups":["G"],"configs":[{"definition":null,)"
         R"("value":{"name":"n","value":null,"recommended_values":[],"errors":["e1","e2"],)"
         R"("visible":false}},{"definition":{"name":"p","type":"PASSWORD","required":false,)"
         R"("default_value":null,"importance":"MEDIUM","documentation":"","group":null,)"
         R"("order_in_group":-1,"width":"NONE","display_name":"P","dependents":[]},)"
         R"("value":{"name":"p","value":"[hidden]","recommended_values":["r","a,b"],"errors":[],)"
         R"("visible":true}}]})");
  EXPECT_THAT(herder.calls(), ElementsAre("validate X"));
}

TEST_F(DetailRoutesTest, ValidateComparesTheTypesByTheirEnds) {
  struct Case {
    const char* asked;
    const char* given;
    bool fits;
  };
  const Case cases[] = {{"FileStreamSink", "FileStreamSinkConnector", true},
                        {"k", "FileStreamSink", true},
                        {"a.b.FileStreamSinkConnector", "a.b.FileStreamSink", true},
                        {"Connector", "Connector", true},
                        {"FileStreamSink", "FileStreamSource", false},
                        {"a.b.FileStreamSink", "FileStreamSink", false}};
  for (const Case& one : cases) {
    SCOPED_TRACE(std::string(one.asked) + " " + one.given);
    const Reply reply =
        call("PUT", std::string("/connector-plugins/") + one.asked + "/config/validate",
             std::string(R"({"connector.class":")") + one.given + R"("})");
    EXPECT_EQ(reply.status, one.fits ? 200 : 400);
    if (!one.fits) {
      EXPECT_EQ(reply.body, error(400, std::string("Included connector type ") + one.given +
                                           " does not match request type " + one.asked));
    }
  }
}

TEST_F(DetailRoutesTest, ATimeOutTellsTheStage) {
  options.replies.change = std::chrono::milliseconds(20);
  herder.stage = "retrieving the configuration definition from the connector";
  herder.hold();
  const Reply reply =
      call("PUT", "/connector-plugins/X/config/validate", R"({"connector.class":"X"})");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body,
              MatchesRegex(".*\"message\":\"Request timed out. The worker is currently retrieving "
                           "the configuration definition from the connector, which began at "
                           "20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}Z\"}"));
}

TEST_F(DetailRoutesTest, StagesAsSentences) {
  Progress progress;
  EXPECT_EQ(timeout_message(progress), "Request timed out");
  progress.begin("polling");
  EXPECT_THAT(timeout_message(progress),
              MatchesRegex("Request timed out. The worker is currently polling, which began at "
                           "[0-9TZ:.-]{24}[.]"));
  progress.complete();
  EXPECT_THAT(timeout_message(progress),
              MatchesRegex("Request timed out. The last operation the worker completed was "
                           "polling, which began at [0-9TZ:.-]{24} and completed at "
                           "[0-9TZ:.-]{24}[.]"));
}

class LoggerRoutesTest : public DetailRoutesTest {
 protected:
  LoggerRoutesTest() { static_cast<void>(log::logger("test.rest.Used")); }
  ~LoggerRoutesTest() override { static_cast<void>(log::set_level("test.rest", log::Level::info)); }
};

TEST_F(LoggerRoutesTest, LevelsAreSetForEverythingBelow) {
  expect(call("PUT", "/admin/loggers/test.rest", R"({"level":"debug","x":1})"), 200,
         R"(["test.rest","test.rest.Used"])");
  expect(call("PUT", "/admin/loggers/test.rest", R"({"level":"DEBUG"})"), 200, "[]");
  const Reply one = call("GET", "/admin/loggers/test.rest.Used");
  EXPECT_THAT(one.body, MatchesRegex(R"(\{"level":"DEBUG","last_modified":[0-9]{13}\})"));
  EXPECT_TRUE(log::logger("test.rest.Used").enabled(log::Level::debug));
}

TEST_F(LoggerRoutesTest, AListWithoutWhatIsOff) {
  call("PUT", "/admin/loggers/test.rest.Silent", R"({"level":"off"})");
  const std::string body = call("GET", "/admin/loggers").body;
  EXPECT_THAT(body, testing::HasSubstr(R"("root":{"level":"INFO","last_modified":null})"));
  EXPECT_THAT(body, testing::HasSubstr(R"("test.rest.Used":{"level":"INFO")"));
  EXPECT_THAT(body, testing::Not(testing::HasSubstr("test.rest.Silent")));
  EXPECT_EQ(call("GET", "/admin/loggers/ROOT").body, R"({"level":"INFO","last_modified":null})");
}

TEST_F(LoggerRoutesTest, WhatIsNotThereOrNoLevel) {
  expect(call("GET", "/admin/loggers/test"), 404, error(404, "Logger test not found."));
  expect(call("PUT", "/admin/loggers/test.rest", R"({"level":"LOUD"})"), 404,
         error(404, "invalid log level 'LOUD'."));
  expect(call("PUT", "/admin/loggers/test.rest", R"({"level":""})"), 404,
         error(404, "invalid log level ''."));
  const std::string missing = "Desired 'level' parameter was not specified in request.";
  expect(call("PUT", "/admin/loggers/test.rest", "{}"), 400, error(400, missing));
  expect(call("PUT", "/admin/loggers/test.rest", R"({"level":null})"), 400, error(400, missing));
}

TEST_F(LoggerRoutesTest, AClusterHasAnAnswerOfItsOwn) {
  expect(call("PUT", "/admin/loggers/a.b?scope=Cluster", R"({"level":"warn"})"), 204, "");
  expect(call("PUT", "/admin/loggers/test.rest?scope=galaxy", R"({"level":"info"})"), 200, "[]");
  EXPECT_THAT(herder.calls(), ElementsAre("log a.b WARN"));
}

}  // namespace
}  // namespace millrace::rest
