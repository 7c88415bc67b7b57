// Endpoints that misbehave, on real sockets: §4 rows 1 to 9 and what bad input gets.
#include "http_world.h"

#include <sys/resource.h>
#include <zlib.h>

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

/// What became of one record: the attempt counts as a response error (dropped at once, the
/// strategy says), as a request error (backs off, whatever the strategy), or as delivered.
class BadEndpointTest : public HttpTest {
 protected:
  std::string judged(const ConfigMap& more = {}) {
    ConfigMap settings{{"exception.strategy", "DROP_MESSAGE"}, {"request.retry.backoff.sec", "77"}};
    for (const auto& [key, value] : more) settings.set(key, value);
    failure_.reset();
    if (task_ && !task_->stop()) ADD_FAILURE();
    start(settings);
    context_.commits = 0;
    put_texts({"a"});
    settle();
    if (failure_) return "failed";
    if (context_.next_put == seconds(77)) return "request error";
    if (context_.commits == 0) return "waits";
    return log_.contains("Giving up") ? "response error" : "delivered";
  }
  std::string judged_reply(const Step& step) {
    log_forget_.emplace();
    server_.script({step});
    return judged();
  }
  /// A capture of its own for each question.
  std::optional<log::Capture> log_forget_;
};

TEST_F(BadEndpointTest, AFlagCountsWhateverTheStatus) {  // rows 1, 2; §9, 16..18
  for (const int status : {200, 201, 400, 404, 500, 503, 401}) {
    EXPECT_EQ(judged_reply(reply(status, R"({"message":"m","retry":false})")), "delivered")
        << status;
  }
  for (const int status : {200, 404, 500, 503, 401}) {
    EXPECT_EQ(judged_reply(reply(status, R"({"retry":true})")), "response error") << status;
  }
}

TEST_F(BadEndpointTest, WithoutAFlagSomeStatusesAreRequestErrors) {  // row 3
  for (const int status : {401, 403, 405, 406, 502, 503, 504}) {
    EXPECT_EQ(judged_reply(reply(status, "x")), "request error") << status;
  }
}

TEST_F(BadEndpointTest, WithoutAFlagOthersAreResponseErrors) {  // row 4; §9, 13..15
  for (const int status : {200, 201, 202, 304, 305, 308, 400, 404, 408, 410, 429, 500, 501, 505}) {
    EXPECT_EQ(judged_reply(reply(status, status == 304 ? "" : R"({"retry":fal)")), "response error")
        << status;
  }
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 204 x\r\n\r\n")), "response error");
  EXPECT_EQ(judged_reply(reply(200, "error")), "response error");
  EXPECT_EQ(judged_reply(reply(302, "")), "response error") << "without a Location";
}

TEST_F(BadEndpointTest, OddFlags) {
  EXPECT_EQ(judged_reply(reply(200, R"({"retry":"false"})")), "delivered");
  EXPECT_EQ(judged_reply(reply(200, R"({"retry":0})")), "delivered");
  EXPECT_EQ(judged_reply(reply(200, R"({"retry":null})")), "response error");
  EXPECT_EQ(judged_reply(reply(200, "\xFF\xFE{]")), "response error");
}

TEST_F(BadEndpointTest, NothingThatIsAReply) {  // rows 5, 6
  EXPECT_EQ(judged_reply(closes()), "response error");
  EXPECT_EQ(judged_reply(resets()), "response error");
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 2", Step::Then::close)), "response error");
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 200 x\r\nA: b\r\n", Step::Then::reset)), "response error");
  EXPECT_EQ(judged_reply(raw("hello, I am no HTTP\r\n\r\n", Step::Then::close)), "response error");
  EXPECT_EQ(judged_reply(raw(std::string(100'000, '\0'), Step::Then::close)), "response error");
}

TEST_F(BadEndpointTest, ABodyThatBreaksOff) {  // rows 7, 8
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 200 x\r\nContent-Length: 99\r\n\r\n{\"retry\":false}",
                             Step::Then::close)),
            "delivered")
      << "fewer bytes than announced are judged as they are";
  EXPECT_EQ(
      judged_reply(raw("HTTP/1.1 200 x\r\nContent-Length: 99\r\n\r\n{\"ret", Step::Then::close)),
      "response error");
  EXPECT_EQ(
      judged_reply(raw("HTTP/1.1 503 x\r\nContent-Length: 99\r\n\r\n{\"ret", Step::Then::close)),
      "request error");
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "f\r\n{\"retry\":false}\r\n",
                             Step::Then::close)),
            "response error")
      << "chunks without an end";
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                             Step::Then::close)),
            "response error");
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "f\r\n{\"retry\":false}\r\n0\r\n\r\n")),
            "delivered");
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 200 x\r\n\r\n{\"retry\":false}", Step::Then::close)),
            "delivered")
      << "until the end of the connection";
}

TEST_F(BadEndpointTest, InterimReplies) {
  const std::string good = delivered().bytes;
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 100 Continue\r\n\r\n" + good)), "delivered");
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 102 x\r\n\r\nHTTP/1.1 103 x\r\nLink: y\r\n\r\n" + good)),
            "delivered");
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 100 Continue\r\n\r\n", Step::Then::close)),
            "response error");
}

TEST_F(BadEndpointTest, InterimRepliesWithoutEnd) {
  EXPECT_EQ(judged_reply(raw("HTTP/1.1 100 Continue\r\n\r\n", Step::Then::drip)), "response error");
}

TEST_F(BadEndpointTest, HeadersWithoutEnd) {
  std::string bomb = "HTTP/1.1 200 x\r\n";
  for (int i = 0; i < 20'000; ++i)
    bomb += "X-" + std::to_string(i) + ": " + std::string(50, 'y') + "\r\n";
  EXPECT_EQ(judged_reply(raw(bomb, Step::Then::close)), "response error");
  EXPECT_EQ(
      judged_reply(raw("HTTP/1.1 200 x\r\nA: " + std::string(5'000'000, 'y'), Step::Then::close)),
      "response error");
}

TEST_F(BadEndpointTest, ABodyWithoutEndIsBounded) {
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  EXPECT_EQ(judged_reply(
                raw("HTTP/1.1 200 x\r\nContent-Length: 100000000\r\n\r\n" + std::string(65536, ' '),
                    Step::Then::drip)),
            "response error");
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 * 1024) << "KiB";
}

TEST_F(BadEndpointTest, APackedReplyIsNotUnpacked) {
  // Nobody asked for it; 1000 to 1 or worse, it could be.
  EXPECT_EQ(judged_reply(reply(200, "\x1f\x8b\x08\x00 whatever", "Content-Encoding: gzip\r\n")),
            "response error");
}

/// So many MiB of blanks, packed to a thousandth. window: zlib's, which says gzip or deflate.
std::string packed_blanks(int mebibytes, int window) {
  const std::string piece(std::size_t{1} << 20, ' ');
  std::string out(std::size_t{2} << 20, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY),
            Z_OK);
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  for (int i = 0; i < mebibytes; ++i) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream.avail_in = static_cast<uInt>(piece.size());
    EXPECT_EQ(deflate(&stream, i + 1 < mebibytes ? Z_NO_FLUSH : Z_FINISH),
              i + 1 < mebibytes ? Z_OK : Z_STREAM_END);
  }
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(BadEndpointTest, BombsDoNotGoOff) {
  constexpr int gzip = 15 + 16;
  constexpr int zlib = 15;
  const std::pair<std::string, std::string> bombs[] = {{"gzip", packed_blanks(200, gzip)},
                                                       {"deflate", packed_blanks(200, zlib)}};
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  for (const auto& [name, bomb] : bombs) {
    ASSERT_LT(bomb.size(), std::size_t{1} << 20) << "or it would be too long as it is";
    EXPECT_EQ(judged_reply(reply(200, bomb, "Content-Encoding: " + name + "\r\n")),
              "response error");
    // libcurl unpacks this one, asked or not: the limit is for what comes out.
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", bomb.size());
    EXPECT_EQ(judged_reply(raw("HTTP/1.1 200 x\r\nTransfer-Encoding: " + name +
                               ", chunked\r\n\r\n" + size + bomb + "\r\n0\r\n\r\n")),
              "response error");
  }
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 * 1024) << "KiB";
}

TEST_F(BadEndpointTest, RefusedConnections) {  // row 9
  int closed = 0;
  {
    const SocketServer gone;
    closed = gone.port();
  }
  EXPECT_EQ(judged({{"callback.request.url", "http://127.0.0.1:" + std::to_string(closed)}}),
            "request error");
}

TEST_F(BadEndpointTest, ANameThatIsNone) {  // row 9
  EXPECT_EQ(judged({{"callback.request.url", "http://no-such-host.invalid/"}}), "request error");
  EXPECT_TRUE(log_.contains("Could not resolve host"));
}

TEST_F(BadEndpointTest, TlsWhereThereIsNone) {  // row 9
  server_.otherwise(raw("HTTP/1.1 400 x\r\n\r\n", Step::Then::close));
  EXPECT_EQ(
      judged({{"callback.request.url", "https://127.0.0.1:" + std::to_string(server_.port()) + "/"},
              {"callback.timeout.connect.ms", "500"}}),
      "request error");
}

TEST_F(BadEndpointTest, ANegativeTimeout) {  // row 9
  EXPECT_EQ(judged({{"callback.timeout.read.ms", "-1"}}), "request error");
  EXPECT_EQ(judged({{"callback.timeout.connect.ms", "-1"}}), "request error");
  EXPECT_THAT(server_.requests(), SizeIs(0));
}

TEST_F(BadEndpointTest, AConnectionThatIsNotAccepted) {  // the first of the two time limits
  // An address that nothing answers at: reserved for documentation.
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(judged({{"callback.request.url", "http://192.0.2.1/"},
                    {"callback.timeout.connect.ms", "200"}}),
            "request error");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(10));
}

TEST_F(BadEndpointTest, ASilentEndpoint) {  // the second of them; row 5
  server_.otherwise(hangs());
  EXPECT_EQ(judged({{"callback.timeout.read.ms", "100"}}), "response error");
  EXPECT_TRUE(log_.contains("nothing was heard for 100 ms"));
}

TEST_F(BadEndpointTest, AnEndpointThatFallsSilent) {  // row 7
  server_.otherwise(
      raw("HTTP/1.1 503 x\r\nContent-Length: 99\r\n\r\n{\"retry\":false}", Step::Then::hang));
  EXPECT_EQ(judged({{"callback.timeout.read.ms", "100"}}), "request error");
}

TEST_F(BadEndpointTest, ADeadlineForTheWholeExchange) {
  server_.otherwise(hangs());
  EXPECT_EQ(judged({{"http.request.timeout.ms", "100"}}), "response error");
}

TEST_F(BadEndpointTest, AUsedConnectionThatWasClosedIsNotAnAttempt) {  // §3.5
  server_.script({delivered(), closes()});
  start({{"exception.strategy", "STOP_TASK"}});
  put_texts({"a", "b"});
  settle();
  EXPECT_EQ(failure(), "none");
  EXPECT_THAT(server_.bodies(), ElementsAre("a", "b", "b"));
  EXPECT_EQ(server_.connections(), 2U);
}

TEST_F(BadEndpointTest, ANewConnectionThatIsClosedIsOne) {  // §3.5
  server_.otherwise(closes());
  EXPECT_EQ(judged(), "response error");
  EXPECT_THAT(server_.requests(), SizeIs(1));
}

}  // namespace
}  // namespace millrace::http
