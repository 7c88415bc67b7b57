#pragma once

#include "base/log.h"
#include "rest/server.h"
#include "unit/rest/client.h"
#include "unit/rest/fake_herder.h"
#include "unit/rest/openapi_check.h"

#include <memory>
#include <string>
#include <utility>

namespace millrace::rest {

/// A server on a free port of the loopback, with a fake herder behind it. It starts with the first
/// request, so that a test can change the options before.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    options.listeners = {{"http", "127.0.0.1", 0}};
    options.about.commit = "0123456789abcdef";
  }

  Server& server() {
    if (server_ == nullptr) {
      Result<std::unique_ptr<Server>> opened = Server::open(options);
      EXPECT_TRUE(opened) << opened.error().message();
      server_ = std::move(*opened);
      server_->serve(herder);
    }
    return *server_;
  }
  std::uint16_t port() { return server().listeners().front().port; }

  /// From now on the server speaks https, and so do clients.
  void use_https() {
    options.listeners = {{"https", "127.0.0.1", 0}};
    options.https.ssl = {{"ssl.keystore.location", store("server.p12")},
                         {"ssl.keystore.password", "store-secret"}};
    static const TlsClientContext any;
    Client::tls_by_default = &any;
  }
  ~ServerTest() override { Client::tls_by_default = nullptr; }

  /// One request on a connection of its own, whose answer must be as the API's description says.
  Reply call(const std::string& method, const std::string& target, const std::string& body = "",
             const std::string& headers = "") {
    Client client(port());
    std::string text = method + " " + target + " HTTP/1.1\r\nHost: worker:8083\r\n" + headers;
    if (!body.empty()) {
      if (headers.find("Content-Type") == std::string::npos) {
        text += "Content-Type: application/json\r\n";
      }
      text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    Reply reply = client.call(text + "\r\n" + body, method == "HEAD");
    EXPECT_EQ(problem_by_document(method, target, reply), "");
    return reply;
  }

  log::Capture log;  // keeps the request log out of the tests' output
  ServerOptions options;
  FakeHerder herder;
  std::unique_ptr<Server> server_;
};

inline const std::string get_root_request = "GET / HTTP/1.1\r\nHost: worker:8083\r\n\r\n";
inline const std::string root_body =
    R"({"version":"4.3.0","commit":"0123456789abcdef","kafka_cluster_id":"cluster-1"})";

}  // namespace millrace::rest
