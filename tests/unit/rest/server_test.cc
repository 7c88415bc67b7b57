#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::chrono::steady_clock::duration time_of(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - began;
}

TEST_F(ServerTest, BeforeItServesEverythingIs404) {
  Result<std::unique_ptr<Server>> opened = Server::open(options);
  ASSERT_TRUE(opened);
  Client client((*opened)->listeners().front().port);
  const Reply before = client.call(get_root_request);
  EXPECT_EQ(before.status, 404);
  EXPECT_EQ(before.body, R"({"error_code":404,"message":"HTTP 404 Not Found"})");
  (*opened)->serve(herder);
  EXPECT_EQ(client.call(get_root_request).body, root_body);
  EXPECT_TRUE(log.contains(
      "INFO REST resources initialized; server is started and ready to handle requests"));
}

TEST_F(ServerTest, ServesEveryListener) {
  options.listeners = {{"http", "127.0.0.1", 0}, {"http", "localhost", 0}, {"http", "", 0}};
  const std::vector<Listener>& bound = server().listeners();
  ASSERT_EQ(bound.size(), 3U);
  for (const Listener& listener : bound) {
    ASSERT_NE(listener.port, 0);
    EXPECT_EQ(Client(listener.port).call(get_root_request).body, root_body) << listener.to_string();
  }
  EXPECT_EQ(bound[1].host, "localhost");
  EXPECT_EQ(bound[2].host, "");
}

TEST_F(ServerTest, AnAddressInUseIsNamed) {
  options.listeners = {{"http", "127.0.0.1", port()}};
  const Result<std::unique_ptr<Server>> second = Server::open(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::fatal);
  EXPECT_EQ(second.error().message(),
            "cannot listen on 127.0.0.1:" + std::to_string(port()) + ": Address already in use");
}

TEST_F(ServerTest, AnAddressInUseIsNotHadOnAllInterfacesEither) {
  options.listeners = {{"http", "", 0}};
  options.listeners = {{"http", "", port()}};
  EXPECT_FALSE(Server::open(options));
}

TEST_F(ServerTest, AHostThatIsNotOursIsAnError) {
  options.listeners = {{"http", "192.0.2.1", 0}};
  const Result<std::unique_ptr<Server>> opened = Server::open(options);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message(), testing::StartsWith("cannot listen on 192.0.2.1:0: "));
}

TEST_F(ServerTest, StopsAtOnceWhenIdle) {
  Client fresh(port());
  Client used(port());
  Client partial(port());
  partial.send("GET / HTTP/1.1\r\n");
  EXPECT_EQ(used.call(get_root_request).status, 200);
  EXPECT_LT(time_of([&] { server().stop(seconds(60)); }), seconds(1));
  EXPECT_TRUE(fresh.hung_up());
  EXPECT_TRUE(used.hung_up());
  EXPECT_TRUE(partial.hung_up());
  EXPECT_FALSE(Client(port()).connected());
}

TEST_F(ServerTest, StopLetsARunningRequestFinish) {
  herder.hold();
  Client client(port());
  client.send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n" + get_root_request);
  herder.wait_for_calls(1);
  Client idle(port());
  std::thread stopping([&] { server_->stop(seconds(60)); });
  EXPECT_TRUE(idle.hung_up());  // it has begun to stop
  herder.release();
  const Reply reply = client.read();
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("Connection"), "close");
  EXPECT_TRUE(client.hung_up());
  stopping.join();
}

TEST_F(ServerTest, StopDoesNotWaitBeyondItsGrace) {
  herder.hold();
  Client client(port());
  client.send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n");
  herder.wait_for_calls(1);
  EXPECT_LT(time_of([&] { server().stop(milliseconds(20)); }), seconds(20));
  EXPECT_TRUE(client.hung_up());
}

TEST_F(ServerTest, AnAnswerMayComeAfterTheServerIsGone) {
  herder.hold();
  Client client(port());
  client.send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n");
  herder.wait_for_calls(1);
  server_.reset();
  EXPECT_TRUE(client.hung_up());
  herder.release();
  EXPECT_EQ(herder.calls().size(), 1U);
}

TEST_F(ServerTest, StoppingTwiceIsHarmless) {
  server().stop(seconds(1));
  server().stop(seconds(1));
  server_.reset();
  EXPECT_EQ(call("GET", "/").status, 200);  // a new one
}

}  // namespace
}  // namespace millrace::rest
