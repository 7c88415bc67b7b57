// Which addresses and places may be called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/address_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace millrace::http {
namespace {

bool is_private_text(const char* text) {
  sockaddr_storage storage{};
  if (std::string_view(text).find(':') == std::string_view::npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text, &v4.sin_addr), 1) << text;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
  }
  return is_private(reinterpret_cast<const sockaddr&>(storage));
}

TEST(AddressGuardTest, KnowsPrivateAddresses) {
  for (const char* one : {"127.0.0.1",
                          "127.255.0.9",
                          "10.1.2.3",
                          "172.16.0.1",
                          "172.31.255.255",
                          "192.168.1.1",
                          "169.254.169.254",
                          "100.64.0.1",
                          "0.0.0.0",
                          "0.1.2.3",
                          "224.0.0.1",
                          "255.255.255.255",
                          "198.18.0.1",
                          "::1",
                          "::",
                          "fe80::1",
                          "fc00::1",
                          "fdff::1",
                          "ff02::1",
                          "fec0::1",
                          "::ffff:127.0.0.1",
                          "::ffff:10.0.0.1",
                          "::127.0.0.1",
                          "64:ff9b::10.0.0.1",
                          "2002:7f00:1::1",
                          "2002:c0a8:101::"}) {
    EXPECT_TRUE(is_private_text(one)) << one;
  }
  for (const char* one :
       {"8.8.8.8", "172.15.0.1", "172.32.0.1", "192.167.1.1", "169.253.0.1", "100.128.0.1",
        "11.0.0.1", "223.255.255.255", "2001:db8::1", "2606:4700::1111", "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    EXPECT_FALSE(is_private_text(one)) << one;
  }
}

TEST(AddressGuardTest, HoldsPlacesAgainstTheList) {
  const auto allowed = [](const char* url, const std::vector<std::string>& list) {
    return check_allowed(*read_target(url), list).has_value();
  };
  EXPECT_TRUE(allowed("http://h/x", {}));
  EXPECT_TRUE(allowed("http://H.example.com/x", {"a", "h.example.com"}));
  EXPECT_FALSE(allowed("http://example.com.evil/x", {"example.com"}));
  EXPECT_TRUE(allowed("https://a.b.example.com/", {"*.example.com"}));
  EXPECT_FALSE(allowed("https://example.com/", {"*.example.com"}));
  EXPECT_FALSE(allowed("https://badexample.com/", {"*.example.com"}));
  EXPECT_TRUE(allowed("https://h/a/b", {"https://h/a"}));
  EXPECT_TRUE(allowed("https://h/a?b", {"https://h/a"}));
  EXPECT_FALSE(allowed("https://h/ab", {"https://h/a"}));
  EXPECT_FALSE(allowed("https://h/a/../b", {"https://h/a/"}));
  EXPECT_FALSE(allowed("http://h/a", {"https://h/a"}));
  EXPECT_FALSE(allowed("https://h:444/a", {"https://h/a"}));
}

}  // namespace
}  // namespace millrace::http
