// Requests that another worker has to carry out: rest.md 1.7, distributed.md H10.
#include "unit/rest/forward_fixture.h"

#include <gmock/gmock.h>

#include <thread>

namespace millrace::rest {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

const std::string info = R"({"name":"a","config":{"x":"1"},"tasks":[],"type":"sink"})";
const std::string status =
    R"({"name":"a","connector":{"state":"RESTARTING","worker_id":"w:1"},"tasks":[],"type":"sink"})";
const std::string moved = R"({"message":"The offsets for this connector have been reset"})";

struct Row {
  const char* method;
  const char* target;
  std::string body;
  std::string url;   // behind the leader's
  std::string sent;  // body
  int their_status;
  std::string their_body;
  int status;
  std::string answer;
};

TEST_F(ForwardTest, EveryRequestThatMayGoOn) {
  const std::string task = R"([{"task.class":"T"}])";
  const Row rows[] = {
      {"POST", "/connectors", R"({"name":" a ","config":{"x":1}})", "/connectors?forward=true",
       R"({"name":"a","config":{"x":"1","name":"a"},"initial_state":null})", 201, info, 201, info},
      {"POST", "/connectors", R"({"name":"a","config":{},"initial_state":"running"})",
       "/connectors?forward=true",
       R"({"name":"a","config":{"name":"a"},"initial_state":"RUNNING"})", 201, info, 201, info},
      {"POST", "/connectors", R"({"name":"a","config":{},"initial_state":"stopped"})",
       "/connectors?forward=true",
       R"({"name":"a","config":{"name":"a"},"initial_state":"STOPPED"})", 201, info, 201, info},
      {"PUT", "/connectors/a/config", R"({"x":null})", "/connectors/a/config?forward=true",
       R"({"x":null,"name":"a"})", 200, info, 200, info},
      {"PATCH", "/connectors/a/config", R"({"x":true,"y":null})",
       "/connectors/a/config?forward=true", R"({"x":"true","y":null})", 200, info, 200, info},
      {"DELETE", "/connectors/a", "", "/connectors/a?forward=true", "", 204, "", 204, ""},
      {"PUT", "/connectors/a/stop", "", "/connectors/a/stop?forward=true", "", 204, "", 204, ""},
      {"POST", "/connectors/a/restart", "",
       "/connectors/a/restart?forward=true&includeTasks=false&onlyFailed=false", "", 204, "", 204,
       ""},
      {"POST", "/connectors/a/restart?onlyFailed=TRUE&includeTasks=x", "",
       "/connectors/a/restart?forward=true&includeTasks=false&onlyFailed=true", "", 202, status,
       202, status},
      {"POST", "/connectors/a/tasks/3/restart", "", "/connectors/a/tasks/3/restart?forward=true",
       "", 204, "", 204, ""},
      {"PATCH", "/connectors/a/offsets",
       R"({"offsets":[{"partition":{"f":"x"},"offset":{"p":1.50}}]})",
       "/connectors/a/offsets?forward=true",
       R"({"offsets":[{"partition":{"f":"x"},"offset":{"p":1.50}}]})", 200, moved, 200, moved},
      {"DELETE", "/connectors/a/offsets", "", "/connectors/a/offsets?forward=true", "", 200, moved,
       200, moved},
      {"POST", "/connectors/a/tasks", task, "/connectors/a/tasks?forward=true", task, 204, "", 204,
       ""},
      {"PUT", "/connectors/a/fence", "", "/connectors/a/fence?forward=true", "", 204, "", 204, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.method) + " " + row.target);
    peer_says(row.their_status, row.their_body);
    const Reply reply = call(row.method, row.target, row.body);
    EXPECT_EQ(reply.status, row.status);
    EXPECT_EQ(reply.body, row.answer);
    EXPECT_EQ(last().method, row.method);
    EXPECT_EQ(last().url, "http://leader:8083" + row.url);
    EXPECT_EQ(last().body, row.sent);
  }
}

TEST_F(ForwardTest, AllElseIsAnsweredHere) {
  for (const auto& [method, target] :
       {std::pair("PUT", "/connectors/a/pause"), std::pair("PUT", "/connectors/a/resume"),
        std::pair("PUT", "/connectors/a/topics/reset"),
        std::pair("GET", "/connectors/a/offsets")}) {
    EXPECT_EQ(call(method, target).status, 409) << target;
  }
  EXPECT_THAT(peers->requests(), IsEmpty());
}

TEST_F(ForwardTest, ARequestHasTwoHops) {
  EXPECT_EQ(call("DELETE", "/connectors/a?forward=TRUE").status, 204);
  EXPECT_EQ(last().url, "http://leader:8083/connectors/a?forward=false");
  for (const char* value : {"false", "x", "", "1"}) {
    const Reply reply = call("DELETE", std::string("/connectors/a?forward=") + value);
    EXPECT_EQ(reply.status, 409);
    EXPECT_EQ(reply.body,
              R"({"error_code":409,"message":"Cannot complete request because of a conflicting )"
              R"~(operation (e.g. worker rebalance)"})~");
  }
  EXPECT_EQ(peers->requests().size(), 1U);
}

TEST_F(ForwardTest, NobodyKnowsTheLeader) {
  herder.leader = "";
  const Reply reply = call("DELETE", "/connectors/a");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.body,
            R"({"error_code":409,"message":"Cannot complete request momentarily due to no known )"
            R"(leader URL, likely because a rebalance was underway."})");
}

TEST_F(ForwardTest, AWorkerOnItsOwnSendsNothing) {
  options.peers = nullptr;
  EXPECT_EQ(call("DELETE", "/connectors/a").status, 409);
  EXPECT_THAT(peers->requests(), IsEmpty());
}

TEST_F(ForwardTest, UrlsMayLackTheirSlash) {
  herder.leader = "https://[::1]:8443";
  EXPECT_EQ(call("DELETE", "/connectors/a").status, 204);
  EXPECT_EQ(last().url, "https://[::1]:8443/connectors/a?forward=true");
}

TEST_F(ForwardTest, NamesAreEncodedAnew) {
  EXPECT_EQ(call("DELETE", "/connectors/a%2fb%20%25%C3%BC;x=y?forward=1&forward=true").status, 409);
  EXPECT_EQ(call("DELETE", "/connectors/a%2fb%20%25%C3%BC%3F;x=y/").status, 204);
  EXPECT_EQ(last().url, "http://leader:8083/connectors/a%2Fb%20%25%C3%BC%3F?forward=true");
  EXPECT_EQ(call("PUT", "/connectors/%7Bx%7D/stop").status, 204);
  EXPECT_EQ(last().url, "http://leader:8083/connectors/%7Bx%7D/stop?forward=true");
}

TEST_F(ForwardTest, OfTheHeadersOnlyAuthorizationGoesOn) {
  EXPECT_EQ(call("DELETE", "/connectors/a", "",
                 "authorization: Basic eDp5\r\nCookie: c\r\nX-Forwarded-For: h\r\n"
                 "X-Connect-Authorization: AAAA\r\n")
                .status,
            204);
  EXPECT_THAT(last().headers, ElementsAre(Pair("Authorization", "Basic eDp5")));
}

TEST_F(ForwardTest, TheNewConnectorsPlaceIsOurs) {
  peer_says(201, info);
  EXPECT_EQ(call("POST", "/connectors", R"({"name":"a b","config":{}})").header("Location"),
            "http://worker:8083/connectors/a%20b");
  const Reply made = call("PUT", "/connectors/a/config", "{}");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.header("Location"), "http://worker:8083/connectors/a");
  peer_says(200, info);
  EXPECT_FALSE(call("PUT", "/connectors/a/config", "{}").has("Location"));
}

TEST_F(ForwardTest, ErrorsArePassedOn) {
  peer_says(404, R"({"error_code":40401,"message":"Connector \"a\" not found"})");
  Reply reply = call("DELETE", "/connectors/a");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body, R"({"error_code":40401,"message":"Connector \"a\" not found"})");
  peer_says(500, R"({"error_code":500,"message":null})");
  reply = call("DELETE", "/connectors/a");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, R"({"error_code":500,"message":null})");
}

TEST_F(ForwardTest, WhatNobodyExpectsIsA500) {
  const std::string io =
      R"({"error_code":500,"message":"IO Error trying to forward REST request: )";
  const std::string unexpected =
      R"({"error_code":500,"message":"Unexpected status code when handling forwarded request: )";
  struct Case {
    int status;
    std::string body;
    std::string answer;
  };
  const Case cases[] = {
      {307, "", unexpected + R"(307"})"},
      {100, "", unexpected + R"(100"})"},
      {204, "", unexpected + R"(204"})"},  // a configuration should have come
      {200, "<html>", io + "PUT http://leader:8083/connectors/a/config was answered with 200"},
      {404, "<html>", io + "PUT http://leader:8083/connectors/a/config was answered with 404"},
      {409, R"({"message":"x"})", io},
      {409, R"({"error_code":"409","message":"x"})", io},
      {409, R"({"error_code":409,"message":{}})", io},
      {401, "User cannot access the resource.", io},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.body + std::to_string(one.status));
    peer_says(one.status, one.body);
    const Reply reply = call("PUT", "/connectors/a/config", "{}");
    EXPECT_EQ(reply.status, 500);
    EXPECT_THAT(reply.body, StartsWith(one.answer));
  }
  peers->answer_with(Error{ErrorCode::retriable, "PUT http://leader:8083/: no answer"});
  EXPECT_EQ(call("PUT", "/connectors/a/config", "{}").body,
            io + R"(PUT http://leader:8083/: no answer"})");
}

TEST_F(ForwardTest, M5AnyGoodAnswerWillDoWhereThereIsNoBody) {
  for (const int good : {200, 202, 204}) {
    peer_says(good, "");
    EXPECT_EQ(call("PUT", "/connectors/a/stop").status, 204) << good;
  }
}

TEST_F(ForwardTest, TheClientIsToldWhatHangs) {
  options.replies.change = milliseconds(500);
  peers->hold("leader");
  const Reply reply = call("DELETE", "/connectors/a");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("Request timed out. The worker is currently forwarding the "
                                    "request to http://leader:8083/, which began at "));
}

TEST_F(ForwardTest, AnAnswerIsWaitedForAsLongAsTheClientWaits) {
  options.replies.change = milliseconds(60'000);
  EXPECT_EQ(call("DELETE", "/connectors/a").status, 204);
  EXPECT_GT(peers->timeout(), milliseconds(50'000));
  EXPECT_LE(peers->timeout(), milliseconds(60'500));
}

TEST_F(ForwardTest, OthersAreAnsweredMeanwhile) {
  peers->hold("leader");
  Client client(port());
  client.send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n");
  peers->wait_for_requests(1);
  EXPECT_EQ(call("GET", "/").status, 200);
  herder.leader.reset();
  EXPECT_EQ(call("DELETE", "/connectors/b").status, 204);
  peers->hold("");
  EXPECT_EQ(client.read().status, 204);
}

TEST_F(ForwardTest, TheFirstWayDoesNotHoldUpTheSecond) {
  peers->hold("forward=true");
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<Client>(port()));
    clients.back()->send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  peers->wait_for_requests(16);
  EXPECT_EQ(call("DELETE", "/connectors/a?forward=true").status, 204);
  EXPECT_EQ(peers->requests().size(), 17U);  // the others wait for one of the 16
  peers->hold("");
  for (const auto& client : clients) EXPECT_EQ(client->read().status, 204);
  EXPECT_EQ(peers->requests().size(), 41U);
}

TEST_F(ForwardTest, AStopGivesUpWhatHangs) {
  peers->hold("leader");
  Client client(port());
  client.send("DELETE /connectors/a HTTP/1.1\r\nHost: h\r\n\r\n");
  peers->wait_for_requests(1);
  server().stop(milliseconds(0));
  EXPECT_EQ(client.read().status, 0);
}

}  // namespace
}  // namespace millrace::rest
