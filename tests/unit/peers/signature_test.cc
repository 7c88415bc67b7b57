#include "peers/signature.h"

#include <gtest/gtest.h>

#include <set>

namespace millrace::peers {
namespace {

/// The key of the samples: bytes 00 to 1f.
std::string sample_key() {
  std::string key;
  for (char c = 0; c < 32; ++c) key += c;
  return key;
}

TEST(Signature, H17SamplesOfJava) {
  const Result<Signature> body = sign("HmacSHA256", sample_key(), R"([{"a":"b"}])");
  ASSERT_TRUE(body) << body.error().message();
  EXPECT_EQ(body->mac, "Eroe1tB3QaSe5EJ0n/U/3E2UQZRh4D5G73yb9AU1xkM=");
  EXPECT_EQ(body->algorithm, "HmacSHA256");
  const Result<Signature> none = sign("HmacSHA256", sample_key(), "");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->mac, "04tCCW2A9F+Ca0Sp1WB95ySWpBXT9KGoyI47udqNwcs=");
}

TEST(Signature, EveryAlgorithmSignsWhatItVerifies) {
  // RFC 2202 and RFC 4231, case 2: key "Jefe".
  const std::pair<const char*, const char*> samples[] = {
      {"HmacMD5", "dQx4PmqwtQPqqG4xCl23OA=="},
      {"HmacSHA1", "7/zfauXrL6LSdBbV8YTfnCWafHk="},
      {"HmacSHA224", "ow4BCYvG279FaQ86fp5tD4u+oqOeYUgAj9BeRA=="},
      {"HmacSHA256", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="},
      {"HmacSHA384", "r0XS43ZIQDFhf3jStYprG5x+9GT1oBtH5C7Dc2MiRF6OIkDKXmnix4syOez6shZJ"},
      {"HmacSHA512",
       "Fkt6e/z4GeLjlfvnO1bgo4e9ZCIugx/WECcM1+olBVSXWL91wFqZSm0DT2X48Ob9yuqxo01Ka0tjbgcKOLznNw=="}};
  for (const auto& [algorithm, mac] : samples) {
    SCOPED_TRACE(algorithm);
    EXPECT_TRUE(known_algorithm(algorithm));
    const Result<Signature> made = sign(algorithm, "Jefe", "what do ya want for nothing?");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->mac, mac);
    EXPECT_EQ(verify(*made, "Jefe", "what do ya want for nothing?"), Verdict::valid);
    EXPECT_EQ(verify(*made, "Jeff", "what do ya want for nothing?"), Verdict::wrong);
    EXPECT_EQ(verify(*made, "Jefe", "what do ya want for nothing!"), Verdict::wrong);
  }
}

TEST(Signature, NamesOfAlgorithmsAreKnownInAnyCase) {
  EXPECT_TRUE(known_algorithm("hmacsha256"));
  EXPECT_FALSE(known_algorithm("HmacSHA3-256"));
  EXPECT_FALSE(known_algorithm("SHA256"));
  EXPECT_FALSE(known_algorithm(""));
  const Result<Signature> none = sign("Rot13", "key", "body");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::invalid_config);
  EXPECT_EQ(none.error().message(), "the signature algorithm 'Rot13' is not known");
}

TEST(Signature, WhatIsNoSignatureIsToldApart) {
  EXPECT_EQ(verify({"AAAA", "Rot13"}, "key", ""), Verdict::unknown_algorithm);
  EXPECT_EQ(verify({"not base64!", "HmacSHA256"}, "key", ""), Verdict::bad_base64);
  EXPECT_EQ(verify({"AAAA", "HmacSHA256"}, "key", ""), Verdict::wrong);
  EXPECT_EQ(verify({"", "HmacSHA256"}, "key", ""), Verdict::wrong);
}

TEST(Signature, H19SizesOfKeys) {
  const std::pair<const char*, std::size_t> sizes[] = {
      {"HmacSHA256", 32}, {"HmacSHA1", 64}, {"HmacSHA512", 64}, {"HmacSHA384", 48},
      {"HmacSHA224", 28}, {"HmacMD5", 64},  {"Rot13", 0}};
  for (const auto& [algorithm, size] : sizes) EXPECT_EQ(default_key_bytes(algorithm), size);
}

TEST(Signature, KeysAreNeverTheSame) {
  std::set<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.insert(random_key(32));
  EXPECT_EQ(keys.size(), 100U);
  EXPECT_EQ(keys.begin()->size(), 32U);
  EXPECT_EQ(random_key(0), "");
}

}  // namespace
}  // namespace millrace::peers
