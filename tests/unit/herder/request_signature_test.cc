// H18: what a worker says to requests of others.
#include "herder/request_signature.h"

#include "herder/rest_errors.h"
#include "peers/signature.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

const std::string body = R"([{"a":"b"}])";

class RequestSignatureTest : public testing::Test {
 protected:
  RequestSignatureTest() {
    key = storage::SessionKey{"0123456789abcdef0123456789abcdef", "HmacSHA256", 0};
    const Result<peers::Signature> made = peers::sign("HmacSHA256", key->bytes, body);
    request = {body, made->mac, made->algorithm};
  }
  Result<void> checked() { return check_signature(request, {required, algorithms, key}); }
  void expect(ErrorCode code, const std::string& message,
              std::optional<std::string_view> java_class = std::nullopt) {
    const Result<void> result = checked();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), code);
    EXPECT_EQ(result.error().message(), message);
    EXPECT_EQ(result.error().java_class(), java_class.value_or(java_class_of(code)));
  }

  bool required = true;
  std::vector<std::string> algorithms = {"HmacSHA256"};
  std::optional<storage::SessionKey> key;
  Herder::Signed request;
};

TEST_F(RequestSignatureTest, TheRightOnePasses) { EXPECT_TRUE(checked()); }

TEST_F(RequestSignatureTest, OlderProtocolsDoNotAsk) {
  required = false;
  key.reset();
  request = {body, std::nullopt, std::nullopt};
  EXPECT_TRUE(checked());
  request = {body, "nonsense", "Rot13"};
  EXPECT_TRUE(checked());
}

TEST_F(RequestSignatureTest, AMissingHeaderIs400) {
  const Herder::Signed whole = request;
  request.mac.reset();
  expect(ErrorCode::invalid_config, "Internal request missing required signature");
  request = whole;
  request.algorithm.reset();
  expect(ErrorCode::invalid_config, "Internal request missing required signature");
}

TEST_F(RequestSignatureTest, WhatIsNoSignatureIs400) {
  request.algorithm = "Rot13";
  expect(ErrorCode::invalid_config,
         "Internal request is signed with 'Rot13', which is no algorithm");
  request.algorithm = "HmacSHA256";
  request.mac = "not base64!";
  expect(ErrorCode::invalid_config, "The signature of the internal request is no base64");
}

TEST_F(RequestSignatureTest, AnAlgorithmThatIsNotTakenIs400) {
  const Result<peers::Signature> made = peers::sign("HmacSHA512", key->bytes, body);
  request = {body, made->mac, made->algorithm};
  algorithms = {"HmacSHA256", "HmacSHA384"};
  expect(ErrorCode::invalid_config,
         "Internal request is signed with 'HmacSHA512'; this worker's "
         "inter.worker.verification.algorithms are HmacSHA256, HmacSHA384");
  algorithms.emplace_back("HmacSHA512");
  EXPECT_TRUE(checked());
}

TEST_F(RequestSignatureTest, BeforeThereIsAKeyItIs503) {
  key.reset();
  expect(ErrorCode::retriable,
         "This worker has not yet read the key that signs requests between workers",
         unavailable_class);
  request.algorithm = "HmacSHA1";  // what is wrong for ever is said first
  EXPECT_EQ(checked().error().code(), ErrorCode::invalid_config);
}

TEST_F(RequestSignatureTest, AWrongOneIs403) {
  constexpr const char* message = "Internal request contained invalid signature.";
  request.body += " ";
  expect(ErrorCode::invalid_config, message, forbidden_class);
  request.body = body;
  key->bytes[0] = 'x';  // the key was rotated
  expect(ErrorCode::invalid_config, message, forbidden_class);
}

}  // namespace
}  // namespace millrace
