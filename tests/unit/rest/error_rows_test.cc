// The rows of rest.md 1.4 (errors) and 1.5 (reading JSON bodies), one by one. Where Java answers a
// client's mistake with 500 or with a page of HTML, a 4xx with a JSON body stands here.
// Rows that concern a cluster: the 409s in forward_test, cluster_test and distributed_herder_test,
// the 500s of writes in kafka_config_store_test.
#include "herder/rest_errors.h"
#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

#include <tuple>

namespace millrace::rest {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

class ErrorRows : public ServerTest, public testing::WithParamInterface<const char*> {
 protected:
  ErrorRows() {
    if (GetParam() == std::string("https")) use_https();
  }
  Reply put(const std::string& body, const std::string& type = "application/json") {
    return call("PUT", "/connectors/x/config", body, "Content-Type: " + type + "\r\n");
  }
  std::string last_call() {
    const std::vector<std::string> calls = herder.calls();
    return calls.empty() ? "none" : calls.back();
  }
};

// 1.4

TEST_P(ErrorRows, EveryErrorHasItsStatusInItsBody) {
  struct Row {
    const char* method;
    const char* target;
    int status;
  };
  for (const Row& row :
       {Row{"GET", "/connectors/nope", 404}, Row{"GET", "/nope", 404}, Row{"PATCH", "/", 405},
        Row{"GET", "//", 400}, Row{"GET", "/connectors/%zz", 400},
        // Where Java's container has no body at all.
        Row{"PUT", "//", 400}, Row{"DELETE", "/connectors/%zz", 400},
        Row{"POST", "/connectors/%ff/restart", 400}, Row{"PUT", "/connectors/x/config", 400}}) {
    SCOPED_TRACE(row.target);
    const Reply reply = call(row.method, row.target);
    EXPECT_EQ(reply.status, row.status);
    EXPECT_THAT(reply.body,
                StartsWith(R"({"error_code":)" + std::to_string(row.status) + R"(,"message":")"));
    EXPECT_THAT(reply.body, Not(HasSubstr("<")));
  }
}

TEST_P(ErrorRows, EveryKindOfErrorHasItsStatus) {
  const std::string body = R"({"name":"x","config":{"a":"b"}})";
  const auto status_of = [&](const std::string& headers) {
    return call("POST", "/connectors", body, headers).status;
  };
  EXPECT_EQ(status_of("Accept: text/html\r\n"), 406);
  EXPECT_EQ(status_of("Content-Type: text/plain\r\n"), 415);
  EXPECT_EQ(put(R"({"name":"y"})").status, 400);  // another name than the path has
  EXPECT_THAT(herder.calls(), IsEmpty());
  const std::pair<Error, int> kinds[] = {
      {Error(ErrorCode::not_found, "Connector x not found"), 404},
      {Error(ErrorCode::conflict, "Connector x already exists"), 409},
      {Error(ErrorCode::invalid_config, "Connector configuration is invalid"), 400},
      {forbidden("Internal request contained invalid signature."), 403},
      {unavailable("Connector class X is not asked"), 503},
      {Error(ErrorCode::fatal, "Failed to transition connector x to state STARTED"), 500},
      {Error(ErrorCode::retriable, "Error writing connector configuration to Kafka"), 500}};
  for (const auto& [error, status] : kinds) {
    herder.change_error = error;
    Client client(port());
    const Reply reply = client.call(
        "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body, R"({"error_code":)" + std::to_string(status) + R"(,"message":")" +
                              error.message() + R"("})");
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
  }
}

TEST_P(ErrorRows, AClassThatHangsIsDescribed) {
  herder.change_error = unavailable("Connector class X is not asked");
  const std::string body = R"({"name":"x","config":{}})";
  EXPECT_EQ(call("POST", "/connectors", body).status, 503);
  EXPECT_EQ(put("{}").status, 503);
  EXPECT_EQ(call("PATCH", "/connectors/x/config", "{}").status, 503);
  EXPECT_EQ(call("PUT", "/connector-plugins/X/config/validate", "{}").status, 503);
  EXPECT_EQ(call("PATCH", "/connectors/x/offsets", R"({"offsets":[{"partition":{}}]})").status,
            503);
  EXPECT_EQ(call("DELETE", "/connectors/x/offsets").status, 503);
}

TEST_P(ErrorRows, OnlyFailuresOfTheWorkerAreErrorsInTheLog) {
  herder.change_error = Error(ErrorCode::conflict, "Connector x already exists");
  EXPECT_EQ(put("{}").status, 409);
  EXPECT_EQ(put("{").status, 400);
  EXPECT_EQ(call("GET", "/connectors/nope").status, 404);
  EXPECT_FALSE(log.contains("ERROR"));
  herder.change_error = Error(ErrorCode::fatal, "no disk");
  EXPECT_EQ(put("{}").status, 500);
  EXPECT_TRUE(log.contains("ERROR REST call PUT /connectors/x/config failed"));
}

TEST_P(ErrorRows, BeforeTheWorkerServesEverythingIs404) {
  Result<std::unique_ptr<Server>> opened = Server::open(options);
  ASSERT_TRUE(opened) << opened.error().message();
  for (const char* target : {"/", "/connectors", "/nope"}) {
    Client client((*opened)->listeners().front().port);
    const Reply reply = client.call("GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(reply.status, 404) << target;
    EXPECT_EQ(reply.body, R"({"error_code":404,"message":"HTTP 404 Not Found"})");
  }
}

TEST_P(ErrorRows, AServerErrorHasJettysReasonPhrase) {
  herder.change_error = Error(ErrorCode::fatal, "no disk");
  EXPECT_THAT(put("{}").head, StartsWith("HTTP/1.1 500 Server Error\r\n"));
}

// 1.5

TEST_P(ErrorRows, SyntaxIsStrict) {
  for (const char* body : {R"({"a":"b"} // comment)",
                           R"({/* comment */"a":"b"})",
                           R"({'a':'b'})",
                           R"({"a":NaN})",
                           R"({"a":Infinity})",
                           R"({"a":01})",
                           R"({"a":+1})",
                           R"({"a":.5})",
                           R"({"a":1.})",
                           R"({"a":0x1})",
                           "{\"a\":\"b\nc\"}",
                           "{\"a\":\"\x01\"}",
                           R"({"a":"b",})",
                           R"({a:"b"})",
                           R"({"a" "b"})",
                           R"({"a":"b"} x)",
                           R"({"a":"b"}{})",
                           R"({"a":"\x"})",
                           R"({"a":"\u12"})",
                           R"({"a":"b")",
                           R"({"a")",
                           R"({)",
                           R"(})",
                           R"("a)",
                           "\xFF\xFE",
                           "{\"a\":\"\xC3\x28\"}",
                           "{\"a\":\"\xED\xA0\x80\"}",
                           "{\"a\":tru}",
                           " ",
                           "\n"}) {
    SCOPED_TRACE(body);
    const Reply reply = put(body);
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body,
                MatchesRegex(R"(\{"error_code":400,"message":"The request body .*"\})"));
  }
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_P(ErrorRows, WhiteSpaceAroundTheValueIsFine) {
  EXPECT_EQ(put(" \t\r\n{ \"a\" : \"b\" } \r\n").status, 201);
  EXPECT_EQ(last_call(), "put x {a=b;name=x;}");
}

TEST_P(ErrorRows, ACharsetIsIgnoredAndTheBytesDecide) {
  EXPECT_EQ(put(R"({"a":"ü"})", "application/json;charset=ISO-8859-1").status, 201);
  EXPECT_EQ(last_call(), "put x {a=ü;name=x;}");
  EXPECT_EQ(put("\xEF\xBB\xBF{\"a\":\"b\"}", "application/json; charset=utf-16").status, 201);
  EXPECT_EQ(last_call(), "put x {a=b;name=x;}");
}

TEST_P(ErrorRows, OfEqualMembersTheLastWins) {
  call("POST", "/connectors",
       R"({"name":"w","name":"x","config":{"a":"1","b":"2"},"config":{"a":"3","a":"4"}})");
  EXPECT_EQ(last_call(), "create x {a=4;name=x;}");
  call("PATCH", "/connectors/x/offsets",
       R"({"offsets":[{"partition":{"a":1}}],"offsets":[{"partition":{"a":2,"a":3}}]})");
  ASSERT_EQ(herder.altered.size(), 1U);
  EXPECT_EQ(herder.altered[0].partition, (OffsetMap{{"a", std::int64_t{3}}}));
  EXPECT_EQ(put(R"({"a":"1","b":"2","a":"3"})").status, 201);
  EXPECT_EQ(last_call(), "put x {a=3;b=2;name=x;}");
}

TEST_P(ErrorRows, ScalarsKeepTheTextThatTheyWereWrittenWith) {
  EXPECT_EQ(
      put(R"({"a":1.50,"b":1e5,"c":true,"d":null,"e":-0,"f":12345678901234567890123})").status,
      201);
  EXPECT_EQ(last_call(),
            "put x {a=1.50;b=1e5;c=true;d=<null>;e=-0;f=12345678901234567890123;name=x;}");
}

TEST_P(ErrorRows, SoDoThoseOfEveryOtherConfiguration) {
  call("POST", "/connectors", R"({"name":"x","config":{"a":1.50,"b":true,"c":null}})");
  EXPECT_EQ(last_call(), "create x {a=1.50;b=true;c=<null>;name=x;}");
  call("PATCH", "/connectors/x/config", R"({"a":1.50,"b":true,"c":null})");
  EXPECT_EQ(last_call(), "patch x {a=1.50;b=true;c=<null>;}");
  call("PUT", "/connector-plugins/1.50/config/validate", R"({"connector.class":1.50})");
  EXPECT_EQ(last_call(), "validate 1.50");
  EXPECT_THAT(call("PUT", "/admin/loggers/a", R"({"level":1.50})").body,
              HasSubstr("invalid log level '1.50'."));
}

TEST_P(ErrorRows, ObjectsAndListsAreNoValues) {
  for (const char* value : {"{}", "[1]"}) {
    const std::string map = R"({"a":)" + std::string(value) + "}";
    for (const Reply& reply :
         {put(map), call("POST", "/connectors", R"({"name":"x","config":)" + map + "}"),
          call("PATCH", "/connectors/x/config", map),
          call("PUT", "/connector-plugins/X/config/validate", map),
          call("PUT", "/admin/loggers/a", map)}) {
      EXPECT_EQ(reply.status, 400);
      EXPECT_THAT(reply.body, HasSubstr(R"(\"a\" must be a text, number, boolean or null)"));
    }
  }
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_P(ErrorRows, UnknownMembersAreNamed) {
  EXPECT_THAT(call("POST", "/connectors", R"({"name":"x","config":{},"foo":1})").body,
              HasSubstr(R"(Unrecognized field \"foo\")"));
  for (const char* body :
       {R"({"offsets":[],"foo":1})", R"({"offsets":[{"partition":{},"foo":1}]})"}) {
    const Reply reply = call("PATCH", "/connectors/x/offsets", body);
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body, HasSubstr(R"(Unrecognized field \"foo\")"));
  }
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_P(ErrorRows, EmptyBodiesAndNullAreNoConfiguration) {
  for (const char* body : {"", "null"}) {
    EXPECT_EQ(put(body).status, 400) << body;
    EXPECT_EQ(call("POST", "/connectors", body).status, 400) << body;
    EXPECT_EQ(call("PATCH", "/connectors/x/config", body).status, 400) << body;
    EXPECT_EQ(call("PATCH", "/connectors/x/offsets", body).status, 400) << body;
    EXPECT_EQ(call("PUT", "/connector-plugins/X/config/validate", body).status, 400) << body;
    EXPECT_EQ(call("PUT", "/admin/loggers/a", body).status, 400) << body;
  }
  EXPECT_EQ(call("POST", "/connectors", R"({"name":"x"})").status, 400);
  EXPECT_EQ(call("POST", "/connectors", R"({"name":"x","config":null})").status, 400);
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_P(ErrorRows, HalfASurrogatePairIsNoText) {  // Java keeps it, and writes it as an escape
  EXPECT_EQ(put(R"({"a":"\ud83d"})").status, 400);
  EXPECT_EQ(put(R"({"a":"\ude00"})").status, 400);
  EXPECT_EQ(put(R"({"a":"\ud83d\ude00"})").status, 201);
  EXPECT_EQ(last_call(), "put x {a=\U0001F600;name=x;}");
}

/// A message about a body that cannot be read says where it breaks off, and nothing of what it
/// holds: not in any call, not in any way to break it.
TEST_P(ErrorRows, NoMessageShowsWhatABrokenBodyHolds) {
  const std::string digits(400, '7');
  const std::string broken[] = {
      digits,           "-" + digits,        "7e7777",
      "\"geheim\x01\"", "\"geheim\xFF\"",    "\"geheim\\x\"",
      "\"geheim",       "\"geheim\\ud83d\"", "geheim",
      "truegeheim",     "\"x\" geheim",      "\"'; last read: 'y'; expected geheim\x01\""};
  const std::tuple<const char*, const char*, std::string> calls[] = {
      {"PUT", "/connectors/x/config", R"({"a":)"},
      {"POST", "/connectors", R"({"name":"x","config":{"a":)"},
      {"PATCH", "/connectors/x/config", R"({"a":)"},
      {"PATCH", "/connectors/x/offsets", R"({"offsets":[{"partition":{"a":)"},
      {"PUT", "/connector-plugins/X/config/validate", R"({"a":)"},
      {"PUT", "/admin/loggers/a", R"({"level":)"},
      {"POST", "/connectors/x/tasks", R"([{"a":)"}};
  for (const auto& [method, target, before] : calls) {
    for (const std::string& value : broken) {
      SCOPED_TRACE(std::string(method) + " " + target + " " + value);
      const Reply reply = call(method, target, before + value);
      EXPECT_EQ(reply.status, 400);
      EXPECT_THAT(reply.body, HasSubstr("The request body is not valid JSON: "));
      EXPECT_THAT(reply.body, Not(HasSubstr("geheim")));
      EXPECT_THAT(reply.body, Not(HasSubstr("777")));
      EXPECT_LT(reply.body.size(), 300U);
    }
  }
  EXPECT_FALSE(log.contains("geheim"));
}

TEST_P(ErrorRows, LongTextsKeysAndNumbersAreBoundByTheBodyAlone) {
  EXPECT_EQ(put("{\"a\":\"" + std::string(500'000, 'x') + "\"}").status, 201);
  EXPECT_EQ(put("{\"" + std::string(60'000, 'k') + "\":1}").status, 201);
  EXPECT_EQ(put("{\"a\":" + std::string(300, '7') + "}").status, 201);
  EXPECT_EQ(last_call(), "put x {a=" + std::string(300, '7') + ";name=x;}");
  EXPECT_EQ(put("{\"a\":" + std::string(2'000, '7') + "}").status, 400);  // Java: up to 1000 digits
  EXPECT_EQ(put("{\"a\":" + std::string(2'000, '[') + "}").status, 400);
}

TEST_P(ErrorRows, AnswersAreUtf8AsItIs) {
  herder.names = {"ü\u4e16\U0001F600", "a\"b\\c\n\x01"};
  EXPECT_EQ(call("GET", "/connectors").body, "[\"ü\u4e16\U0001F600\",\"a\\\"b\\\\c\\n\\u0001\"]");
}

INSTANTIATE_TEST_SUITE_P(Over, ErrorRows, testing::Values("http", "https"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace millrace::rest
