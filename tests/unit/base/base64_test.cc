#include "base/base64.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

std::string encoded(std::string_view bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

TEST(Base64, GoesBothWays) {
  // RFC 4648 section 10.
  const std::pair<std::string, std::string> samples[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {std::string("\xFB\xFF\x00\xBF", 4), "+/8Avw=="}};
  for (const auto& [bytes, text] : samples) {
    EXPECT_EQ(encoded(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes) << text;
  }
}

TEST(Base64, PaddingMayBeLeftOutButNotHalfOfIt) {
  EXPECT_EQ(decode_base64("Zg"), "f");
  EXPECT_EQ(decode_base64("Zm8"), "fo");
  EXPECT_EQ(decode_base64("Zg="), std::nullopt);
  EXPECT_EQ(decode_base64("Zm9v="), std::nullopt);
  EXPECT_EQ(decode_base64("Zg==Zg=="), std::nullopt);
  EXPECT_EQ(decode_base64("Z==="), std::nullopt);
  EXPECT_EQ(decode_base64("===="), std::nullopt);
}

TEST(Base64, WhatIsNotOfTheAlphabetIsNone) {
  for (const char* text : {"Z", "Zm9 ", "Zm9\n", "Zm-_", "Zm9v\n", "ü===", "Zm9vYg==\n"}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace millrace
