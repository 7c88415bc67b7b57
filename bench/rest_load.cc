// rest_load PORT CLIENTS SECONDS PAUSE_MS PATH...
//
// CLIENTS connections to 127.0.0.1:PORT that live as long as the run. Each asks for the paths in
// turn, waits for the whole answer, and PAUSE_MS more. Prints one line of JSON: requests, errors
// (no connection, another status than 200, no answer within 5 s) and times of answers.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using Code = boost::system::error_code;
using Answer = http::response_parser<http::string_body>;

struct Run {
  asio::ip::tcp::endpoint server;
  std::vector<std::string> requests;
  std::chrono::milliseconds pause;
  Clock::time_point end;
  std::vector<float> milliseconds = {};  // one an answer
  std::size_t errors = 0;
};

class Client {
 public:
  Client(asio::io_context& loop, Run& run, std::size_t number)
      : run_(run), stream_(loop), timer_(loop), next_(number) {}

  void connect() {
    stream_.expires_after(std::chrono::seconds(5));
    stream_.async_connect(run_.server, [this](const Code& problem) {
      if (problem) return failed();
      ask();
    });
  }

 private:
  void ask() {
    if (Clock::now() >= run_.end) return;
    stream_.expires_after(std::chrono::seconds(5));
    began_ = Clock::now();
    const std::string& request = run_.requests[next_++ % run_.requests.size()];
    asio::async_write(stream_, asio::buffer(request), [this](const Code& problem, std::size_t) {
      if (problem) return failed();
      answer_.emplace();
      answer_->body_limit(64 * 1024 * 1024);
      http::async_read(stream_, buffer_, *answer_, [this](const Code& bad, std::size_t) {
        if (bad || answer_->get().result_int() != 200) return failed();
        const std::chrono::duration<float, std::milli> took = Clock::now() - began_;
        run_.milliseconds.push_back(took.count());
        wait();
      });
    });
  }

  void wait() {
    timer_.expires_after(run_.pause);
    timer_.async_wait([this](const Code&) { ask(); });
  }

  void failed() {
    if (Clock::now() >= run_.end) return;
    ++run_.errors;
    stream_.close();
    buffer_.clear();
    timer_.expires_after(std::chrono::milliseconds(100));
    timer_.async_wait([this](const Code&) { connect(); });
  }

  Run& run_;
  beast::tcp_stream stream_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_;
  std::optional<Answer> answer_;
  std::size_t next_;
  Clock::time_point began_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fputs("usage: rest_load PORT CLIENTS SECONDS PAUSE_MS PATH...\n", stderr);
    return 1;
  }
  const auto number = [argv](int at) { return std::strtoul(argv[at], nullptr, 10); };
  asio::io_context loop(1);
  Run run{.server = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(number(1))},
          .requests = {},
          .pause = std::chrono::milliseconds(number(4)),
          .end = Clock::now() + std::chrono::seconds(number(3))};
  for (int i = 5; i < argc; ++i) {
    run.requests.push_back("GET " + std::string(argv[i]) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  std::deque<Client> clients;
  for (std::size_t i = 0; i < number(2); ++i) clients.emplace_back(loop, run, i).connect();
  loop.run();

  std::ranges::sort(run.milliseconds);
  const auto at = [&run](double part) {
    if (run.milliseconds.empty()) return 0.0F;
    const auto last = static_cast<double>(run.milliseconds.size() - 1);
    return run.milliseconds[static_cast<std::size_t>(part * last)];
  };
  std::printf(R"({"requests": %zu, "errors": %zu, "per_s": %.0f, "p50_ms": %.2f, "p99_ms": %.2f, )"
              R"("max_ms": %.2f})"
              "\n",
              run.milliseconds.size(), run.errors,
              static_cast<double>(run.milliseconds.size()) / static_cast<double>(number(3)),
              at(0.5), at(0.99), at(1));
  return 0;
}
