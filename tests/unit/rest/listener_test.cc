#include "rest/listener.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::HasSubstr;

Listener parsed(const std::string& entry) {
  const Result<std::vector<Listener>> listeners = parse_listeners({&entry, 1});
  EXPECT_TRUE(listeners) << entry;
  return listeners ? listeners->front() : Listener{};
}

std::string problem_of(const std::string& entry) {
  const Result<std::vector<Listener>> listeners = parse_listeners({&entry, 1});
  return listeners ? "none" : listeners.error().message();
}

TEST(ListenerTest, ReadsProtocolHostAndPort) {
  EXPECT_EQ(parsed("http://localhost:8083").to_string(), "http://localhost:8083");
  EXPECT_EQ(parsed("HTTPS://my-host_1.example:0").to_string(), "https://my-host_1.example:0");
  EXPECT_EQ(parsed("http://:8083").host, "");
  EXPECT_EQ(parsed("http://[::1]:8083").host, "::1");
  EXPECT_EQ(parsed("http://::1:8083").host, "::1");
  EXPECT_EQ(parsed("http://[fe80::1%eth0]:8083").to_string(), "http://[fe80::1%eth0]:8083");
}

TEST(ListenerTest, RefusesOtherForms) {
  const std::string form = "doesn't have the right format (protocol://hostname:port).";
  for (const char* bad :
       {"localhost:8083", "http://localhost", "http://localhost:", "http:8083", "http://a/b:80",
        "http://a b:80", "http://a:8x", "http://[[::1]]:80", "http://a:80/", " http"}) {
    EXPECT_THAT(problem_of(bad), HasSubstr(form)) << bad;
    EXPECT_THAT(problem_of(bad), HasSubstr("'" + std::string(bad) + "'")) << bad;
  }
  EXPECT_THAT(problem_of("ftp://a:21"), HasSubstr("must be either \"http\" or \"https\"."));
  EXPECT_THAT(problem_of("http://a:-1"), HasSubstr("between 0 and 65535"));
  EXPECT_THAT(problem_of("http://a:65536"), HasSubstr("between 0 and 65535"));
  EXPECT_THAT(problem_of("http://a:99999999999"), HasSubstr("between 0 and 65535"));
  EXPECT_THAT(problem_of(" "), HasSubstr("Empty URL"));
  EXPECT_FALSE(parse_listeners({}));
}

TEST(AdvertisedTest, IsTheFirstListenerOfTheProtocol) {
  const std::vector<Listener> bound = {{"https", "s", 1}, {"http", "0.0.0.0", 2}, {"http", "b", 3}};
  EXPECT_EQ(advertise(bound, {}).url, "http://0.0.0.0:2/");
  EXPECT_EQ(advertise(bound, {}).worker_id, "0.0.0.0:2");
  EXPECT_EQ(advertise(bound, {.listener = "HTTPS"}).url, "https://s:1/");
  EXPECT_EQ(advertise(std::span(bound).first(1), {}).url, "https://s:1/");
}

TEST(AdvertisedTest, SettingsWin) {
  const std::vector<Listener> bound = {{"http", "a", 2}};
  EXPECT_EQ(advertise(bound, {.host_name = "public", .port = 80}).worker_id, "public:80");
  EXPECT_EQ(advertise(bound, {.host_name = "public"}).worker_id, "public:2");
  EXPECT_EQ(advertise(bound, {.port = 80}).worker_id, "a:80");
}

TEST(AdvertisedTest, AddressesOfIpv6AreBracketed) {
  const std::vector<Listener> bound = {{"http", "::1", 8083}};
  EXPECT_EQ(advertise(bound, {}).url, "http://[::1]:8083/");
  EXPECT_EQ(advertise(bound, {}).worker_id, "[::1]:8083");
}

TEST(AdvertisedTest, AnEmptyHostBecomesThisMachinesAddress) {
  const std::vector<Listener> bound = {{"http", "", 8083}};
  EXPECT_THAT(advertise(bound, {}).worker_id, testing::MatchesRegex("[0-9.]+:8083"));
}

}  // namespace
}  // namespace millrace::rest
