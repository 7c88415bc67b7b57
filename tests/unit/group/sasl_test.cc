// Logins: the messages of each mechanism, without a network, and what comes of refusals.
#include "group/sasl.h"

#include "base/base64.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::group {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::string_literals;

std::unique_ptr<SaslClient> client(Credentials credentials, const std::string& nonce = {}) {
  auto made = SaslClient::make(std::move(credentials), nonce);
  EXPECT_TRUE(made) << made.error().message();
  return std::move(*made);
}

Credentials pencil(const std::string& mechanism) {
  return {.mechanism = mechanism, .username = "user", .password = "pencil"};
}

TEST(Sasl, PlainSaysAllAtOnce) {
  const auto plain = client({.mechanism = "PLAIN", .username = "alice", .password = "a secret"});
  EXPECT_EQ(plain->first(), "\0alice\0a secret"s);
  EXPECT_TRUE(plain->done());
}

TEST(Sasl, BearerSendsTokenAndExtensions) {
  const auto bearer =
      client({.mechanism = "OAUTHBEARER", .token = "t.o.k", .extensions = {{"a", "b"}}});
  EXPECT_EQ(bearer->first(),
            "n,,\x01"
            "auth=Bearer t.o.k\x01"
            "a=b\x01\x01");
  EXPECT_FALSE(bearer->done());
  EXPECT_EQ(*bearer->next(""), "");
  EXPECT_TRUE(bearer->done());
}

// The server says why and wants an answer before it refuses (RFC 7628, 3.2.3).
TEST(Sasl, ARefusedTokenIsAcknowledged) {
  const auto bearer = client({.mechanism = "OAUTHBEARER", .token = "t"});
  (void)bearer->first();
  EXPECT_EQ(*bearer->next(R"({"status":"invalid_token"})"), "\x01");
  EXPECT_THAT(bearer->next("x").error().message(), HasSubstr("the token is refused"));
}

// RFC 7677, section 3.
TEST(Sasl, ScramSha256) {
  const auto scram = client(pencil("SCRAM-SHA-256"), "rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ(scram->first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ(*scram->next("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                         "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_FALSE(scram->done());
  EXPECT_TRUE(scram->next("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  EXPECT_TRUE(scram->done());
}

TEST(Sasl, NamesWithCommasAndEqualsAreEscaped) {
  const auto scram =
      client({.mechanism = "SCRAM-SHA-512", .username = "a,b=c", .password = "p"}, "nonce");
  EXPECT_EQ(scram->first(), "n,,n=a=2Cb=3Dc,r=nonce");
}

TEST(Sasl, ABrokerThatDoesNotKnowThePasswordIsFound) {
  const auto scram = client(pencil("SCRAM-SHA-256"), "n");
  (void)scram->first();
  ASSERT_TRUE(scram->next("r=nX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
  const auto end = scram->next("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  ASSERT_FALSE(end);
  EXPECT_THAT(end.error().message(), HasSubstr("does not know the password"));
  EXPECT_EQ(end.error().java_class(), "org.apache.kafka.common.errors.SaslAuthenticationException");
}

TEST(Sasl, MalformedServersAreRefused) {
  const auto answer = [](const std::string& server) {
    const auto scram = client(pencil("SCRAM-SHA-256"), "nonce");
    (void)scram->first();
    const auto next = scram->next(server);
    EXPECT_FALSE(next) << server;
    if (next) return std::string();
    EXPECT_THAT(next.error().message(), Not(HasSubstr("pencil")));
    return next.error().message();
  };
  EXPECT_THAT(answer(""), HasSubstr("malformed"));
  EXPECT_THAT(answer("r=nonceX,s=!,i=4096"), HasSubstr("malformed"));
  EXPECT_THAT(answer("r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=many"), HasSubstr("malformed"));
  EXPECT_THAT(answer("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"), HasSubstr("not made of ours"));
  EXPECT_THAT(answer("r=nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"), HasSubstr("not made of ours"));
  EXPECT_THAT(answer("r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=100"), HasSubstr("100 iterations"));
  EXPECT_THAT(answer("r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000"),
              HasSubstr("2000000000 iterations"));
  EXPECT_THAT(answer("e=unknown-user"), HasSubstr("unknown-user"));
}

TEST(Sasl, OtherMechanismsAreNamed) {
  const auto made = SaslClient::make({.mechanism = "GSSAPI"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::invalid_config);
  EXPECT_THAT(made.error().message(), HasSubstr("'sasl.mechanism' = 'GSSAPI'"));
}

}  // namespace
}  // namespace millrace::group
