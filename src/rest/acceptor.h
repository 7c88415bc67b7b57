#pragma once

#include "millrace/result.h"
#include "rest/listener.h"

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace millrace::rest {

/// A bound address, and the sockets that come in on it. On the loop's thread after `start`.
class Acceptor {
 public:
  /// Errors: see Server::open.
  static Result<std::unique_ptr<Acceptor>> open(boost::asio::io_context& loop,
                                                const Listener& listener);
  /// accepted: takes each socket. exhausted: the process has no file descriptor left; close one.
  void start(std::function<void(boost::asio::ip::tcp::socket)> accepted,
             std::function<void()> exhausted);
  void close();
  [[nodiscard]] const Listener& listener() const { return listener_; }  ///< with the port it got

 private:
  explicit Acceptor(boost::asio::io_context& loop) : acceptor_(loop), pause_(loop) {}
  void next();

  Listener listener_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::function<void(boost::asio::ip::tcp::socket)> accepted_;
  std::function<void()> exhausted_;
};

}  // namespace millrace::rest
