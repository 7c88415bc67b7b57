#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace millrace::rest {

/// The bytes of one accepted connection, plain or encrypted. All on the server's thread.
/// A handler is called once, never from within the call that took it; `ok` false: the stream is at
/// its end, or was closed.
class Stream {
 public:
  virtual ~Stream() = default;
  /// First of all, once: whatever both sides must agree upon before a byte of HTTP.
  virtual void open(std::function<void(bool ok)> handler) = 0;
  virtual void read(std::span<char> room,
                    std::function<void(bool ok, std::size_t size)> handler) = 0;
  /// Writes everything; the bytes must stay until the handler is called.
  virtual void write(std::string_view bytes, std::function<void(bool ok)> handler) = 0;
  /// Tells the client that nothing more will come; reading goes on.
  virtual void end_writing() = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual const std::string& peer() const = 0;   ///< "127.0.0.1"
  [[nodiscard]] virtual const std::string& local() const = 0;  ///< "127.0.0.1:8083"
  [[nodiscard]] virtual std::string_view scheme() const = 0;   ///< "http", "https"
};

}  // namespace millrace::rest
