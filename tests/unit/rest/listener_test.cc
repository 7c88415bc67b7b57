#include "rest/listener.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

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
