#include "rest/tcp_stream.h"

#include "rest/listener.h"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace millrace::rest {

namespace {

using boost::asio::ip::tcp;
using Code = boost::system::error_code;

class TcpStream final : public Stream {
 public:
  explicit TcpStream(tcp::socket socket) : socket_(std::move(socket)) {
    Code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    const tcp::endpoint peer = socket_.remote_endpoint(ignored);
    peer_ = plain(peer.address());
    const tcp::endpoint local = socket_.local_endpoint(ignored);
    local_ = host_and_port(plain(local.address()), local.port());
  }

  void open(std::function<void(bool)> handler) override {
    boost::asio::post(socket_.get_executor(), [handler = std::move(handler)] { handler(true); });
  }
  void read(std::span<char> room, std::function<void(bool, std::size_t)> handler) override {
    socket_.async_read_some(
        boost::asio::buffer(room.data(), room.size()),
        [handler = std::move(handler)](const Code& error, std::size_t n) { handler(!error, n); });
  }
  void write(std::string_view bytes, std::function<void(bool)> handler) override {
    boost::asio::async_write(
        socket_, boost::asio::buffer(bytes.data(), bytes.size()),
        [handler = std::move(handler)](const Code& error, std::size_t) { handler(!error); });
  }
  void end_writing() override {
    Code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    Code ignored;
    socket_.close(ignored);
  }
  [[nodiscard]] const std::string& peer() const override { return peer_; }
  [[nodiscard]] const std::string& local() const override { return local_; }
  [[nodiscard]] std::string_view scheme() const override { return "http"; }

 private:
  /// An IPv4 address stays one, also on a socket that speaks both.
  static std::string plain(const boost::asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
      return make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
  }

  tcp::socket socket_;
  std::string peer_;
  std::string local_;
};

}  // namespace

std::unique_ptr<Stream> make_tcp_stream(tcp::socket socket) {
  return std::make_unique<TcpStream>(std::move(socket));
}

}  // namespace millrace::rest
