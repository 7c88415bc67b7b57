#pragma once

#include "rest/stream.h"

#include <memory>

#include <boost/asio/ip/tcp.hpp>

namespace millrace::rest {

std::unique_ptr<Stream> make_tcp_stream(boost::asio::ip::tcp::socket socket);

}  // namespace millrace::rest
