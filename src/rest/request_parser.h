#pragma once

#include "rest/http.h"
#include "rest/limits.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::rest {

/// Makes one HTTP/1 request out of bytes as they arrive.
class RequestParser {
 public:
  explicit RequestParser(SizeLimits limits);
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;
  ~RequestParser();

  enum class Step {
    more,     ///< everything useful was taken; bytes are missing
    waiting,  ///< as `more`, and the client waits for "100 Continue" before it sends the body
    large,    ///< the header is there, and the body may be larger than those of clients: go_on, or
              ///< leave it
    done,     ///< take() the request; what is left of the input belongs to the next one
    refused,  ///< `refusal` says how to answer; nothing sensible can follow
  };
  /// Takes bytes from the front of the input.
  Step parse(std::string& input);
  /// After `large`.
  Step go_on(const std::string& input);

  /// Once after `done`: method, target, path, query, headers, body. Also after `refused`, with what
  /// was understood until then.
  Request take();
  [[nodiscard]] bool keep_alive() const;  ///< the client wants to go on after this request
  [[nodiscard]] bool is_http_1_0() const;
  [[nodiscard]] const Response& refusal() const { return refusal_; }
  /// After `large`: a header's value; none: there is none of that name.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;

 private:
  struct Beast;
  Step refuse(int status, std::string_view why);
  Step refuse_head(std::string_view input);
  void read_first_line(std::string_view input);
  Step check_head();
  Step explain(int beast_error, const std::string& text, const std::string& input);

  SizeLimits limits_;
  std::unique_ptr<Beast> beast_;
  std::size_t head_size_ = 0;  // of what was taken so far
  std::size_t body_limit_ = 0;
  bool first_line_read_ = false;
  bool head_checked_ = false;
  bool waits_ = false;  // the client, for "100 Continue"
  bool large_ = false;
  Response refusal_;
};

}  // namespace millrace::rest
