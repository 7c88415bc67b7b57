#include "rest/request_parser.h"

#include "base/ascii.h"
#include "rest/status.h"
#include "rest/uri.h"

#include <algorithm>
#include <utility>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace millrace::rest {

namespace http = boost::beast::http;

namespace {

std::string text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// "http://host:1/path" names the same as "/path".
std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (ascii::same_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      const std::size_t path = target.find_first_of("/?", scheme.size());
      return path == std::string_view::npos ? "/" : target.substr(path);
    }
  }
  return target;
}

/// "POST /connectors/a/tasks?forward=true HTTP/1.1"
bool brings_task_configs(std::string_view first_line) {
  constexpr std::string_view before = "/connectors/";
  constexpr std::string_view behind = "/tasks";
  if (!first_line.starts_with("POST ")) return false;
  first_line.remove_prefix(5);
  std::string_view path = without_authority(first_line.substr(0, first_line.find_first_of(" ?")));
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.size() <= before.size() + behind.size() || !path.starts_with(before)) return false;
  return path.find('/', before.size()) == path.size() - behind.size() && path.ends_with(behind);
}

}  // namespace

struct RequestParser::Beast {
  http::request_parser<http::string_body> parser;
};

RequestParser::RequestParser(SizeLimits limits)
    : limits_(limits), beast_(std::make_unique<Beast>()), body_limit_(limits.body) {
  beast_->parser.eager(true);
  beast_->parser.header_limit(static_cast<std::uint32_t>(limits.head));
  beast_->parser.body_limit(limits.body);
}
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;
RequestParser::~RequestParser() = default;

RequestParser::Step RequestParser::parse(std::string& input) {
  if (input.starts_with("PRI * HTTP/2.0")) return refuse(426, "This server speaks HTTP/1.1 only");
  if (!beast_->parser.got_some()) input.erase(0, input.find_first_not_of("\r\n"));
  if (!first_line_read_) read_first_line(input);
  boost::system::error_code error;
  const std::size_t used =
      beast_->parser.put(boost::asio::const_buffer(input.data(), input.size()), error);
  if (error && error != http::error::need_more) {
    return explain(error.value(), error.message(), input);
  }
  input.erase(0, used);
  if (!beast_->parser.is_header_done()) {
    // Beast takes a header line by line, and counts each line for itself only.
    head_size_ += used;
    return head_size_ + input.size() > limits_.head ? refuse_head(input) : Step::more;
  }
  if (!std::exchange(head_checked_, true)) {
    const Step step = check_head();
    if (step == Step::refused) return step;
    waits_ = step == Step::waiting;
    if (large_) return Step::large;
  }
  return go_on(input);
}

RequestParser::Step RequestParser::go_on(const std::string& input) {
  if (beast_->parser.is_done()) return Step::done;
  if (std::exchange(waits_, false)) return Step::waiting;
  // What stays is the line before a chunk.
  return input.size() > limits_.head ? refuse(400, "Bad HTTP message: bad chunk") : Step::more;
}

/// How large the body may be has to be known before Beast sees the rest of the header.
void RequestParser::read_first_line(std::string_view input) {
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) return;
  first_line_read_ = true;
  if (!brings_task_configs(input.substr(0, end))) return;
  body_limit_ = limits_.task_configs;
  large_ = limits_.task_configs > limits_.body;
  beast_->parser.body_limit(body_limit_);
}

RequestParser::Step RequestParser::check_head() {
  const auto& head = beast_->parser.get();
  std::size_t size = head.method_string().size() + head.target().size() + 12;
  for (const auto& field : head) size += field.name_string().size() + field.value().size() + 4;
  if (size > limits_.head) return refuse_head("");
  if (head.version() == 11 && head.count(http::field::host) != 1) {
    return refuse(400, "A request needs exactly one Host header");
  }
  const auto expect = head.find(http::field::expect);
  if (expect == head.end()) return Step::more;
  if (ascii::same_ignoring_case(text_of(expect->value()), "100-continue")) {
    return head.version() == 11 ? Step::waiting : Step::more;
  }
  return refuse(417, "The expectation '" + text_of(expect->value()) + "' cannot be met");
}

RequestParser::Step RequestParser::explain(int beast_error, const std::string& text,
                                           const std::string& input) {
  switch (static_cast<http::error>(beast_error)) {
    case http::error::body_limit:
      return refuse(413,
                    "The request body is larger than " + std::to_string(body_limit_) + " bytes");
    case http::error::buffer_overflow:
    case http::error::header_limit: return refuse_head(input);
    case http::error::bad_version: return refuse(505, "This server speaks HTTP/1.1 and HTTP/1.0");
    default: return refuse(400, "Bad HTTP message: " + text);
  }
}

RequestParser::Step RequestParser::refuse_head(std::string_view input) {
  const std::string limit = std::to_string(limits_.head) + " bytes";
  const bool in_first_line = beast_->parser.get().target().empty() &&
                             input.substr(0, limits_.head).find('\n') == std::string_view::npos;
  return in_first_line ? refuse(414, "The request line is longer than " + limit)
                       : refuse(431, "The request header is larger than " + limit);
}

RequestParser::Step RequestParser::refuse(int status, std::string_view why) {
  refusal_ = error_response(status, why);
  return Step::refused;
}

std::optional<std::string> RequestParser::header(std::string_view name) const {
  const auto& head = beast_->parser.get();
  const auto found = head.find(boost::beast::string_view(name.data(), name.size()));
  return found == head.end() ? std::nullopt : std::optional(text_of(found->value()));
}

bool RequestParser::keep_alive() const { return beast_->parser.get().keep_alive(); }
bool RequestParser::is_http_1_0() const { return beast_->parser.get().version() == 10; }

Request RequestParser::take() {
  auto& message = beast_->parser.get();
  Request request;
  request.method = text_of(message.method_string());
  request.target = text_of(message.target());
  const std::string_view target = without_authority(request.target);
  const std::size_t end = std::min(target.find('#'), target.size());
  const std::size_t question = std::min(target.find('?'), end);
  request.path = target.substr(0, question);
  if (question < end) request.query = parse_query(target.substr(question + 1, end - question - 1));
  if (request.path.empty()) request.path = "/";
  for (const auto& field : message) {
    request.headers.emplace_back(text_of(field.name_string()), text_of(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

}  // namespace millrace::rest
