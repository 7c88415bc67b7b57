#include "rest/server.h"

#include "base/log.h"
#include "base/thread.h"
#include "rest/acceptor.h"
#include "rest/connection.h"
#include "rest/tcp_stream.h"

#include <algorithm>
#include <future>
#include <thread>
#include <unordered_map>
#include <utility>

#include <boost/asio/post.hpp>

namespace millrace::rest {

namespace {

log::Logger& logger() {
  static log::Logger& instance = log::logger("org.apache.kafka.connect.runtime.rest.RestServer");
  return instance;
}

}  // namespace

class Server::Impl {  // its members belong to thread_ once that runs
 public:
  explicit Impl(ServerOptions options)
      : loop_(std::make_shared<boost::asio::io_context>(1)),
        shared_{*loop_,        loop_,         nullptr,         std::move(options.about),
                options.sizes, options.times, options.replies, false},
        max_connections_(options.max_connections),
        grace_(*loop_) {}

  ~Impl() { stop(std::chrono::milliseconds(0)); }

  Result<void> open(const std::vector<Listener>& listeners) {
    for (const Listener& listener : listeners) {
      Result<std::unique_ptr<Acceptor>> acceptor = Acceptor::open(*loop_, listener);
      if (!acceptor) return std::move(acceptor.error());
      bound_.push_back((*acceptor)->listener());
      acceptors_.push_back(std::move(*acceptor));
    }
    for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) {
      acceptor->start([this](boost::asio::ip::tcp::socket socket) { accept(std::move(socket)); },
                      [this] { make_room(); });
    }
    thread_ = start_thread("rest", [loop = loop_] { loop->run(); });
    return {};
  }

  void serve(Herder& herder) {
    if (!thread_.joinable()) return;  // stopped already
    run_in_loop([this, &herder] { shared_.herder = &herder; });
    logger().info("REST resources initialized; server is started and ready to handle requests");
  }

  void stop(std::chrono::milliseconds grace) {
    if (!thread_.joinable()) return;
    run_in_loop([this, grace] { wind_down(grace); });
    thread_.join();
  }

  std::vector<Listener> bound_;  // constant after open()

 private:
  void run_in_loop(const std::function<void()>& work) {
    std::promise<void> done;
    boost::asio::post(*loop_, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  void wind_down(std::chrono::milliseconds grace) {
    shared_.stopping = true;
    for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) acceptor->close();
    for (const auto& connection : all_connections()) connection->wind_down();
    if (connections_.empty()) return;
    grace_.expires_after(grace);
    grace_.async_wait([this](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      for (const auto& connection : all_connections()) connection->close();
    });
  }

  void accept(boost::asio::ip::tcp::socket socket) {
    if (connections_.size() >= max_connections_ && !make_room()) {
      return;  // the socket closes: everybody else is being answered
    }
    auto connection = std::make_shared<Connection>(shared_, make_tcp_stream(std::move(socket)),
                                                   [this](Connection* gone) {
                                                     connections_.erase(gone);
                                                     if (shared_.stopping && connections_.empty())
                                                       grace_.cancel();
                                                   });
    connections_.emplace(connection.get(), connection);
    connection->start();
  }

  /// Hangs up on a client that nobody will miss: one that is idle, else one that is slow to send
  /// its request; of these the one that has been so the longest. False: there is none.
  bool make_room() {
    std::shared_ptr<Connection> victim;
    const auto rank = [](const Connection& connection) {
      using Phase = Connection::Phase;
      const Phase phase = connection.phase();
      const int order = phase == Phase::lingering ? 0 : phase == Phase::idle ? 1 : 2;
      return std::pair(order, connection.since());
    };
    for (const auto& [key, connection] : connections_) {
      const Connection::Phase phase = connection->phase();
      if (phase == Connection::Phase::answering || phase == Connection::Phase::writing) continue;
      if (victim == nullptr || rank(*connection) < rank(*victim)) victim = connection;
    }
    if (victim == nullptr) return false;
    victim->close();
    return true;
  }

  [[nodiscard]] std::vector<std::shared_ptr<Connection>> all_connections() const {
    std::vector<std::shared_ptr<Connection>> all;
    for (const auto& [key, connection] : connections_) all.push_back(connection);
    return all;
  }

  std::shared_ptr<boost::asio::io_context> loop_;  // answers on other threads reach it weakly
  Shared shared_;
  const std::size_t max_connections_;
  boost::asio::steady_timer grace_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(ServerOptions options) {
  const std::vector<Listener> listeners = options.listeners;
  auto impl = std::make_unique<Impl>(std::move(options));
  MILLRACE_TRY(impl->open(listeners));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

const std::vector<Listener>& Server::listeners() const { return impl_->bound_; }
void Server::serve(Herder& herder) { impl_->serve(herder); }
void Server::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace millrace::rest
