// The rows of rest.md 1.4 (errors) and 1.5 (reading JSON bodies), one by one. Where Java answers a
// client's mistake with 500 or with a page of HTML, a 4xx with a JSON body stands here.
#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::ElementsAre;
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
        Row{"PUT", "/connectors/x/config", 400}}) {
    SCOPED_TRACE(row.target);
    const Reply reply = call(row.method, row.target);
    EXPECT_EQ(reply.status, row.status);
    EXPECT_THAT(reply.body,
                StartsWith(R"({"error_code":)" + std::to_string(row.status) + R"(,"message":")"));
    EXPECT_THAT(reply.body, Not(HasSubstr("<")));
  }
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

TEST_P(ErrorRows, ObjectsAndListsAreNoValues) {
  EXPECT_THAT(put(R"({"a":{}})").body,
              HasSubstr(R"(\"a\" must be a text, number, boolean or null)"));
  EXPECT_THAT(put(R"({"a":[1]})").body,
              HasSubstr(R"(\"a\" must be a text, number, boolean or null)"));
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_P(ErrorRows, UnknownMembersAreNamed) {
  EXPECT_THAT(call("POST", "/connectors", R"({"name":"x","config":{},"foo":1})").body,
              HasSubstr(R"(Unrecognized field \"foo\")"));
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_P(ErrorRows, EmptyBodiesAndNullAreNoConfiguration) {
  for (const char* body : {"", "null"}) {
    EXPECT_EQ(put(body).status, 400) << body;
    EXPECT_EQ(call("POST", "/connectors", body).status, 400) << body;
  }
  EXPECT_EQ(call("POST", "/connectors", R"({"name":"x"})").status, 400);
  EXPECT_THAT(herder.calls(), IsEmpty());
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
