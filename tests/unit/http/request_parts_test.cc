// What a request is made of: configured headers (§3.2), ids (§3.3), addresses (§3), status lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/back_off.h"
#include "http/header_list.h"
#include "http/status_set.h"
#include "http/target.h"
#include "http/trace_id.h"

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<NamedValue> headers(std::string_view text, std::string_view separator = "\\|") {
  Result<std::vector<NamedValue>> list = read_header_list(text, separator);
  return list ? *list : std::vector<NamedValue>{{"error", list.error().message()}};
}
std::string problem(std::string_view text) {
  const Result<std::vector<NamedValue>> list = read_header_list(text, "\\|");
  return list ? "none" : list.error().message();
}

TEST(HeaderListTest, ReadsJsonLeniently) {
  EXPECT_THAT(
      headers(R"({"Content-Type":"application/json","apikey":"K"})"),
      ElementsAre(NamedValue{"Content-Type", "application/json"}, NamedValue{"apikey", "K"}));
  EXPECT_THAT(headers("{'a':'b'}"), ElementsAre(NamedValue{"a", "b"}));
  EXPECT_THAT(headers("{a:b}"), ElementsAre(NamedValue{"a", "b"}));
  EXPECT_THAT(headers(R"({"a":5,"b":true,"c":["v"],"d":1.50})"),
              ElementsAre(NamedValue{"a", "5"}, NamedValue{"b", "true"}, NamedValue{"c", "v"},
                          NamedValue{"d", "1.50"}));
  EXPECT_THAT(headers(R"({"a":"1","b":"2","a":"3"})"),
              ElementsAre(NamedValue{"a", "3"}, NamedValue{"b", "2"}));
  EXPECT_THAT(headers("  "), IsEmpty());
  EXPECT_THAT(headers("{}"), IsEmpty());
}

TEST(HeaderListTest, SplitsWhatIsNoJson) {
  EXPECT_THAT(
      headers("Content-type:application/json|apikey:K"),
      ElementsAre(NamedValue{"Content-type", "application/json"}, NamedValue{"apikey", "K"}));
  EXPECT_THAT(headers("a:b|skipped|c:d"), ElementsAre(NamedValue{"a", "b"}, NamedValue{"c", "d"}));
  EXPECT_THAT(headers("url:http://h/x|a:b:c"),
              ElementsAre(NamedValue{"url", "http"}, NamedValue{"a", "b"}));
  EXPECT_THAT(headers("apikey: K"), ElementsAre(NamedValue{"apikey", " K"}));
  EXPECT_THAT(headers("a:b;c:d", ";"), ElementsAre(NamedValue{"a", "b"}, NamedValue{"c", "d"}));
  EXPECT_THAT(headers("a:b|c:d", "|"), ElementsAre(NamedValue{"a", "b"}, NamedValue{"c", "d"}));
  EXPECT_THAT(headers("a:b--c:d-e:f", "-+"),
              ElementsAre(NamedValue{"a", "b"}, NamedValue{"c", "d"}, NamedValue{"e", "f"}));
}

TEST(HeaderListTest, LeavesOutWhatTheConnectionSets) {
  EXPECT_THAT(headers(R"({"host":"h","Content-Length":"5","Via":"x","Keep-Alive":"1","Origin":"o",
                          "Connection":"upgrade","Transfer-Encoding":"chunked","Upgrade":"h2c",
                          "Trailer":"t","Content-Transfer-Encoding":"8bit",
                          "Access-Control-Request-Method":"GET","X":"y"})"),
              ElementsAre(NamedValue{"X", "y"}));
  EXPECT_THAT(headers(R"({"Connection":"close"})"), ElementsAre(NamedValue{"Connection", "close"}));
}

TEST(HeaderListTest, TellsWhatCannotBeSentAndNoValue) {
  EXPECT_THAT(problem(R"({"a":null})"), HasSubstr("header 'a' has no value"));
  EXPECT_THAT(problem(R"({"a":{}})"), HasSubstr("header 'a'"));
  EXPECT_THAT(problem(R"({"a":[]})"), HasSubstr("header 'a'"));
  EXPECT_THAT(problem(R"({"a":["1","2"]})"), HasSubstr("header 'a'"));
  EXPECT_THAT(problem("[1]"), HasSubstr("neither a JSON object"));
  EXPECT_THAT(problem("abc"), HasSubstr("neither a JSON object"));
  EXPECT_THAT(problem("null"), HasSubstr("neither a JSON object"));
  EXPECT_THAT(problem("abc:"), HasSubstr("header 'abc' has no value"));
  EXPECT_THAT(problem(":x"), HasSubstr("has no name"));
  const std::string text = problem(R"({"a":"se\r\ncret: 1"})");
  EXPECT_THAT(text, HasSubstr("header 'a' has a line break"));
  EXPECT_THAT(text, testing::Not(HasSubstr("cret")));
  EXPECT_THAT(problem(R"({"a\n":"1"})"), HasSubstr("in its name"));
}

TEST(TraceIdTest, IsThatOfTheJavaConnector) {
  EXPECT_EQ(make_trace_id("my-conn", "orders", 2, 42), "9506564cfc36806e");
  EXPECT_EQ(make_trace_id("http-sink", "nz-ac-auckland-person", 0, 99), "03d11ebed3acd1d9");
  EXPECT_EQ(make_trace_id("c", "t1", 2, 3), "796820cebf69ea59");
  EXPECT_EQ(make_trace_id("c", "t", 12, 3), "796820cebf69ea59");
  EXPECT_EQ(make_trace_id("café", "orders", 0, 1), "011f0492c22d01b5");
}

TEST(TargetTest, KeepsPathAndQueryAsWritten) {
  const auto path = [](std::string_view url) {
    const Result<Target> target = read_target(url);
    return target ? target->host_header + target->path : target.error().message();
  };
  EXPECT_EQ(path("http://h/a b/%41/../ü?x={y}|z"), "h/a b/%41/../ü?x={y}|z");
  EXPECT_EQ(path("http://h/a#fragment"), "h/a");
  EXPECT_EQ(path("http://user:pw@h:8080/"), "h:8080/");
  EXPECT_EQ(path("http://h"), "h/");
  EXPECT_EQ(path("http://h?x=1"), "h/?x=1");
  EXPECT_EQ(path("HTTPS://h:443/x"), "h/x");
  EXPECT_EQ(path("http://h:443/x"), "h:443/x");
  EXPECT_EQ(path("http://[::1]:81/x"), "[::1]:81/x");
}

TEST(TargetTest, RefusesWhatIsNoAddress) {  // D18
  for (const char* url : {"", "foo", "h/x", "/x", "http:/h", "http://", "http:///x", "ftp://h/x",
                          "file:///etc/passwd", "http://h:99999/", "http://h:x/", "http://a b/",
                          "http://:80/", "http://h/a\nb", "mailto:a@b"}) {
    EXPECT_FALSE(read_target(url)) << url;
  }
}

TEST(TargetTest, FollowsLocations) {
  const Result<Target> from = read_target("http://h:8080/a/b?c");
  const auto to = [&from](std::string_view location) {
    const Result<Target> target = read_location(*from, location);
    return target ? target->url() : "none";
  };
  EXPECT_EQ(to("/x"), "http://h:8080/x");
  EXPECT_EQ(to("x?y"), "http://h:8080/a/x?y");
  EXPECT_EQ(to("https://other/z"), "https://other/z");
  EXPECT_EQ(to("//other/z"), "http://other/z");
}

TEST(StatusSetTest, ReadsCodesAndRanges) {
  const Result<StatusSet> set = StatusSet::parse(" 408, 429 ,500- ");
  ASSERT_TRUE(set);
  for (const int in : {408, 429, 500, 503, 599}) EXPECT_TRUE(set->contains(in)) << in;
  for (const int out : {200, 407, 409, 499}) EXPECT_FALSE(set->contains(out)) << out;
  EXPECT_TRUE(StatusSet::parse("")->empty());
  EXPECT_TRUE(StatusSet::parse("200-299")->contains(250));
  for (const char* bad : {"x", "99", "600", "300-200", "2xx", "200--", "-"}) {
    EXPECT_FALSE(StatusSet::parse(bad)) << bad;
  }
}

TEST(BracketsTest, ReadsWholeSeconds) {  // D16
  const auto read = [](std::string_view text) {
    std::vector<long> seconds;
    const auto list = read_brackets(text);
    if (!list) return std::vector<long>{-1};
    for (const Milliseconds one : *list) seconds.push_back(one.count() / 1000);
    return seconds;
  };
  EXPECT_THAT(read("5,30,60,300,600"), ElementsAre(5, 30, 60, 300, 600));
  EXPECT_THAT(read("5, 10"), ElementsAre(5, 10));
  EXPECT_THAT(read("5,"), ElementsAre(5));
  EXPECT_THAT(read("0,,"), ElementsAre(0));
  for (const char* bad : {"", "x", "5.5", "-1", ",5", "5,,6", "99999999999"}) {
    EXPECT_THAT(read(bad), ElementsAre(-1)) << bad;
  }
}

}  // namespace
}  // namespace millrace::http
