// Requests, byte for byte: §3 of the specification.
#include "http_world.h"
#include "millrace/struct.h"

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class WireTest : public HttpTest {
 protected:
  /// The one request that a record becomes.
  std::string sent(const ConfigMap& more, SinkRecord the_record) {
    start(more);
    put({std::move(the_record)});
    settle();
    const auto all = server_.requests();
    EXPECT_EQ(all.size(), 1U) << failure();
    return all.empty() ? std::string() : all.front();
  }
  std::string host() { return "127.0.0.1:" + std::to_string(server_.port()); }
};

TEST_F(WireTest, APostWithTwoHeadersAsJson) {  // §9, 10; §3.1
  SinkRecord made = record("hello", 99, 2);
  const std::string request = sent(
      {{"callback.request.headers", R"({"Content-Type":"application/json","apikey":"K"})"}}, made);
  const std::string id = header_of(request, "X-B3-TraceId");
  EXPECT_EQ(id.size(), 16U);
  EXPECT_EQ(request,
            "POST /callback HTTP/1.1\r\n"
            "Content-Type: application/json\r\n"
            "apikey: K\r\n"
            "X-B3-TraceId: " +
                id +
                "\r\n"
                "X-B3-SpanId: " +
                id +
                "\r\n"
                "X-B3-Sampled: Defer\r\n"
                "X-B3-Info: topic=orders|partition=2|offset=99\r\n"
                "X-Kafka-Topic: orders\r\n"
                "User-Agent: Millrace\r\n"
                "Host: " +
                host() +
                "\r\n"
                "Accept: text/html, image/gif, image/jpeg, */*; q=0.2\r\n"
                "Connection: keep-alive\r\n"
                "Content-Length: 5\r\n"
                "\r\nhello");
}

TEST_F(WireTest, TheSameHeadersAsText) {  // §9, 11
  const std::string request = sent(
      {{"callback.request.headers", "Content-Type:application/json|apikey:K"}}, record("x", 99));
  EXPECT_THAT(lines_of(request),
              ElementsAre("POST /callback HTTP/1.1", "Content-Type: application/json", "apikey: K",
                          HasSubstr("X-B3-TraceId: "), HasSubstr("X-B3-SpanId: "),
                          "X-B3-Sampled: Defer", "X-B3-Info: topic=orders|partition=0|offset=99",
                          "X-Kafka-Topic: orders", "User-Agent: Millrace", "Host: " + host(),
                          HasSubstr("Accept: "), "Connection: keep-alive", "Content-Length: 1"));
}

TEST_F(WireTest, NoHeadersOfItsOwn) {  // §9, 12
  const std::string request = sent({}, record("x", 99));
  EXPECT_THAT(lines_of(request),
              ElementsAre("POST /callback HTTP/1.1", HasSubstr("X-B3-TraceId: "),
                          HasSubstr("X-B3-SpanId: "), "X-B3-Sampled: Defer",
                          "X-B3-Info: topic=orders|partition=0|offset=99", "X-Kafka-Topic: orders",
                          "User-Agent: Millrace", "Host: " + host(), HasSubstr("Accept: "),
                          "Connection: keep-alive",
                          "Content-type: application/x-www-form-urlencoded", "Content-Length: 1"));
}

TEST_F(WireTest, APutHasNoContentTypeOfItsOwn) {
  const std::string request = sent({{"callback.request.method", "put"}}, record(""));
  EXPECT_EQ(lines_of(request).front(), "PUT /callback HTTP/1.1");
  EXPECT_EQ(header_of(request, "Content-type"), "(none)");
  EXPECT_EQ(header_of(request, "Content-Type"), "(none)");
  EXPECT_EQ(header_of(request, "Content-Length"), "0");
  EXPECT_EQ(header_of(request, "Expect"), "(none)");
  EXPECT_EQ(header_of(request, "Accept-Encoding"), "(none)");
}

TEST_F(WireTest, ADeleteCarriesTheBody) {
  const std::string request = sent({{"callback.request.method", "DELETE"}}, record("gone"));
  EXPECT_EQ(lines_of(request).front(), "DELETE /callback HTTP/1.1");
  EXPECT_EQ(header_of(request, "Content-type"), "application/x-www-form-urlencoded");
  EXPECT_TRUE(request.ends_with("\r\n\r\ngone"));
}

TEST_F(WireTest, APatchIsLikeAPost) {  // §11
  const std::string request = sent(
      {{"callback.request.method", "patch"}, {"callback.request.headers", R"({"If-Match":"*"})"}},
      record("[]", 99));
  EXPECT_THAT(lines_of(request),
              ElementsAre("PATCH /callback HTTP/1.1", "If-Match: *", HasSubstr("X-B3-TraceId: "),
                          HasSubstr("X-B3-SpanId: "), "X-B3-Sampled: Defer",
                          "X-B3-Info: topic=orders|partition=0|offset=99", "X-Kafka-Topic: orders",
                          "User-Agent: Millrace", "Host: " + host(), HasSubstr("Accept: "),
                          "Connection: keep-alive",
                          "Content-type: application/x-www-form-urlencoded", "Content-Length: 2"));
  EXPECT_TRUE(request.ends_with("\r\n\r\n[]"));
}

TEST_F(WireTest, ALargeBodyIsSentAtOnce) {
  const std::string body(3'000'000, 'x');
  const std::string request = sent({}, record(Value(body)));
  EXPECT_EQ(header_of(request, "Content-Length"), "3000000");
  EXPECT_EQ(header_of(request, "Expect"), "(none)");
  EXPECT_EQ(header_of(request, "Transfer-Encoding"), "(none)");
}

TEST_F(WireTest, OurHeadersReplaceConfiguredOnesInTheirPlace) {
  const std::string request =
      sent({{"callback.request.headers", R"({"x-b3-traceid":"mine","A":"b","X-Kafka-topic":"t"})"}},
           record("x", 7));
  const auto lines = lines_of(request);
  EXPECT_EQ(lines[1], "x-b3-traceid: " + header_of(request, "X-B3-SpanId"));
  EXPECT_EQ(lines[2], "A: b");
  EXPECT_EQ(lines[3], "X-Kafka-topic: orders");
  EXPECT_EQ(request.find("X-Kafka-Topic"), std::string::npos);
}

TEST_F(WireTest, ConfiguredOnesReplaceThoseOfTheClient) {
  const std::string request =
      sent({{"callback.request.headers",
             R"({"user-agent":"me","accept":"a/b","CONTENT-TYPE":"c/d","connection":"close"})"}},
           record("x"));
  EXPECT_THAT(lines_of(request),
              ElementsAre("POST /callback HTTP/1.1", "user-agent: me", "accept: a/b",
                          "CONTENT-TYPE: c/d", "connection: close", HasSubstr("X-B3-TraceId"),
                          HasSubstr("X-B3-SpanId"), "X-B3-Sampled: Defer", HasSubstr("X-B3-Info"),
                          "X-Kafka-Topic: orders", "Host: " + host(), "Content-Length: 1"));
}

TEST_F(WireTest, PathAndQueryGoAsTheyAreWritten) {
  const std::string request =
      sent({{"callback.request.url", "http://user:pw@" + host() + "/a b/%41/../ü?x={y}#f"}},
           record("x"));
  EXPECT_EQ(lines_of(request).front(), "POST /a b/%41/../ü?x={y} HTTP/1.1");
  EXPECT_EQ(header_of(request, "Authorization"), "(none)");
}

TEST_F(WireTest, TheTraceIdOfTheRecordComesFirst) {  // §3.3
  SinkRecord made = record("x", 7);
  made.headers.append({Text("X-B3-TraceId"), nullptr, Value("first")});
  made.headers.append({Text("X-B3-TraceId"), nullptr, Value(std::int64_t{12})});
  made.headers.append({Text("x-b3-traceid"), nullptr, Value("other case")});
  const std::string request = sent({}, made);
  EXPECT_EQ(header_of(request, "X-B3-TraceId"), "12");
  EXPECT_EQ(header_of(request, "X-B3-SpanId"), "12");
  EXPECT_EQ(request.find("first"), std::string::npos);
}

TEST_F(WireTest, ANullTraceIdCountsAsNone) {
  SinkRecord made = record("x", 42, 2);
  made.headers.append({Text("X-B3-TraceId"), nullptr, Value()});
  EXPECT_EQ(header_of(sent({}, made), "X-B3-TraceId"), "9506564cfc36806e");
}

TEST_F(WireTest, PlaceIsThatAfterTheTransforms) {
  SinkRecord made = record("x", 5);
  made.topic = Text("renamed");
  made.partition = 9;
  const std::string request = sent({}, made);
  EXPECT_EQ(header_of(request, "X-B3-Info"), "topic=renamed|partition=9|offset=5");
  EXPECT_EQ(header_of(request, "X-Kafka-Topic"), "renamed");
  EXPECT_EQ(committable(), 6);
}

TEST_F(WireTest, BodiesAreTheTextsOfJava) {  // §3.4
  const SchemaPtr schema = SchemaBuilder::structure()
                               .field("id", schemas::of(Type::int32))
                               .field("n", schemas::optional_string())
                               .field("m", schemas::optional_string())
                               .field("d", schemas::of(Type::float64))
                               .build_checked();
  Struct structure = *Struct::create(schema);
  ASSERT_TRUE(structure.put("id", std::int32_t{7}));
  ASSERT_TRUE(structure.put("n", "x"));
  ASSERT_TRUE(structure.put("d", 1e10));
  const Value values[] = {
      Value("héllo 😀"),
      Value(std::int64_t{5}),
      Value(true),
      Value(100.0),
      Value(1e10),
      Value(Decimal{"\x00\x96", 2}),
      Value(Value::Array{Value("a"), Value(std::int32_t{2}), Value()}),
      Value(Value::Map{{Value("a"), Value(std::int32_t{1})},
                       {Value("b"), Value()},
                       {Value("c"), Value(Value::Array{Value(std::int32_t{1}), Value("z")})}}),
      Value(structure),
      Value(Bytes("\x01\x00\xFF"))};
  start();
  for (const Value& value : values) put({record(value)});
  settle();
  EXPECT_THAT(server_.bodies(),
              ElementsAre("héllo 😀", "5", "true", "100.0", "1.0E10", testing::_, "[a, 2, null]",
                          "{a=1, b=null, c=[1, z]}", "Struct{id=7,n=x,d=1.0E10}", testing::_));
  EXPECT_EQ(server_.bodies().front().size(), 11U);
}

TEST_F(WireTest, BytesGoAsTheyAre) {  // D13
  const std::string bytes("\x01\x00\xFF\r\n", 5);
  start();
  put({record(Value(Bytes(bytes)))});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre(bytes));
}

TEST_F(WireTest, OneConnectionForAll) {
  start();
  put_texts({"1", "2", "3"});
  settle();
  put_texts({"4"});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("1", "2", "3", "4"));
  EXPECT_EQ(server_.connections(), 1U);
}

TEST_F(WireTest, ALineBreakInATraceIdIsNotSent) {
  start();
  SinkRecord made = record("x", 7);
  made.headers.append({Text("X-B3-TraceId"), nullptr, Value("a\r\nInjected: yes")});
  put({made});
  settle();
  put();
  EXPECT_THAT(failure(), HasSubstr("X-B3-TraceId of the record has a control character"));
  EXPECT_TRUE(server_.requests().empty());
}

}  // namespace
}  // namespace millrace::http
