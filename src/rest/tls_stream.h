#pragma once

#include "rest/stream.h"
#include "rest/tls_context.h"

#include <memory>

namespace boost::asio {
class io_context;
}

namespace millrace::rest {

/// TLS over another stream: OpenSSL works on memory, and what it wants to send and to receive goes
/// through the stream below. At most one record more than was asked for is decrypted ahead.
std::unique_ptr<Stream> make_tls_stream(boost::asio::io_context& loop,
                                        std::unique_ptr<Stream> below, TlsSession session);

}  // namespace millrace::rest
