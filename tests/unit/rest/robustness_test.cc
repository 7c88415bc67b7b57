#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>

#include <deque>

namespace millrace::rest {
namespace {

using std::chrono::milliseconds;
using testing::IsEmpty;

/// Everything here holds with TLS as without.
class RobustnessTest : public ServerTest, public testing::WithParamInterface<const char*> {
 protected:
  RobustnessTest() {
    if (GetParam() == std::string("https")) use_https();
  }
  void expect_last_word(Client& client, const Reply& reply, int status,
                        const std::string& message) {
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body,
              R"({"error_code":)" + std::to_string(status) + R"(,"message":")" + message + "\"}");
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_TRUE(client.hung_up());
  }
};

TEST_P(RobustnessTest, ASlowSenderHoldsUpNobody) {
  Client slow(port());
  Client silent(port());
  const std::string request = get_root_request;
  for (const char c : request.substr(0, request.size() - 1)) {
    slow.send(std::string(1, c));
    EXPECT_EQ(call("GET", "/").body, root_body);
  }
  EXPECT_EQ(slow.call(request.substr(request.size() - 1)).body, root_body);
  EXPECT_EQ(silent.call(request).body, root_body);
}

TEST_P(RobustnessTest, ARequestThatDoesNotEndIsGivenUp) {
  options.times.request = milliseconds(30);
  Client head(port());
  head.send("GET / HTTP/1.1\r\nHost:");
  expect_last_word(head, head.read(), 408, "The request was not complete within 30 ms");
  Client body(port());
  body.send("POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n{");
  expect_last_word(body, body.read(), 408, "The request was not complete within 30 ms");
}

TEST_P(RobustnessTest, AnIdleConnectionIsHungUpOn) {
  options.times.idle = milliseconds(30);
  Client fresh(port());
  EXPECT_TRUE(fresh.hung_up());
  Client used(port());
  EXPECT_EQ(used.call(get_root_request).status, 200);
  EXPECT_TRUE(used.hung_up());
}

TEST_P(RobustnessTest, AnUploadOf100MegabytesIsRefusedByItsHeader) {
  Client client(port());
  client.send(
      "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Content-Length: 104857600\r\n\r\n");
  expect_last_word(client, client.read(), 413, "The request body is larger than 1048576 bytes");
}

TEST_P(RobustnessTest, AnUploadOf100MegabytesIsNotReadToItsEnd) {
  Client client(port());
  client.send(
      "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(65536, ' ') + "\r\n";
  int sent = 0;
  while (sent < 1600 && client.send(chunk)) {
    if (++sent % 8 == 0) {
      EXPECT_EQ(call("GET", "/").status, 200);
    }
  }
  EXPECT_LT(sent, 1600);
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_P(RobustnessTest, AChunkedBodyBeyondTheLimitGetsItsAnswer) {
  options.sizes.body = 100;
  Client client(port());
  client.send(
      "POST /connectors HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "50\r\n" +
      std::string(80, ' ') + "\r\n50\r\n" + std::string(80, ' ') + "\r\n");
  const Reply reply = client.read();
  client.end_sending();
  expect_last_word(client, reply, 413, "The request body is larger than 100 bytes");
}

TEST_P(RobustnessTest, ABodyOfExactlyTheLimitIsTaken) {
  options.sizes.body = 100;
  EXPECT_EQ(call("PUT", "/connectors/x/config", "{}" + std::string(98, ' ')).status, 201);
  EXPECT_EQ(call("PUT", "/connectors/x/config", "{}" + std::string(99, ' ')).status, 413);
}

TEST_P(RobustnessTest, LongHeadersAreRefused) {
  Client line(port());
  line.send("GET /" + std::string(9000, 'x'));
  expect_last_word(line, line.read(), 414, "The request line is longer than 8192 bytes");
  Client header(port());
  header.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(9000, 'x'));
  expect_last_word(header, header.read(), 431, "The request header is larger than 8192 bytes");
  Client lines(port());
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 1000; ++i)
    many += "X" + std::to_string(i) + ": " + std::string(90, 'x') + "\r\n";
  lines.send(many + "\r\n");
  EXPECT_EQ(lines.read().status, 431);
  Client drop_by_drop(port());
  drop_by_drop.send("GET / HTTP/1.1\r\nHost: h\r\n");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(call("GET", "/").status, 200);
    drop_by_drop.send("X: " + std::string(2000, 'x') + "\r\n");
  }
  EXPECT_EQ(drop_by_drop.read().status, 431);
  Client almost(port());
  EXPECT_EQ(
      almost.call("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(8000, 'x') + "\r\n\r\n").status,
      200);
}

TEST_P(RobustnessTest, AChunkHeaderWithoutEndIsRefused) {
  Client client(port());
  client.send("POST /connectors HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
              std::string(20'000, 'x'));
  EXPECT_THAT(client.read().status, testing::AnyOf(400, 431));
  EXPECT_TRUE(client.hung_up());
}

TEST_P(RobustnessTest, WhatIsNotHttpIsRefused) {
  for (const char* garbage :
       {"\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    SCOPED_TRACE(garbage);
    Client client(port());
    const Reply reply = client.call(garbage);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_TRUE(client.hung_up());
  }
  Client http2(port());
  EXPECT_EQ(http2.call("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 426);
  Client http3(port());
  EXPECT_EQ(http3.call("GET / HTTP/3.0\r\nHost: h\r\n\r\n").status, 505);
  EXPECT_EQ(call("GET", "/").status, 200);
}

TEST_P(RobustnessTest, AClientThatHasStoppedSendingStillGetsItsAnswer) {
  herder.hold();
  Client client(port());
  client.send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n");
  client.end_sending();
  herder.wait_for_calls(1);
  herder.release();
  EXPECT_EQ(client.read().status, 204);
  EXPECT_TRUE(client.hung_up());
}

TEST_P(RobustnessTest, AClientThatLeavesInTheMiddleIsForgotten) {
  {
    Client half(port());
    half.send("GET / HT");
  }
  herder.hold();
  {
    Client waiting(port());
    waiting.send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n");
    herder.wait_for_calls(1);
  }
  herder.release();
  EXPECT_EQ(call("GET", "/").status, 200);
}

TEST_P(RobustnessTest, RequestsSentAheadAreAnsweredInOrder) {
  herder.hold();
  Client client(port());
  client.send("\r\nDELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n" + get_root_request +
              "GET /connectors HTTP/1.1\r\nHost: h\r\n\r\n" + "GET /nope HTTP/1.1\r\nHo");
  herder.wait_for_calls(1);
  EXPECT_EQ(call("GET", "/").status, 200);
  herder.release();
  EXPECT_EQ(client.read().status, 204);
  EXPECT_EQ(client.read().body, root_body);
  EXPECT_EQ(client.read().body, "[]");
  EXPECT_EQ(client.call("st: h\r\n\r\n").status, 404);
}

TEST_P(RobustnessTest, ThousandsOfRequestsSentAheadAreAnswered) {
  Client client(port());
  std::string many;
  for (int i = 0; i < 2000; ++i) many += get_root_request;
  std::thread sender([&] { client.send(many); });
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(client.read().status, 200) << i;
  sender.join();
}

TEST_P(RobustnessTest, ManyConnectionsAtOnce) {
  std::deque<Client> clients;
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(clients.emplace_back(port()).connected());
  for (int round = 0; round < 2; ++round) {
    for (Client& client : clients) ASSERT_TRUE(client.send(get_root_request));
    for (Client& client : clients) ASSERT_EQ(client.read().body, root_body);
  }
}

TEST_P(RobustnessTest, OneConnectionTooManyCostsTheOneThatIsIdleTheLongest) {
  options.max_connections = 3;
  Client first(port());
  Client second(port());
  Client third(port());
  for (Client* client : {&second, &first, &third}) {
    EXPECT_EQ(client->call(get_root_request).status, 200);
  }
  Client fourth(port());
  EXPECT_EQ(fourth.call(get_root_request).status, 200);
  EXPECT_TRUE(second.hung_up());
  EXPECT_EQ(first.call(get_root_request).status, 200);
  EXPECT_EQ(third.call(get_root_request).status, 200);
}

TEST_P(RobustnessTest, ConnectionsThatAreBeingAnsweredAreNotGivenUpForNewOnes) {
  options.max_connections = 1;
  herder.hold();
  Client busy(port());
  busy.send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n");
  herder.wait_for_calls(1);
  Client refused(port());
  EXPECT_TRUE(refused.hung_up());
  herder.release();
  EXPECT_EQ(busy.read().status, 204);
}

TEST_P(RobustnessTest, AClientThatDoesNotReadItsAnswerIsGivenUp) {
  options.times.write = milliseconds(30);
  herder.names = {std::string(16 * 1024 * 1024, 'x')};
  Client client(port());
  client.send("GET /connectors HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(call("GET", "/").status, 200);
  const auto began = std::chrono::steady_clock::now();
  server().stop(std::chrono::minutes(1));  // would wait for the answer to be taken
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
}

TEST_P(RobustnessTest, RequestsThatHangCostOnlyThemselves) {
  options.replies.change = milliseconds(300);
  herder.hold();
  std::deque<Client> hanging;
  for (int i = 0; i < 50; ++i) {
    hanging.emplace_back(port()).send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  herder.wait_for_calls(50);
  EXPECT_EQ(call("GET", "/").body, root_body);
  EXPECT_EQ(call("GET", "/connectors").body, "[]");
  for (Client& client : hanging) {
    EXPECT_EQ(client.read().body, R"({"error_code":500,"message":"Request timed out"})");
    EXPECT_EQ(client.call(get_root_request).status, 200);  // and it goes on
  }
}

TEST_P(RobustnessTest, BinaryBodiesAreRefusedWithoutTheirContent) {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i * 7);
  const Reply reply = call("PUT", "/connectors/x/config", bytes);
  EXPECT_EQ(reply.status, 400);
  EXPECT_LT(reply.body.size(), 300U);
  EXPECT_THAT(herder.calls(), IsEmpty());
}

TEST_P(RobustnessTest, AConfigurationWithTooManyKeysIsRefused) {
  std::string body = "{";
  for (int i = 0; i <= 5'000; ++i) body += "\"" + std::to_string(i) + "\":1,";
  body.back() = '}';
  const Reply reply = call("PUT", "/connectors/x/config", body);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body,
            R"({"error_code":400,"message":"The configuration has more than 5000 keys"})");
}

TEST_P(RobustnessTest, DeepNestingIsRefusedAtItsFirstLevel) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(call("PUT", "/connectors/x/config", deep).status, 400);
  EXPECT_EQ(call("PUT", "/connectors/x/config", "{\"a\":" + deep).status, 400);
}

TEST_P(RobustnessTest, SecretsInABrokenBodyDoNotReachTheMessage) {
  const Reply reply = call("PUT", "/connectors/x/config", R"({"password":"geheim"x})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, testing::HasSubstr("line 1, column 21"));
  EXPECT_THAT(call("PUT", "/connectors/x/config", "{\"p\":\"geheim\n\"}").body,
              testing::Not(testing::HasSubstr("geheim")));
}

INSTANTIATE_TEST_SUITE_P(Over, RobustnessTest, testing::Values("http", "https"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace millrace::rest
