#include "rest/acceptor.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <boost/asio/ip/v6_only.hpp>

namespace millrace::rest {

namespace {

using boost::asio::ip::tcp;
using Code = boost::system::error_code;

/// The addresses to try, in order: IPv4 first, as Java does; for an empty host all interfaces.
std::vector<tcp::endpoint> endpoints_of(boost::asio::io_context& loop, const Listener& listener,
                                        Code& error) {
  if (listener.host.empty()) {
    return {tcp::endpoint(tcp::v6(), listener.port), tcp::endpoint(tcp::v4(), listener.port)};
  }
  std::vector<tcp::endpoint> endpoints;
  tcp::resolver resolver(loop);
  for (const auto& entry : resolver.resolve(listener.host, std::to_string(listener.port),
                                            tcp::resolver::passive, error)) {
    endpoints.push_back(entry.endpoint());
  }
  std::ranges::stable_partition(
      endpoints, [](const tcp::endpoint& endpoint) { return endpoint.address().is_v4(); });
  return endpoints;
}

Code listen_on(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool both_families) {
  Code error;
  if (acceptor.open(endpoint.protocol(), error)) return error;
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (both_families) acceptor.set_option(boost::asio::ip::v6_only(false), error);
  if (acceptor.bind(endpoint, error)) return error;
  acceptor.listen(tcp::acceptor::max_listen_connections, error);
  return error;
}

}  // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::open(boost::asio::io_context& loop,
                                                 const Listener& listener) {
  std::unique_ptr<Acceptor> made(new Acceptor(loop));
  Code error;
  for (const tcp::endpoint& endpoint : endpoints_of(loop, listener, error)) {
    const bool both_families = endpoint.address().is_v6() && endpoint.address().is_unspecified();
    error = listen_on(made->acceptor_, endpoint, both_families);
    if (!error) {
      made->listener_ = listener;
      made->listener_.port = made->acceptor_.local_endpoint().port();
      return made;
    }
    Code ignored;
    made->acceptor_.close(ignored);
    if (error == boost::asio::error::address_in_use) break;
  }
  return Error{ErrorCode::fatal, "cannot listen on " + host_and_port(listener.host, listener.port) +
                                     ": " + error.message()};
}

void Acceptor::start(std::function<void(tcp::socket)> accepted, std::function<void()> exhausted) {
  accepted_ = std::move(accepted);
  exhausted_ = std::move(exhausted);
  next();
}

void Acceptor::close() {
  Code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void Acceptor::next() {
  acceptor_.async_accept([this](const Code& error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) {
      accepted_(std::move(socket));
      return next();
    }
    if (error == boost::asio::error::connection_aborted) return next();
    exhausted_();
    pause_.expires_after(
        std::chrono::milliseconds(100));  // or it would fail again at once, for ever
    pause_.async_wait([this](const Code& cancelled) {
      if (!cancelled) next();
    });
  });
}

}  // namespace millrace::rest
