#pragma once

#include "rest/access.h"
#include "rest/limits.h"
#include "rest/request_log.h"
#include "rest/request_parser.h"
#include "rest/route.h"
#include "rest/stream.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace millrace::rest {

/// What the connections of a server share. All on its thread.
struct Shared {
  boost::asio::io_context& loop;
  std::weak_ptr<boost::asio::io_context> weak_loop;  ///< for answers that outlive the server
  Herder* herder = nullptr;                          ///< null: not serving yet
  About about;
  SizeLimits sizes;
  TimeLimits times;
  ReplyLimits replies;
  std::shared_ptr<Forwarder> forwarder;  ///< null: this worker is on its own
  bool knows_connectors = false;         ///< the herder does; else requests about them wait
  std::vector<std::weak_ptr<class Connection>> waiting;  ///< those whose request does
  bool stopping = false;
};

/// What holds for the connections of a kind of listener; of its server, so it outlives them.
struct Site {
  Scope scope = Scope::everything;
  const Access* access = nullptr;  ///< null: everybody may come, and nothing is added to answers
};

/// One client: reads a request, has it answered, writes the answer, and again. Requests that are
/// sent ahead wait in the buffer. Lives on the server's thread, kept alive by what it waits for.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// closed: called once, at the end.
  Connection(Shared& shared, const Site& site, std::unique_ptr<Stream> stream,
             std::function<void(Connection*)> closed);

  enum class Phase : std::uint8_t { opening, idle, reading, answering, writing, lingering, closed };

  void start();
  /// At once, whatever is going on.
  void close();
  /// Ends what nobody is waiting for; an answer that is due is still given, then it closes.
  void wind_down();
  /// The request that has waited for the herder to know the connectors need not wait any more.
  void go_on();

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] std::chrono::steady_clock::time_point since() const { return since_; }

 private:
  void enter(Phase phase, std::chrono::milliseconds limit);
  void time_is_over();
  void read();
  void received(bool ok, std::size_t size);
  void advance() { follow(parser_.parse(input_)); }
  void follow(RequestParser::Step step);
  void invite_body();
  void admit_large_body();
  void handle();
  void dispatch();
  void wait_for_state();
  void carry_out();
  void answer(const Response& response);
  void refuse(const Response& response);
  void write(std::string_view bytes, void (Connection::*then)());
  void answered();
  void next_request();
  void linger();
  Respond respond_later();

  Shared& shared_;
  const Site& site_;
  std::unique_ptr<Stream> stream_;
  std::function<void(Connection*)> closed_;
  boost::asio::steady_timer timer_;
  Phase phase_ = Phase::opening;
  std::chrono::steady_clock::time_point since_;
  std::uint64_t timer_round_ = 0;  // a timer that fires late belongs to a round that is over
  std::array<char, 8192> room_;
  std::string input_;
  RequestParser parser_;
  Request request_;
  const Route* route_ = nullptr;
  std::uint64_t exchange_ = 0;  // number of the request; answers to earlier ones are dropped
  bool waits_for_state_ = false;
  bool keep_alive_ = false;
  bool http_1_0_ = false;
  bool read_pending_ = false;
  bool write_pending_ = false;
  std::string output_;
  LogEntry log_;
  std::chrono::steady_clock::time_point began_;
  std::size_t drained_ = 0;  // bytes thrown away while lingering
};

}  // namespace millrace::rest
