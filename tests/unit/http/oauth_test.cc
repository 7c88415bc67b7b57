// Tokens of OAuth2's client credentials: §11.
#include "http_world.h"

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class OAuthTest : public HttpTest {
 protected:
  static Step token(const std::string& token, int seconds) {
    return reply(
        200, R"({"access_token":")" + token + R"(","expires_in":)" + std::to_string(seconds) + "}");
  }
  ConfigMap with(const ConfigMap& more = {}) {
    ConfigMap settings{{"auth.type", "oauth2"},        {"oauth2.token.url", tokens_.url("/token")},
                       {"oauth2.client.id", "me"},     {"oauth2.client.secret", "s&cret"},
                       {"oauth2.client.scope", "a b"}, {"request.retry.backoff.sec", "3"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    return settings;
  }
  std::vector<std::string> authorizations() {
    std::vector<std::string> all;
    for (const std::string& one : server_.requests())
      all.push_back(header_of(one, "Authorization"));
    return all;
  }
  SocketServer tokens_;
};

TEST_F(OAuthTest, FetchesATokenAndUsesIt) {
  tokens_.otherwise(token("T1", 3600));
  start(with());
  put_texts({"a", "b"});
  settle();
  EXPECT_THAT(authorizations(), ElementsAre("Bearer T1", "Bearer T1"));
  ASSERT_THAT(tokens_.requests(), SizeIs(1));
  const std::string request = tokens_.requests().front();
  EXPECT_EQ(lines_of(request).front(), "POST /token HTTP/1.1");
  EXPECT_EQ(header_of(request, "Authorization"), "Basic bWU6cyUyNmNyZXQ=");
  EXPECT_TRUE(request.ends_with("\r\n\r\ngrant_type=client_credentials&scope=a%20b"));
}

TEST_F(OAuthTest, CanSendTheSecretInTheBody) {
  tokens_.otherwise(reply(200, R"({"id":"T1"})"));
  start(with({{"oauth2.client.auth.mode", "body"}, {"oauth2.token.property", "id"}}));
  put_texts({"a"});
  settle();
  EXPECT_THAT(authorizations(), ElementsAre("Bearer T1"));
  EXPECT_EQ(header_of(tokens_.requests().front(), "Authorization"), "(none)");
  EXPECT_TRUE(tokens_.requests().front().ends_with("&client_id=me&client_secret=s%26cret"));
}

TEST_F(OAuthTest, RenewsItBeforeItEnds) {
  tokens_.script({token("T1", 100), token("T2", 100)});
  start(with());
  put_texts({"a"});
  settle();
  clock_->passed += seconds(89);
  put_texts({"b"});
  settle();
  clock_->passed += seconds(2);
  put_texts({"c"});
  settle();
  EXPECT_THAT(authorizations(), ElementsAre("Bearer T1", "Bearer T1", "Bearer T2"));
}

TEST_F(OAuthTest, RenewsItOnceWhenItIsRefused) {
  tokens_.script({token("T1", 3600), token("T2", 3600), token("T3", 3600)});
  server_.script({reply(401, ""), delivered(), reply(401, ""), reply(401, "")});
  start(with());
  put_texts({"a", "b"});
  EXPECT_THAT(send_times(), ElementsAre(0, 0, 0, 0, 3));
  EXPECT_THAT(authorizations(),
              ElementsAre("Bearer T1", "Bearer T2", "Bearer T2", "Bearer T3", "Bearer T3"));
  EXPECT_EQ(failure(), "none");
}

TEST_F(OAuthTest, WithoutATokenNothingIsSent) {
  tokens_.otherwise(reply(400, R"({"error":"invalid_client","secret":"s&cret"})"));
  start(with());
  put_texts({"a"});
  run_to_the_end();
  EXPECT_EQ(clock_->passed, seconds(3));
  EXPECT_THAT(failure(), HasSubstr("no token from '" + tokens_.url("/token") + "': status 400"));
  EXPECT_THAT(server_.requests(), IsEmpty());
  EXPECT_FALSE(log_.contains("s&cret"));
}

TEST_F(OAuthTest, AnAnswerWithoutATokenIsNone) {
  for (const Step& step :
       {reply(200, "no JSON"), reply(200, "[]"), reply(200, R"({"access_token":5})"),
        reply(200, R"({"access_token":"a\r\nb: c"})"), closes()}) {
    tokens_.script({step, token("T", 60)});
    clock_->passed = milliseconds(0);
    start(with());
    put_texts({"a"});
    run_to_the_end();
    EXPECT_EQ(failure(), "none") << step.bytes;
    EXPECT_GE(clock_->passed, seconds(3)) << step.bytes;
    ASSERT_TRUE(task_->stop());
  }
}

}  // namespace
}  // namespace millrace::http
