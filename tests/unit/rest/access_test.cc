// CORS and response.http.headers.config (rest.md 1.8).
#include "unit/rest/access_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST_F(AccessTest, WithoutCorsNothingIsSaidAboutOrigins) {
  const Reply reply = from("http://a.example");
  EXPECT_FALSE(reply.has("Vary"));
  EXPECT_FALSE(reply.has("Access-Control-Allow-Origin"));
}

TEST_F(AccessTest, AKnownOriginIsAnswered) {
  use_cors("http://a.example,https://.*\\.b\\.example");
  const Reply known = from("http://a.example");
  EXPECT_EQ(known.header("Access-Control-Allow-Origin"), "http://a.example");
  EXPECT_EQ(known.header("Vary"), "Origin");
  EXPECT_EQ(from("http://axexample").header("Access-Control-Allow-Origin"), "http://axexample");
  EXPECT_TRUE(from("https://x.b.example").has("Access-Control-Allow-Origin"));
  const Reply other = from("http://a.example.evil");
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(other.header("Vary"), "Origin");
  EXPECT_FALSE(other.has("Access-Control-Allow-Origin"));
  EXPECT_EQ(call("GET", "/").header("Vary"), "Origin");
  for (const char* absent : {"Access-Control-Allow-Methods", "Access-Control-Allow-Credentials",
                             "Access-Control-Expose-Headers"}) {
    EXPECT_FALSE(known.has(absent));
  }
}

TEST_F(AccessTest, EveryOriginIsToldAsItCame) {
  use_cors("*");
  EXPECT_EQ(from("http://x").header("Access-Control-Allow-Origin"), "http://x");
}

TEST_F(AccessTest, APreflightIsAnswered) {
  use_cors("*", "GET,PUT,DELETE");
  const Reply reply = from("http://x", "OPTIONS", "Access-Control-Request-Method: PATCH\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Access-Control-Allow-Methods"), "GET, PUT, DELETE");
  EXPECT_EQ(reply.header("Access-Control-Allow-Headers"), "Content-Type");
  EXPECT_EQ(reply.header("Access-Control-Max-Age"), "60");
  EXPECT_EQ(reply.header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_FALSE(from("http://x", "OPTIONS").has("Access-Control-Allow-Methods"));
}

TEST_F(AccessTest, MethodsOfAPreflightUnlessConfigured) {
  use_cors("*");
  EXPECT_EQ(from("http://x", "OPTIONS", "Access-Control-Request-Method: GET\r\n")
                .header("Access-Control-Allow-Methods"),
            "GET, POST, HEAD");
}

TEST_F(AccessTest, ErrorsHaveTheHeadersToo) {
  use_cors("*");
  options.access.headers = *config::parse_header_rules("add X-A: b");
  for (const char* target : {"/nope", "//", "/connectors/none"}) {
    const Reply reply = call("GET", target, "", "Origin: http://x\r\n");
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "http://x") << target;
    EXPECT_EQ(reply.header("X-A"), "b") << target;
  }
  Client client(port());
  const Reply refused = client.call("GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.header("X-A"), "b");
}

TEST_F(AccessTest, HeadersAreAddedAndReplaced) {
  options.access.headers = *config::parse_header_rules(
      "add X-A: 1, ADD X-A: 2,\"set Cache-Control: no-cache, no-store\", set server: hidden,"
      "set Content-Type: text/html, setDate Expires: 3600000, addDate X-Was: -1000");
  const Reply reply = call("GET", "/connectors");
  EXPECT_THAT(reply.head, HasSubstr("\r\nX-A: 1\r\nX-A: 2\r\n"));
  EXPECT_EQ(reply.header("Cache-Control"), "no-cache, no-store");
  EXPECT_EQ(reply.header("server"), "hidden");
  EXPECT_FALSE(reply.has("Server"));
  EXPECT_EQ(reply.header("Content-Type"), "application/json");  // the answer's own comes later
  EXPECT_THAT(reply.header("Expires"), MatchesRegex("[A-Z][a-z]+, [0-9]+ .* GMT"));
  EXPECT_NE(reply.header("Expires"), reply.header("Date"));
}

}  // namespace
}  // namespace millrace::rest
