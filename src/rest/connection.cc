#include "rest/connection.h"

#include "peers/signature.h"
#include "rest/rest_log.h"
#include "rest/status.h"

#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

namespace millrace::rest {

namespace {

/// How much of a refused upload is thrown away, so that the client gets to read why.
constexpr std::size_t drain_limit = 4 * 1024 * 1024;

}  // namespace

Connection::Connection(Shared& shared, const Site& site, std::unique_ptr<Stream> stream,
                       std::function<void(Connection*)> closed)
    : shared_(shared),
      site_(site),
      stream_(std::move(stream)),
      closed_(std::move(closed)),
      timer_(shared.loop),
      parser_(shared.sizes) {}

void Connection::start() {
  enter(Phase::opening, shared_.times.open);
  stream_->open([self = shared_from_this()](bool ok) {
    if (self->phase_ != Phase::opening) return;
    if (!ok || self->shared_.stopping) return self->close();
    self->enter(Phase::idle, self->shared_.times.idle);
    self->read();
  });
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  timer_.cancel();
  stream_->close();
  closed_(this);
}

void Connection::wind_down() {
  if ((phase_ != Phase::answering && phase_ != Phase::writing) || waits_for_state_) close();
}

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  since_ = std::chrono::steady_clock::now();
  timer_.expires_after(limit);
  timer_.async_wait([self = shared_from_this(),
                     round = ++timer_round_](const boost::system::error_code& cancelled) {
    if (!cancelled && round == self->timer_round_) self->time_is_over();
  });
}

void Connection::time_is_over() {
  switch (phase_) {
    case Phase::reading:
      if (write_pending_) return close();  // it does not even take our "100 Continue"
      return refuse(error_response(408, "The request was not complete within " +
                                            std::to_string(shared_.times.request.count()) + " ms"));
    case Phase::answering:
      ++exchange_;
      waits_for_state_ = false;
      return answer(route_->when_late(*shared_.herder, *request_.progress));
    case Phase::opening:
    case Phase::idle:
    case Phase::writing:
    case Phase::lingering: return close();
    case Phase::closed: return;
  }
}

void Connection::read() {
  if (std::exchange(read_pending_, true)) return;
  stream_->read(room_, [self = shared_from_this()](bool ok, std::size_t size) {
    self->read_pending_ = false;
    self->received(ok, size);
  });
}

void Connection::received(bool ok, std::size_t size) {
  switch (phase_) {
    case Phase::idle:
      if (ok) enter(Phase::reading, shared_.times.request);
      [[fallthrough]];
    case Phase::reading:
      if (!ok) return close();
      input_.append(room_.data(), size);
      return advance();
    case Phase::lingering:
      drained_ += size;
      if (!ok || drained_ > drain_limit) return close();
      return read();
    case Phase::opening:
    case Phase::answering:
    case Phase::writing:  // bytes behind a request that was refused: of no use
    case Phase::closed: return;
  }
}

void Connection::follow(RequestParser::Step step) {
  switch (step) {
    case RequestParser::Step::more: return read();
    case RequestParser::Step::waiting: return invite_body();
    case RequestParser::Step::large: return admit_large_body();
    case RequestParser::Step::done: return handle();
    case RequestParser::Step::refused: return refuse(parser_.refusal());
  }
}

void Connection::invite_body() { write("HTTP/1.1 100 Continue\r\n\r\n", &Connection::read); }

/// What workers send each other may be large. Strangers are refused before it is read.
void Connection::admit_large_body() {
  if (shared_.herder == nullptr || site_.scope == Scope::admin_alone) {
    return refuse(routing_error(404));
  }
  const Result<void> admitted = shared_.herder->check_signed(
      parser_.header(peers::signature_header), parser_.header(peers::algorithm_header));
  if (!admitted) return refuse(error_response(admitted.error()));
  follow(parser_.go_on(input_));
}

void Connection::handle() {
  began_ = std::chrono::steady_clock::now();
  keep_alive_ = parser_.keep_alive();
  http_1_0_ = parser_.is_http_1_0();
  request_ = parser_.take();
  parser_ = RequestParser(shared_.sizes);
  const std::string* host = request_.header("Host");
  request_.base_url = std::string(stream_->scheme()) + "://" +
                      (host != nullptr && !host->empty() ? *host : stream_->local());
  request_.about = &shared_.about;
  ++exchange_;
  dispatch();
}

void Connection::dispatch() {
  if (shared_.herder == nullptr) return answer(routing_error(404));
  Match found = match(routes(), request_, site_.scope);
  // Java routes before it asks who is there, and so tells strangers which paths exist.
  if (found.found && site_.access != nullptr) {
    if (const std::optional<Response> refused = site_.access->refuse(request_)) {
      return answer(*refused);
    }
  }
  if (found.route == nullptr) return answer(found.answer);
  route_ = found.route;
  if (route_->needs_state() && !shared_.knows_connectors) return wait_for_state();
  carry_out();
}

void Connection::wait_for_state() {
  waits_for_state_ = true;
  request_.progress->begin("reading the internal topics");
  std::erase_if(shared_.waiting, [this](const std::weak_ptr<Connection>& other) {
    const auto alive = other.lock();
    return alive == nullptr || alive.get() == this;
  });
  shared_.waiting.push_back(weak_from_this());
  enter(Phase::answering, shared_.replies.change);
}

void Connection::go_on() {
  if (phase_ != Phase::answering || !std::exchange(waits_for_state_, false)) return;
  request_.progress->complete();
  carry_out();
}

void Connection::carry_out() {
  try {
    if (route_->at_once != nullptr) return answer(route_->at_once(*shared_.herder, request_));
    const std::chrono::milliseconds limit = shared_.replies.*route_->limit;
    request_.forwarder = shared_.forwarder;
    request_.deadline = std::chrono::steady_clock::now() + limit;
    enter(Phase::answering, limit);
    route_->later(*shared_.herder, request_, respond_later());
  } catch (const std::exception& problem) {  // ours throw nothing, but memory may run out
    ++exchange_;
    answer(error_response(500, problem.what()));
  }
}

Respond Connection::respond_later() {
  return
      [loop = shared_.weak_loop, self = weak_from_this(), exchange = exchange_](Response response) {
        const std::shared_ptr<boost::asio::io_context> alive = loop.lock();
        if (alive == nullptr) return;
        boost::asio::post(*alive, [self, exchange, response = std::move(response)] {
          const std::shared_ptr<Connection> connection = self.lock();
          if (connection == nullptr || connection->phase_ != Phase::answering ||
              connection->exchange_ != exchange) {
            return;
          }
          ++connection->exchange_;
          connection->answer(response);
        });
      };
}

void Connection::refuse(const Response& response) {
  began_ = std::chrono::steady_clock::now();
  keep_alive_ = false;
  http_1_0_ = false;
  request_ = parser_.take();
  input_.clear();
  answer(response);
}

void Connection::answer(const Response& response) {
  const auto now = std::chrono::system_clock::now();
  const bool has_body = response.status != 204;
  keep_alive_ = keep_alive_ && !shared_.stopping;
  NameValues headers = {{"Date", http_date(now)}, {"Server", "Millrace"}};
  if (site_.access != nullptr) site_.access->add_headers(request_, now, headers);
  for (const auto& [name, value] : response.headers) set_header(headers, name, value);
  if (!response.content_type.empty()) set_header(headers, "Content-Type", response.content_type);
  if (has_body) headers.emplace_back("Content-Length", std::to_string(response.body.size()));
  if (!keep_alive_) {
    headers.emplace_back("Connection", "close");
  } else if (http_1_0_) {
    headers.emplace_back("Connection", "keep-alive");
  }
  output_ = "HTTP/1.1 " + std::to_string(response.status) + " ";
  output_ += reason_of(response.status);
  for (const auto& [name, value] : headers) {
    output_.append("\r\n").append(name).append(": ").append(value);
  }
  output_ += "\r\n\r\n";
  const bool sends_body = has_body && request_.method != "HEAD";
  if (sends_body) output_ += response.body;

  const std::string* referer = request_.header("Referer");
  const std::string* agent = request_.header("User-Agent");
  log_ = {stream_->peer(),
          request_.method.empty()
              ? "-"
              : request_.method + " " + request_.target + (http_1_0_ ? " HTTP/1.0" : " HTTP/1.1"),
          response.status,
          sends_body ? response.body.size() : 0,
          referer != nullptr ? *referer : "",
          agent != nullptr ? *agent : "",
          now,
          {}};
  if (response.status == 500) {
    rest_logger().error("REST call {} {} failed: {}", request_.method, request_.path,
                        response.body);
  }
  enter(Phase::writing, shared_.times.write);
  write(output_, &Connection::answered);
}

void Connection::write(std::string_view bytes, void (Connection::*then)()) {
  write_pending_ = true;
  stream_->write(bytes, [self = shared_from_this(), then](bool ok) {
    self->write_pending_ = false;
    if (self->phase_ == Phase::closed) return;
    if (!ok) return self->close();
    (self.get()->*then)();
  });
}

void Connection::answered() {
  log_.latency = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began_);
  log_request(log_);
  request_ = {};
  output_.clear();
  if (shared_.stopping) return close();
  if (!keep_alive_) return linger();
  next_request();
}

void Connection::next_request() {
  if (input_.empty()) {
    input_.shrink_to_fit();
    enter(Phase::idle, shared_.times.idle);
    return read();
  }
  enter(Phase::reading, shared_.times.request);
  advance();
}

void Connection::linger() {
  // Closing with bytes unread would reset the connection and could take the answer along.
  stream_->end_writing();
  drained_ = 0;
  enter(Phase::lingering, shared_.times.linger);
  read();
}

}  // namespace millrace::rest
