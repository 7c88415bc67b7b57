#pragma once

#include "http/target.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::http {

/// The header lines of a request, in wire order, in one piece of memory that is used again.
class HeaderLines {
 public:
  /// Where a line comes from: says what becomes of it when a request is redirected.
  enum class Origin : std::uint8_t {
    client,   ///< User-Agent, Host, Accept, …: every request has them
    body,     ///< Content-Type and the like: go with the body
    trace,    ///< X-B3-*, X-Kafka-Topic
    settings  ///< configured, of the record or with credentials: never for another host
  };
  struct Line {
    std::size_t at = 0;  ///< in the text; ends with a zero byte
    Origin origin = Origin::client;
    std::size_t name_size = 0;
  };

  void clear() {
    text_.clear();
    lines_.clear();
  }
  void add(std::string_view name, std::string_view value, Origin origin) {
    lines_.push_back({text_.size(), origin, name.size()});
    text_.append(name).append(": ").append(value);
    text_ += '\0';
  }
  [[nodiscard]] std::span<const Line> lines() const { return lines_; }
  [[nodiscard]] const char* text(const Line& line) const { return text_.data() + line.at; }
  [[nodiscard]] std::string_view name(const Line& line) const {
    return std::string_view(text_).substr(line.at, line.name_size);
  }
  [[nodiscard]] std::string_view value(const Line& line) const {
    return text(line) + line.name_size + 2;
  }

 private:
  std::string text_;
  std::vector<Line> lines_;
};

/// One request, ready to be sent. Kept until it is answered: its memory is used again.
struct Request {
  std::shared_ptr<const Target> target;
  std::string method;
  HeaderLines headers;  ///< all but Content-Length
  std::string body;
  bool has_body = true;
  int hop = 1;              ///< of redirects, the first request included
  bool credentials = true;  ///< user and password, where those are configured
};

}  // namespace millrace::http
