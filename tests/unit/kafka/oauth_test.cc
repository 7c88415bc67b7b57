// Bearer tokens: unsigned ones, and those of a token endpoint (a small HTTP server in the test).
#include "kafka/oauth.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace millrace::kafka {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Clock = std::chrono::system_clock;

const Clock::time_point now{std::chrono::seconds(1'700'000'000)};

std::string decoded(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string result;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = (bits << 6) | static_cast<std::uint32_t>(digits.find(c));
    if ((count += 6) < 8) continue;
    count -= 8;
    result += static_cast<char>(bits >> count);
  }
  return result;
}

TEST(UnsecuredToken, HoldsTheClaims) {
  OauthSettings settings;
  settings.unsecured = {{"StringClaim_sub", "ali\"ce"},
                        {"NumberClaim_level", "7"},
                        {"ListClaim_scope", ",a,b"},
                        {"LifetimeSeconds", "60"}};
  const Result<Token> token = unsecured_token(settings, now);
  ASSERT_TRUE(token) << token.error().message();
  const std::size_t dot = token->text.find('.');
  EXPECT_EQ(decoded(token->text.substr(0, dot)), R"({"alg":"none"})");
  EXPECT_TRUE(token->text.ends_with('.'));
  EXPECT_EQ(decoded(token->text.substr(dot + 1, token->text.size() - dot - 2)),
            R"({"iat":1700000000,"exp":1700000060,"sub":"ali\"ce","level":7,"scope":["a","b"]})");
  EXPECT_EQ(token->principal, "ali\"ce");
  EXPECT_EQ(token->expires, now + std::chrono::seconds(60));
}

TEST(UnsecuredToken, NeedsAPrincipal) {
  OauthSettings settings;
  settings.unsecured = {{"StringClaim_name", "alice"}};
  EXPECT_THAT(unsecured_token(settings, now).error().message(),
              HasSubstr("unsecuredLoginStringClaim_sub is missing"));
  settings.unsecured.emplace_back("PrincipalClaimName", "name");
  EXPECT_TRUE(unsecured_token(settings, now));
  settings.unsecured.emplace_back("NumberClaim_x", "many");
  EXPECT_THAT(unsecured_token(settings, now).error().message(), HasSubstr("is not a number"));
}

/// Answers one request on a port of the loopback and keeps it.
class Endpoint {
 public:
  explicit Endpoint(std::string answer)
      : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_, 1), 0);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Endpoint() { finish(); }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/token?x=1";
  }
  const std::string& request() {
    finish();
    return request_;
  }

 private:
  void finish() {
    if (thread_.joinable()) thread_.join();
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  void serve() {
    const int client = ::accept(socket_, nullptr, nullptr);
    char part[4096];
    while (request_.find("\r\n\r\n") == std::string::npos ||
           request_.find("grant_type=") == std::string::npos) {
      const ssize_t size = ::read(client, part, sizeof part);
      if (size <= 0) break;
      request_.append(part, static_cast<std::size_t>(size));
    }
    EXPECT_EQ(::write(client, answer_.data(), answer_.size()),
              static_cast<ssize_t>(answer_.size()));
    ::close(client);
  }
  const std::string answer_;
  int socket_;
  int port_ = 0;
  std::string request_;
  std::thread thread_;
};

std::string http(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

OauthSettings client(const std::string& url) {
  OauthSettings settings;
  settings.token_endpoint = url;
  settings.client_id = "me";
  settings.client_secret = "hush";
  settings.scope = "read write";
  return settings;
}

TEST(FetchToken, PostsTheCredentialsAndTakesTheToken) {
  Endpoint endpoint(
      http("200 OK", R"({"access_token":"opaque","token_type":"Bearer","expires_in":120})"));
  const Result<Token> token = fetch_token(client(endpoint.url()), now);
  ASSERT_TRUE(token) << token.error().message();
  EXPECT_EQ(token->text, "opaque");
  EXPECT_EQ(token->principal, "me");
  EXPECT_EQ(token->expires, now + std::chrono::seconds(120));
  EXPECT_THAT(endpoint.request(), HasSubstr("POST /token?x=1 HTTP/1.1"));
  EXPECT_THAT(endpoint.request(), HasSubstr("Authorization: Basic bWU6aHVzaA=="));
  EXPECT_THAT(endpoint.request(), HasSubstr("grant_type=client_credentials&scope=read%20write"));
}

TEST(FetchToken, ReadsPrincipalAndTimeFromAJwt) {
  // {"alg":"none"}.{"sub":"svc","exp":1700000300}
  Endpoint endpoint(
      http("200 OK",
           R"({"access_token":"eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdmMiLCJleHAiOjE3MDAwMDAzMDB9."})"));
  const Result<Token> token = fetch_token(client(endpoint.url()), now);
  ASSERT_TRUE(token) << token.error().message();
  EXPECT_EQ(token->principal, "svc");
  EXPECT_EQ(token->expires, now + std::chrono::seconds(300));
}

TEST(FetchToken, FailuresAreToldWithoutTheSecret) {
  for (const std::string& answer : {http("401 Unauthorized", "{}"), http("200 OK", "no json"),
                                    http("200 OK", "{}"), std::string("nonsense")}) {
    Endpoint endpoint(answer);
    const Result<Token> token = fetch_token(client(endpoint.url()), now);
    ASSERT_FALSE(token) << answer;
    EXPECT_EQ(token.error().code(), ErrorCode::retriable);
    EXPECT_THAT(token.error().message(), HasSubstr("no token from " + endpoint.url()));
    EXPECT_THAT(token.error().message(), Not(HasSubstr("hush")));
  }
  EXPECT_FALSE(fetch_token(client("http://127.0.0.1:1/token"), now));
}

}  // namespace
}  // namespace millrace::kafka
