#include "rest/server.h"

#include "base/thread.h"
#include "rest/acceptor.h"
#include "rest/connection.h"
#include "rest/forwarder.h"
#include "rest/rest_log.h"
#include "rest/tcp_stream.h"
#include "rest/tls_stream.h"

#include <algorithm>
#include <future>
#include <thread>
#include <unordered_map>
#include <utility>

#include <boost/asio/post.hpp>

namespace millrace::rest {

class Server::Impl {  // its members belong to thread_ once that runs
 public:
  explicit Impl(ServerOptions& options)
      : loop_(std::make_shared<boost::asio::io_context>(1)),
        shared_{*loop_,
                loop_,
                nullptr,
                std::move(options.about),
                options.sizes,
                options.times,
                options.replies,
                nullptr,
                false,
                {},
                false},
        access_(std::move(options.access)),
        max_connections_(options.max_connections),
        grace_(*loop_) {
    SizeLimits& sizes = shared_.sizes;
    if (options.peers != nullptr) {
      shared_.forwarder = std::make_shared<Forwarder>(std::move(options.peers));
      sizes.task_configs = std::max(sizes.task_configs, sizes.body);
    } else {
      sizes.task_configs = sizes.body;  // nobody has any to send
    }
    main_.access = &access_;
    if (options.admin_listeners) main_.scope = Scope::all_but_admin;
  }

  ~Impl() { stop(std::chrono::milliseconds(0)); }

  /// Binds one kind of listeners.
  Result<void> bind(const std::vector<Listener>& listeners, const HttpsSettings& https,
                    const Site& site, std::vector<Listener>& bound) {
    std::shared_ptr<TlsContext> tls;
    for (const Listener& listener : listeners) {
      if (listener.protocol == "https" && tls == nullptr) {
        Result<std::unique_ptr<TlsContext>> opened =
            TlsContext::open(https, shared_.times.certificate);
        if (!opened) return std::move(opened.error());
        tls = *std::move(opened);
      }
      Result<std::unique_ptr<Acceptor>> acceptor = Acceptor::open(*loop_, listener);
      if (!acceptor) return std::move(acceptor.error());
      bound.push_back((*acceptor)->listener());
      doors_.push_back({*std::move(acceptor), &site, listener.protocol == "https" ? tls : nullptr});
    }
    return {};
  }

  Result<void> open(const ServerOptions& options) {
    MILLRACE_TRY(bind(options.listeners, options.https, main_, bound_));
    if (options.admin_listeners) {
      MILLRACE_TRY(bind(*options.admin_listeners, options.admin_https, admin_, admin_bound_));
    }
    for (const Door& door : doors_) {
      door.acceptor->start(
          [this, &door](boost::asio::ip::tcp::socket socket) { accept(std::move(socket), door); },
          [this] { make_room(); });
    }
    thread_ = start_thread("rest", [loop = loop_] { loop->run(); });
    return {};
  }

  void serve(Herder& herder, bool knows_connectors) {
    if (!thread_.joinable()) return;  // stopped already
    bool first = false;
    run_in_loop([&] {
      first = shared_.herder == nullptr;
      shared_.herder = &herder;
      shared_.knows_connectors = knows_connectors;
      if (!knows_connectors) return;
      for (const auto& waiting : std::exchange(shared_.waiting, {})) {
        if (const auto connection = waiting.lock()) connection->go_on();
      }
    });
    if (!first) return;
    rest_logger().info(
        "REST resources initialized; server is started and ready to handle requests");
  }

  void stop(std::chrono::milliseconds grace) {
    if (!thread_.joinable()) return;
    run_in_loop([this, grace] { wind_down(grace); });
    thread_.join();
    if (shared_.forwarder != nullptr) shared_.forwarder->stop();
  }

  std::vector<Listener> bound_;        // constant after open()
  std::vector<Listener> admin_bound_;  // constant after open()

 private:
  /// A listener, and what holds for those who come in by it.
  struct Door {
    std::unique_ptr<Acceptor> acceptor;
    const Site* site;
    std::shared_ptr<TlsContext> tls;  // null: http
  };

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
    for (const Door& door : doors_) door.acceptor->close();
    for (const auto& connection : all_connections()) connection->wind_down();
    if (connections_.empty()) return;
    grace_.expires_after(grace);
    grace_.async_wait([this](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      for (const auto& connection : all_connections()) connection->close();
    });
  }

  void accept(boost::asio::ip::tcp::socket socket, const Door& door) {
    if (connections_.size() >= max_connections_ && !make_room()) {
      return;  // the socket closes: everybody else is being answered
    }
    std::unique_ptr<Stream> stream = make_tcp_stream(std::move(socket));
    if (door.tls != nullptr) {
      TlsSession session = door.tls->accept();
      if (session == nullptr) return;  // no memory
      stream = make_tls_stream(*loop_, std::move(stream), std::move(session));
    }
    auto connection = std::make_shared<Connection>(shared_, *door.site, std::move(stream),
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
  const Access access_;
  Site main_;
  const Site admin_{Scope::admin_alone, nullptr};
  const std::size_t max_connections_;
  boost::asio::steady_timer grace_;
  std::vector<Door> doors_;  // constant after open()
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(ServerOptions options) {
  auto impl = std::make_unique<Impl>(options);
  MILLRACE_TRY(impl->open(options));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

const std::vector<Listener>& Server::listeners() const { return impl_->bound_; }
const std::vector<Listener>& Server::admin_listeners() const { return impl_->admin_bound_; }
void Server::serve_at_start(Herder& herder) { impl_->serve(herder, false); }
void Server::serve(Herder& herder) { impl_->serve(herder, true); }
void Server::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace millrace::rest
