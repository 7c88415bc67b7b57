// The rest of what goes beyond the contract: §11.
#include "http_world.h"
#include "millrace/struct.h"

#include <zlib.h>

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class FurtherTest : public HttpTest {
 protected:
  std::string sent(const ConfigMap& more, SinkRecord the_record) {
    start(more);
    put({std::move(the_record)});
    settle();
    put();
    const auto all = server_.requests();
    return all.empty() ? "nothing: " + failure() : all.back();
  }
  std::string body_of(const ConfigMap& more, SinkRecord the_record) {
    const std::string request = sent(more, std::move(the_record));
    return request.substr(request.find("\r\n\r\n") + 4);
  }
};

// Success, retries, and giving up.

TEST_F(FurtherTest, AStatusCanBeSuccess) {
  server_.script({reply(201, "anything"), reply(404, R"({"retry":false})")});
  start({{"response.success.mode", "status"}, {"exception.strategy", "STOP_TASK"}});
  put_texts({"a", "b"});
  settle();
  put();
  EXPECT_EQ(committable(), 1);
  EXPECT_THAT(failure(), HasSubstr("Received status 404"));
}

TEST_F(FurtherTest, AListOfSuccess) {
  server_.script({reply(404, ""), reply(200, "")});
  start({{"response.success.mode", "status"},
         {"success.status.codes", "404"},
         {"exception.strategy", "STOP_TASK"}});
  put_texts({"a", "b"});
  settle();
  put();
  EXPECT_EQ(committable(), 1);
}

TEST_F(FurtherTest, OnlyWhatIsListedIsTriedAgain) {
  server_.script({reply(429, ""), reply(400, "")});
  start({{"response.success.mode", "status"},
         {"retry.on.status.codes", "429,500-"},
         {"retry.backoff.sec", "5"}});
  put_texts({"a"});
  EXPECT_THAT(send_times(), ElementsAre(0, 5));
  EXPECT_EQ(failure(), "none");
  EXPECT_TRUE(log_.contains("Giving up: Received status 400"));
}

TEST_F(FurtherTest, TheListCountsOnlyWhereTheFlagSaysNothing) {
  server_.script({reply(400, R"({"retry":true})"), reply(503, ""), reply(500, "")});
  start({{"retry.on.status.codes", "503"},
         {"retry.backoff.sec", "1,2,3"},
         {"exception.strategy", "PROGRESS_BACK_OFF_STOP_TASK"}});
  put_texts({"a"});
  EXPECT_THAT(send_times(), ElementsAre(0, 1, 3));
  EXPECT_THAT(failure(), HasSubstr("Received status 500"));
}

TEST_F(FurtherTest, WaitsCanDouble) {
  server_.otherwise(again());
  start({{"retry.backoff.ms", "500"},
         {"retry.backoff.max.ms", "3000"},
         {"retry.backoff.policy", "exponential"},
         {"max.retries", "5"}});
  put_texts({"a"});
  EXPECT_THAT(send_times(), ElementsAre(0, 0.5, 1.5, 3.5, 6.5, 9.5));
}

TEST_F(FurtherTest, WaitsCanStayTheSame) {
  server_.otherwise(reply(503, ""));
  start({{"retry.backoff.ms", "500"},
         {"retry.backoff.policy", "CONSTANT_VALUE"},
         {"max.retries", "2"}});
  put_texts({"a"});
  EXPECT_THAT(send_times(), ElementsAre(0, 0.5, 1));
  EXPECT_THAT(failure(), HasSubstr("503"));
}

TEST_F(FurtherTest, JitterStaysBetweenHalfAndAll) {
  BackOffPlan plan;
  plan.exponential = ExponentialWaits{Milliseconds(1000), Milliseconds(4000), 1000, true, true};
  std::minstd_rand random(7);
  Attempts attempts;
  std::set<Milliseconds> seen;
  for (int i = 0; i < 100; ++i) {
    const Milliseconds wait =
        attempts.after(Verdict::response_error, plan, std::nullopt, random).wait;
    const Milliseconds all =
        std::min(Milliseconds(1000) * (1 << std::min(i, 2)), Milliseconds(4000));
    EXPECT_GE(wait, all / 2);
    EXPECT_LE(wait, all);
    seen.insert(wait);
  }
  EXPECT_GT(seen.size(), 50U);
}

TEST_F(FurtherTest, RetryAfterReplacesTheWait) {
  server_.script({reply(503, "", "Retry-After: 7\r\n"),
                  reply(503, "", "Retry-After: Thu, 01 Jan 1970 00:02:07 GMT\r\n"),
                  reply(429, "", "Retry-After: 99999999999999\r\n"),
                  reply(200, "", "Retry-After: soon\r\n")});
  start({{"retry.after.enabled", "true"},
         {"retry.after.max.ms", "60000"},
         {"retry.backoff.sec", "1,2,3,4"}});
  put_texts({"a"});
  // 7 s; then until 127 s of the day, which begins at 100; then no longer than 60; then as listed.
  EXPECT_THAT(send_times(), ElementsAre(0, 7, 27, 87, 89));
}

TEST_F(FurtherTest, GivingUpCanMeanSomethingElse) {
  for (const char* wish : {"fail", "log", "ignore"}) {
    log::Capture fresh;
    server_.script({reply(503, ""), reply(503, "")});
    failure_.reset();
    start({{"behavior.on.error", wish}, {"request.retry.backoff.sec", "1"}});
    put_texts({"a", "b"});
    run_to_the_end();
    const bool fails = std::string(wish) == "fail";
    EXPECT_EQ(failure() == "none", !fails) << wish;
    EXPECT_EQ(fresh.contains("ERROR Giving up"), std::string(wish) != "ignore") << wish;
    ASSERT_TRUE(task_->stop());
    task_.reset();
  }
}

TEST_F(FurtherTest, DroppedRecordsCanGoToTheDeadLetterQueue) {
  context_.has_reporter = true;
  server_.script({again()});
  start({{"dlq.on.drop", "true"}, {"exception.strategy", "DROP_MESSAGE"}});
  put_texts({"a", "b"});
  settle();
  EXPECT_THAT(context_.reporter.reported,
              ElementsAre(std::pair<std::int64_t, std::string>(0, "Received response retry=true")));
  EXPECT_EQ(committable(), 2);
}

TEST_F(FurtherTest, WhatCannotBeSentGoesThereToo) {
  context_.has_reporter = true;
  start();
  put({record("a"), record(Value()), record("c")});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("a", "c"));
  ASSERT_THAT(context_.reporter.reported, SizeIs(1));
  EXPECT_EQ(context_.reporter.reported[0].first, 1);
}

// Values that are null.

TEST_F(FurtherTest, NullsCanBeLeftOut) {
  start({{"behavior.on.null.values", "ignore"}});
  put({record(Value()), record("a"), record(Value())});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("a"));
  EXPECT_EQ(committable(), 3);
  EXPECT_FALSE(log_.contains("Left out"));
}

TEST_F(FurtherTest, NullsCanBeLeftOutWithALine) {
  start({{"behavior.on.null.values", "log"}});
  put({record(Value())});
  settle();
  EXPECT_TRUE(log_.contains("Left out, it has no value: topic=orders"));
}

TEST_F(FurtherTest, NullsCanBecomeADelete) {
  start({{"behavior.on.null.values", "delete"},
         {"template.enabled", "true"},
         {"callback.request.url", server_.url("/doc/${key}")},
         {"callback.request.method", "PUT"}});
  SinkRecord gone = record(Value());
  gone.key = Value("k 1");
  put({keyed("k 1", "v"), gone, keyed("k 1", "w")});
  settle();
  const auto all = server_.requests();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(lines_of(all[0]).front(), "PUT /doc/k%201 HTTP/1.1");
  EXPECT_EQ(lines_of(all[1]).front(), "DELETE /doc/k%201 HTTP/1.1");
  EXPECT_TRUE(all[1].ends_with("\r\n\r\n"));
  EXPECT_EQ(header_of(all[1], "Content-Length"), "(none)");
  EXPECT_EQ(lines_of(all[2]).front(), "PUT /doc/k%201 HTTP/1.1");
}

// Templates, bodies, headers.

TEST_F(FurtherTest, TemplatesTakePartsOfTheRecord) {
  const SchemaPtr schema =
      SchemaBuilder::structure().field("id", schemas::of(Type::int32)).build_checked();
  Struct value = *Struct::create(schema);
  ASSERT_TRUE(value.put("id", std::int32_t{7}));
  SinkRecord made = record(value, 42, 1);
  made.key = Value("ü/?");
  made.timestamp = 5;
  made.headers.append({Text("h"), nullptr, Value("v")});
  const std::string request =
      sent({{"template.enabled", "true"},
            {"callback.request.url",
             server_.url("/${topic}/${partition}/${offset}/${timestamp}/${key}/${value.id}/"
                         "${header.h}/${other}/${value.none}")},
            {"callback.request.headers", R"({"X-Key":"<${key}>","X-Fixed":"${other}"})"}},
           made);
  EXPECT_EQ(lines_of(request).front(), "POST /orders/1/42/5/%C3%BC%2F%3F/7/v/${other}/ HTTP/1.1");
  EXPECT_EQ(header_of(request, "X-Key"), "<ü/?>");
  EXPECT_EQ(header_of(request, "X-Fixed"), "${other}");
}

TEST_F(FurtherTest, LineBreaksInThemAreNotSent) {
  for (const ConfigMap& more : {ConfigMap{{"callback.request.headers", R"({"X-Key":"${key}"})"}},
                                ConfigMap{{"callback.request.url", server_.url("/${key}")}}}) {
    ConfigMap settings = more;
    settings.set("template.enabled", "true");
    failure_.reset();
    start(settings);
    put({keyed("a\r\nInjected: yes", "v")});
    settle();
    put();
    EXPECT_THAT(failure(), HasSubstr("${key} has a line break"));
    EXPECT_THAT(server_.requests(), IsEmpty());
    ASSERT_TRUE(task_->stop());
  }
}

TEST_F(FurtherTest, WithoutTemplatesNothingIsPutIn) {
  EXPECT_EQ(
      lines_of(sent({{"callback.request.url", server_.url("/${key}")}}, keyed("k", "v"))).front(),
      "POST /${key} HTTP/1.1");
}

TEST_F(FurtherTest, AnEnvelopeHasItAll) {
  SinkRecord made = keyed("k", "v");
  made.timestamp = 5;
  made.headers.append({Text("h"), nullptr, Value(std::int64_t{1})});
  EXPECT_EQ(body_of({{"request.body.format", "envelope"}}, made),
            R"({"topic":"orders","partition":0,"offset":0,"timestamp":5,"key":"k",)"
            R"("headers":[{"name":"h","value":1}],"value":"v"})");
}

TEST_F(FurtherTest, JsonIsRealJson) {
  const Value value(
      Value::Map{{Value("a"), Value(Value::Array{Value("x\n"), Value(), Value(true), Value(1e10)})},
                 {Value("b"), Value(Bytes("\x01\x02"))},
                 {Value("c"), Value(std::nan(""))},
                 {Value("d"), Value(Instant(milliseconds(5)))},
                 {Value("e"), Value(Value::Map{{Value(std::int32_t{1}), Value("one")}})}});
  EXPECT_EQ(body_of({{"request.body.format", "json"}}, record(value)),
            R"({"a":["x\n",null,true,1.0E10],"b":"AQI=","c":null,"d":5,"e":[[1,"one"]]})");
}

TEST_F(FurtherTest, PatternsAreReplacedInTheBody) {
  EXPECT_EQ(body_of({{"regex.patterns", "[0-9]{4}~(\\w+)@x"}, {"regex.replacements", "****~<$1>"}},
                    record("card 1234 of me@x")),
            "card **** of <me>");
}

TEST_F(FurtherTest, BodiesCanBePacked) {
  const std::string request =
      sent({{"compression", "gzip"}}, record(Value(std::string(1000, 'a'))));
  EXPECT_EQ(header_of(request, "Content-Encoding"), "gzip");
  std::string packed = request.substr(request.find("\r\n\r\n") + 4);
  EXPECT_LT(packed.size(), 100U);
  std::string out(2000, '\0');
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  EXPECT_EQ(out, std::string(1000, 'a'));
}

TEST_F(FurtherTest, HeadersOfTheRecordCanGoAlong) {
  SinkRecord made = record("x");
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, Value>>{{"ce_id", Value("1")},
                                                            {"ce_id", Value("2")},
                                                            {"ce_n", Value(std::int64_t{5})},
                                                            {"other", Value("no")},
                                                            {"ce_bad", Value("a\r\nb: c")},
                                                            {"ce_null", Value()},
                                                            {"Content-Length", Value("99")},
                                                            {"X-Kafka-Topic", Value("mine")}}) {
    made.headers.append({Text(name), nullptr, value});
  }
  const std::string request = sent({{"forward.kafka.headers", "true"},
                                    {"forward.kafka.headers.include", "ce_.*|Content.*|X-.*"}},
                                   made);
  EXPECT_EQ(header_of(request, "ce_id"), "2");
  EXPECT_EQ(header_of(request, "ce_n"), "5");
  EXPECT_EQ(header_of(request, "other"), "(none)");
  EXPECT_EQ(header_of(request, "ce_bad"), "(none)");
  EXPECT_EQ(header_of(request, "ce_null"), "(none)");
  EXPECT_EQ(header_of(request, "Content-Length"), "1");
  EXPECT_EQ(header_of(request, "X-Kafka-Topic"), "orders");
  EXPECT_TRUE(log_.contains("not forwarded: header 'ce_bad'"));
}

// Who we are, and where we may go.

TEST_F(FurtherTest, BasicAuthentication) {
  EXPECT_EQ(header_of(sent({{"auth.type", "basic"},
                            {"connection.user", "aladdin"},
                            {"connection.password", "opensesame"}},
                           record("x")),
                      "Authorization"),
            "Basic YWxhZGRpbjpvcGVuc2VzYW1l");
}

TEST_F(FurtherTest, ABearer) {
  EXPECT_EQ(header_of(sent({{"auth.type", "bearer"}, {"bearer.token", "T0K"}}, record("x")),
                      "Authorization"),
            "Bearer T0K");
}

TEST_F(FurtherTest, AnApiKey) {
  EXPECT_EQ(
      header_of(sent({{"auth.type", "api_key"}, {"api.key.name", "X-Key"}, {"api.key.value", "K"}},
                     record("x")),
                "X-Key"),
      "K");
}

TEST_F(FurtherTest, SecretsNeverShow) {
  server_.otherwise(reply(401, ""));
  start({{"sensitive.headers", R"({"X-Secret":"SECRET1"})"},
         {"auth.type", "basic"},
         {"connection.user", "u"},
         {"connection.password", "SECRET2"},
         {"callback.request.headers", R"({"apikey":"SECRET3"})"},
         {"callback.request.url", server_.url("/?key=SECRET4")},
         {"request.retry.backoff.sec", "0"},
         {"log.payload", "false"}});
  log::set_level("nz.ac.auckland", log::Level::debug);
  put_texts({"SECRET5"});
  run_to_the_end();
  log::set_level("nz.ac.auckland", log::Level::info);
  EXPECT_EQ(header_of(server_.requests().front(), "X-Secret"), "SECRET1");
  EXPECT_THAT(failure(), HasSubstr("401"));
  EXPECT_TRUE(log_.contains("with the headers apikey, X-Secret, X-B3-TraceId"));
  EXPECT_TRUE(log_.contains("Giving up"));
  EXPECT_FALSE(log_.contains("SECRET"));
  EXPECT_THAT(failure_->trace(), Not(HasSubstr("SECRET")));
}

TEST_F(FurtherTest, PrivateAddressesCanBeRefused) {
  start({{"url.deny.private", "true"},
         {"callback.request.url", "http://localhost:" + std::to_string(server_.port()) + "/"},
         {"request.retry.backoff.sec", "0"}});
  put_texts({"a"});
  run_to_the_end();
  EXPECT_THAT(failure(), HasSubstr("is private, which url.deny.private refuses"));
  EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(FurtherTest, OnlyAllowedPlacesAreCalled) {
  start({{"url.allow.list", "example.com,*.example.org"}});
  put_texts({"a"});
  settle();
  put();
  EXPECT_THAT(failure(), HasSubstr("is not in url.allow.list"));
  EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(FurtherTest, AProxyGetsTheWholeAddress) {
  const std::string request = sent({{"callback.request.url", "http://example.invalid/a b?c"},
                                    {"http.proxy.host", "127.0.0.1"},
                                    {"http.proxy.port", std::to_string(server_.port())},
                                    {"http.proxy.user", "me"},
                                    {"http.proxy.password", "pw"}},
                                   record("x"));
  EXPECT_EQ(lines_of(request).front(), "POST http://example.invalid/a b?c HTTP/1.1");
  EXPECT_EQ(header_of(request, "Host"), "example.invalid");
  EXPECT_EQ(header_of(request, "Proxy-Authorization"), "Basic bWU6cHc=");
}

TEST_F(FurtherTest, Http2IsSpokenWhereItIsWanted) {
  server_.otherwise(closes());
  EXPECT_EQ(
      lines_of(sent({{"http.version", "2"}, {"exception.strategy", "DROP_MESSAGE"}}, record("x")))
          .front(),
      "PRI * HTTP/2.0");
}

}  // namespace
}  // namespace millrace::http
