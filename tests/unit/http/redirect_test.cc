// Redirects: §3.5.
#include "http_world.h"

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class RedirectTest : public HttpTest {
 protected:
  static Step to(int status, const std::string& location) {
    return reply(status, "", "Location: " + location + "\r\n");
  }
  void send(const ConfigMap& more = {}) {
    ConfigMap settings{{"callback.request.headers", R"({"apikey":"K","X-Mine":"1"})"},
                       {"exception.strategy", "STOP_TASK"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    start(settings);
    put_texts({"body"});
    settle();
    put();
  }
};

TEST_F(RedirectTest, APostBecomesAGetWithoutAnythingOfTheRecord) {
  for (const int status : {301, 302, 303}) {
    const std::size_t before = server_.requests().size();
    server_.script({to(status, "/other"), delivered()});
    send();
    EXPECT_EQ(failure(), "none");
    const auto all = server_.requests();
    ASSERT_EQ(all.size() - before, 2U);
    EXPECT_THAT(lines_of(all.back()),
                ElementsAre("GET /other HTTP/1.1", "User-Agent: Millrace", HasSubstr("Host: "),
                            HasSubstr("Accept: text/html"), "Connection: keep-alive"));
    EXPECT_TRUE(log_.contains("turns the POST into a GET without the record"));
    ASSERT_TRUE(task_->stop());
  }
}

TEST_F(RedirectTest, ItKeepsAllWith307) {
  server_.script({to(307, "/other?x"), delivered()});
  send();
  const auto all = server_.requests();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1], "POST /other?x" + all[0].substr(std::string("POST /callback").size()));
}

TEST_F(RedirectTest, OtherMethodsKeepAll) {
  server_.script({to(302, "/other"), delivered()});
  send({{"callback.request.method", "PUT"}});
  const auto all = server_.requests();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1], "PUT /other" + all[0].substr(std::string("PUT /callback").size()));
}

TEST_F(RedirectTest, AnotherHostGetsNoConfiguredHeaders) {
  SocketServer other;
  server_.script({to(307, other.url("/x"))});
  send({{"auth.type", "basic"}, {"connection.user", "u"}, {"connection.password", "p"}});
  EXPECT_EQ(header_of(server_.requests().front(), "Authorization"), "Basic dTpw");
  ASSERT_THAT(other.requests(), SizeIs(1));
  const std::string request = other.requests().front();
  EXPECT_EQ(lines_of(request).front(), "POST /x HTTP/1.1");
  EXPECT_EQ(header_of(request, "apikey"), "(none)");
  EXPECT_EQ(header_of(request, "X-Mine"), "(none)");
  EXPECT_EQ(header_of(request, "Authorization"), "(none)");
  EXPECT_EQ(header_of(request, "X-Kafka-Topic"), "orders");
  EXPECT_EQ(header_of(request, "Host"), "127.0.0.1:" + std::to_string(other.port()));
  EXPECT_TRUE(request.ends_with("\r\n\r\nbody"));
}

TEST_F(RedirectTest, SomeAreJudgedAsTheyAre) {
  for (const Step& step : {to(308, "/x"), to(302, "https://127.0.0.1/x"), to(302, ""),
                           reply(301, ""), to(300, "/x"), to(302, "http://")}) {
    const std::size_t before = server_.requests().size();
    server_.script({step});
    failure_.reset();
    send();
    EXPECT_THAT(failure(), HasSubstr("Received status 30")) << step.bytes;
    EXPECT_EQ(server_.requests().size() - before, 1U);
    ASSERT_TRUE(task_->stop());
  }
}

TEST_F(RedirectTest, TwentyRequestsAreTheEndOfIt) {
  server_.otherwise(to(302, "/again"));
  send();
  EXPECT_THAT(server_.requests(), SizeIs(20));
  EXPECT_THAT(failure(), HasSubstr("redirected more than 19 times"));
}

TEST_F(RedirectTest, NoneIsFollowedWhereNobodyWantsIt) {
  server_.otherwise(to(302, "/again"));
  send({{"follow.redirects", "none"}});
  EXPECT_THAT(server_.requests(), SizeIs(1));
}

TEST_F(RedirectTest, TheListOfAllowedPlacesHoldsForThem) {
  SocketServer other;
  server_.script({to(307, other.url("/x"))});
  send({{"url.allow.list", server_.url("/")}});
  EXPECT_THAT(other.requests(), SizeIs(0));
  EXPECT_THAT(failure(), HasSubstr("is not in url.allow.list"));
}

}  // namespace
}  // namespace millrace::http
