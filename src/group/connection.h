#pragma once

#include "group/loop.h"
#include "group/messages.h"
#include "group/sasl.h"
#include "group/settings.h"
#include "group/stream.h"
#include "group/tokens.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace millrace::group {

/// What all connections of a member share.
struct Network {
  Loop& loop;
  const NetworkSettings& settings;
  std::shared_ptr<boost::asio::ssl::context> tls;  ///< null: in the clear
  Tokens* tokens = nullptr;                        ///< for OAUTHBEARER
};

/// One connection to a broker, logged in. Requests may follow each other without waiting; the
/// broker answers them in order. Belongs to the loop's thread; kept alive by what it waits for.
///
/// Errors: retriable: the connection could not be made, broke, or an answer did not come in time;
///         fatal: the broker is not who it should be, refuses our login, or speaks no version that
///         we know. A connection that has failed once is closed for good.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Reply {
    std::int16_t version = 0;  ///< of the request
    std::string_view body;     ///< valid during the call
  };
  using Opened = std::function<void(Result<void>)>;
  using Answered = std::function<void(Result<Reply>)>;
  using Encode = std::function<std::string(std::int16_t version)>;

  Connection(const Network& network, Endpoint endpoint);

  /// Connects, agrees on versions, logs in. setup: limit for TCP and TLS; each request of the login
  /// has the limit of all requests.
  void open(std::chrono::milliseconds setup, Opened opened);
  /// The newest version that both sides know. answered: not from within this call.
  void send(Api api, const Encode& encode, std::chrono::milliseconds limit, Answered answered);
  /// Whoever waits gets the error, but for `closed`, which is not called.
  void close(const Error& reason);
  /// At the end of everything: nobody is called any more.
  void drop();
  /// Called once when it closes by itself after it was opened.
  void on_closed(std::function<void(const Error&)> closed) { closed_ = std::move(closed); }

  [[nodiscard]] bool is_open() const { return phase_ == Phase::open; }
  [[nodiscard]] bool idle() const { return waiting_.empty(); }
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  /// The login is about to run out: another connection should take over.
  [[nodiscard]] bool worn_out() const { return renew_at_ && network_.loop.now() >= *renew_at_; }

 private:
  enum class Phase : std::uint8_t { opening, open, closed };
  struct Waiting {
    Waiting(Loop& loop, Api a, std::int16_t v, Answered f)
        : api(a), version(v), answered(std::move(f)), limit(loop) {}
    Api api;
    std::int16_t version;
    Answered answered;
    Timer limit;
  };

  void connect(const boost::asio::ip::tcp::resolver::results_type& addresses);
  void connected();
  void ask_versions(std::int16_t version);
  void log_in();
  void start_login(Credentials credentials);
  void shake_hands(const std::string& mechanism);
  void authenticate(const std::string& bytes);
  void logged_in(std::int64_t lifetime_ms);
  void opened();
  void send_version(Api api, std::int16_t version, const std::string& body,
                    std::chrono::milliseconds limit, Answered answered);
  void write();
  void read();
  void take_frames();
  void take_answer(std::string_view frame);
  void fail(const Error& error);
  [[nodiscard]] Error lost(std::string_view why) const;
  [[nodiscard]] Error broken(const Stream::Code& problem) const;

  const Network network_;
  const Endpoint endpoint_;
  std::unique_ptr<Stream> stream_;
  boost::asio::ip::tcp::resolver resolver_;
  Phase phase_ = Phase::opening;
  Timer setup_limit_;
  Opened opened_;
  std::function<void(const Error&)> closed_;
  ApiVersionsResponse versions_;
  std::unique_ptr<SaslClient> sasl_;
  std::optional<Clock::Time> renew_at_;

  std::map<std::int32_t, Waiting> waiting_;
  std::int32_t last_correlation_ = 0;
  std::string output_;   // what waits to be written
  std::string writing_;  // what is being written
  std::array<char, 16384> room_;
  std::string input_;
};

}  // namespace millrace::group
