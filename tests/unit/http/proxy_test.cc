// https behind a proxy: a tunnel by CONNECT, and what the proxy gets to see of it (§11).
#include "certificates.h"
#include "http_world.h"
#include "tunnel_proxy.h"

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class ProxyTest : public HttpTest {
 protected:
  ConfigMap through(const TunnelProxy& proxy, const ConfigMap& more = {}) {
    ConfigMap settings{{"callback.request.url", endpoint_.tls_url("/a b?c")},
                       {"callback.request.headers", R"({"apikey":"for the endpoint"})"},
                       {"https.ssl.truststore.type", "PEM"},
                       {"https.ssl.truststore.certificates", root_.pem()},
                       {"http.proxy.host", "127.0.0.1"},
                       {"http.proxy.port", std::to_string(proxy.port())},
                       {"http.proxy.user", "me"},
                       {"http.proxy.password", "pw"},
                       {"exception.strategy", "DROP_MESSAGE"},
                       {"request.retry.backoff.sec", "77"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    return settings;
  }

  const Identity root_ = Identity::make("root", "", 10, nullptr);
  SocketServer endpoint_{server_context(Identity::make("s", "IP:127.0.0.1", 10, &root_), nullptr)};
};

TEST_F(ProxyTest, ATunnelIsOpenedOnceAndUsedForAll) {
  const TunnelProxy proxy;
  start(through(proxy));
  put_texts({"x", "y", "z"});
  settle();
  EXPECT_EQ(failure(), "none");
  EXPECT_THAT(endpoint_.bodies(), ElementsAre("x", "y", "z"));
  EXPECT_EQ(committable(), 3);
  EXPECT_THAT(proxy.heads(), SizeIs(1));
}

TEST_F(ProxyTest, EachOfTheTwoSeesWhatIsForIt) {
  const TunnelProxy proxy;
  start(through(proxy));
  put_texts({"x"});
  settle();
  ASSERT_THAT(proxy.heads(), SizeIs(1));
  const std::string head = proxy.heads().front();
  const std::string place = "127.0.0.1:" + std::to_string(endpoint_.port());
  EXPECT_EQ(lines_of(head).front(), "CONNECT " + place + " HTTP/1.1");
  EXPECT_EQ(header_of(head, "Proxy-Authorization"), "Basic bWU6cHc=");
  EXPECT_THAT(head, Not(HasSubstr("apikey")));
  EXPECT_THAT(head, Not(HasSubstr("X-B3")));
  EXPECT_THAT(head, Not(HasSubstr("X-Kafka")));
  ASSERT_THAT(endpoint_.requests(), SizeIs(1));
  const std::string request = endpoint_.requests().front();
  EXPECT_EQ(lines_of(request).front(), "POST /a b?c HTTP/1.1");
  EXPECT_EQ(header_of(request, "apikey"), "for the endpoint");
  EXPECT_EQ(header_of(request, "Host"), place);
  EXPECT_EQ(header_of(request, "Proxy-Authorization"), "(none)");
}

TEST_F(ProxyTest, AProxyThatRefusesIsNoConnection) {  // row 9
  for (const char* answer :
       {"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 502 x\r\nContent-Length: 15\r\n\r\n{\"retry\":false}", "what?\r\n\r\n", ""}) {
    const TunnelProxy proxy(answer);
    if (task_ && !task_->stop()) ADD_FAILURE();
    start(through(proxy));
    put_texts({"x"});
    settle();
    EXPECT_EQ(context_.next_put, seconds(77)) << "a request error, for: " << answer;
    EXPECT_THAT(endpoint_.requests(), SizeIs(0));
  }
}

TEST_F(ProxyTest, TheCertificateIsThatOfTheEndpoint) {
  const TunnelProxy proxy;
  const Identity other = Identity::make("other", "", 10, nullptr);
  start(through(proxy, {{"https.ssl.truststore.certificates", other.pem()}}));
  put_texts({"x"});
  settle();
  EXPECT_EQ(context_.next_put, seconds(77));
  EXPECT_TRUE(log_.contains("SSL certificate problem"));
}

}  // namespace
}  // namespace millrace::http
