#include "group/connection.h"

#include <fmt/format.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <limits>
#include <utility>

namespace millrace::group {

namespace {

using boost::asio::ip::tcp;
using Code = Stream::Code;

constexpr std::int32_t largest_answer = 100 * 1024 * 1024;
constexpr std::int16_t unsupported_version = 35;

Error login_failed(std::string_view problem) {
  return Error{ErrorCode::fatal, "org.apache.kafka.common.errors.SaslAuthenticationException",
               fmt::format("the login failed: {}", problem)};
}

bool is_tls_problem(const Code& code) {
  return code.category() == boost::asio::error::get_ssl_category();
}

/// Has the system find out that the other end has vanished without a word. Requests have limits of
/// their own, but JoinGroup may rightly take longer than the group bears with a silent member.
void notice_silence(tcp::socket& socket, std::chrono::milliseconds limit) {
  const auto set = [fd = socket.native_handle()](int level, int option, std::int64_t value) {
    const int number = static_cast<int>(value);
    ::setsockopt(fd, level, option, &number, sizeof number);  // without them it is as it was
  };
  const std::int64_t third = std::chrono::ceil<std::chrono::seconds>(limit / 3).count();
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, third);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 1);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, limit.count());
}

}  // namespace

Connection::Connection(const Network& network, Endpoint endpoint)
    : network_(network),
      endpoint_(std::move(endpoint)),
      resolver_(network.loop.io()),
      setup_limit_(network.loop) {
  if (network_.tls) {
    stream_ = make_tls_stream(network_.loop.io(), *network_.tls,
                              network_.settings.tls->check_host ? endpoint_.host : std::string());
  } else {
    stream_ = make_plain_stream(network_.loop.io());
  }
}

Error Connection::lost(std::string_view why) const {
  return Error{ErrorCode::retriable, "org.apache.kafka.common.errors.DisconnectException",
               fmt::format("broker {}: {}", to_string(endpoint_), why)};
}

/// In TLS 1.3 a broker that does not trust our certificate says so only after the handshake.
Error Connection::broken(const Code& problem) const {
  if (phase_ != Phase::opening || !is_tls_problem(problem)) return lost(problem.message());
  return Error{ErrorCode::fatal, "org.apache.kafka.common.errors.SslAuthenticationException",
               fmt::format("broker {}: the TLS handshake failed: {}", to_string(endpoint_),
                           problem.message())};
}

void Connection::open(std::chrono::milliseconds setup, Opened opened) {
  opened_ = std::move(opened);
  setup_limit_.start(setup, [this, setup] {
    fail(lost(fmt::format("no connection within {} ms", setup.count())));
  });
  const std::string port = std::to_string(endpoint_.port);
  Code no_address;
  const auto address = boost::asio::ip::make_address(endpoint_.host, no_address);
  if (!no_address) {  // nothing to resolve
    return connect(tcp::resolver::results_type::create(tcp::endpoint(address, endpoint_.port),
                                                       endpoint_.host, port));
  }
  resolver_.async_resolve(endpoint_.host, port,
                          [self = shared_from_this()](
                              const Code& problem, const tcp::resolver::results_type& addresses) {
                            if (self->phase_ == Phase::closed) return;
                            if (problem) return self->fail(self->lost(problem.message()));
                            self->connect(addresses);
                          });
}

void Connection::connect(const tcp::resolver::results_type& addresses) {
  boost::asio::async_connect(
      stream_->socket(), addresses,
      [self = shared_from_this()](const Code& problem, const tcp::endpoint&) {
        if (self->phase_ == Phase::closed) return;
        if (problem) return self->fail(self->lost(problem.message()));
        self->connected();
      });
}

void Connection::connected() {
  tcp::socket& socket = stream_->socket();
  Code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  const NetworkSettings& settings = network_.settings;
  notice_silence(socket, settings.silence);
  if (settings.send_buffer >= 0) {
    socket.set_option(boost::asio::socket_base::send_buffer_size(settings.send_buffer), ignored);
  }
  if (settings.receive_buffer >= 0) {
    socket.set_option(boost::asio::socket_base::receive_buffer_size(settings.receive_buffer),
                      ignored);
  }
  stream_->handshake([self = shared_from_this()](const Code& problem) {
    if (self->phase_ == Phase::closed) return;
    if (problem) return self->fail(self->broken(problem));
    self->setup_limit_.cancel();
    self->read();
    self->ask_versions(support_of(Api::api_versions).newest);
  });
}

void Connection::ask_versions(std::int16_t version) {
  send_version(Api::api_versions, version, encode_api_versions(version),
               network_.settings.request_timeout, [this, version](Result<Reply> reply) {
                 if (!reply) return;  // it is closed
                 Result<ApiVersionsResponse> versions = decode_api_versions(reply->body, version);
                 if (!versions) return fail(lost(versions.error().message()));
                 if (versions->error == unsupported_version && version > 0) {
                   return ask_versions(versions->common(Api::api_versions).value_or(0));
                 }
                 if (versions->error != 0) {
                   return fail(lost(fmt::format("ApiVersions: error {}", versions->error)));
                 }
                 versions_ = std::move(*versions);
                 log_in();
               });
}

void Connection::log_in() {
  const std::optional<SaslSettings>& sasl = network_.settings.sasl;
  if (!sasl) return opened();
  Credentials credentials{
      .mechanism = sasl->mechanism, .username = sasl->username, .password = sasl->password};
  if (!sasl->oauth) return start_login(std::move(credentials));
  credentials.extensions = sasl->oauth->extensions;
  network_.tokens->get([self = shared_from_this(),
                        credentials = std::move(credentials)](Result<kafka::Token> token) mutable {
    if (self->phase_ == Phase::closed) return;
    if (!token) return self->fail(token.error());
    credentials.token = token->text;
    self->start_login(std::move(credentials));
  });
}

void Connection::start_login(Credentials credentials) {
  const std::string mechanism = credentials.mechanism;
  Result<std::unique_ptr<SaslClient>> client = SaslClient::make(std::move(credentials));
  if (!client) return fail(client.error());
  sasl_ = std::move(*client);
  shake_hands(mechanism);
}

void Connection::shake_hands(const std::string& mechanism) {
  send_version(Api::sasl_handshake, 1, encode_sasl_handshake(mechanism),
               network_.settings.request_timeout, [this, mechanism](Result<Reply> reply) {
                 if (!reply) return;
                 const auto answer = decode_sasl_handshake(reply->body);
                 if (!answer) return fail(lost(answer.error().message()));
                 if (answer->error != 0) {
                   std::string names;
                   for (const std::string& one : answer->mechanisms) names += " " + one;
                   return fail(login_failed(fmt::format(
                       "the broker does not take mechanism {}; it takes:{}", mechanism, names)));
                 }
                 authenticate(sasl_->first());
               });
}

void Connection::authenticate(const std::string& bytes) {
  const Result<std::int16_t> version = versions_.common(Api::sasl_authenticate);
  if (!version) return fail(version.error());
  send_version(Api::sasl_authenticate, *version, encode_sasl_authenticate(bytes, *version),
               network_.settings.request_timeout, [this](Result<Reply> reply) {
                 if (!reply) return;
                 const auto answer = decode_sasl_authenticate(reply->body, reply->version);
                 if (!answer) return fail(lost(answer.error().message()));
                 if (answer->error != 0) {
                   if (network_.tokens != nullptr) network_.tokens->forget();
                   return fail(login_failed(
                       answer->message.value_or(fmt::format("error {}", answer->error))));
                 }
                 if (sasl_->done()) return logged_in(answer->session_lifetime_ms);
                 const Result<std::string> next = sasl_->next(answer->bytes);
                 if (!next) return fail(next.error());
                 if (sasl_->done()) return logged_in(answer->session_lifetime_ms);
                 authenticate(*next);
               });
}

void Connection::logged_in(std::int64_t lifetime_ms) {
  sasl_.reset();
  if (lifetime_ms > 0) {  // the broker hangs up on whoever goes on after that
    renew_at_ = deadline_after(network_.loop.now(), std::chrono::milliseconds(lifetime_ms) * 4 / 5);
  }
  opened();
}

void Connection::opened() {
  phase_ = Phase::open;
  std::exchange(opened_, {})(Result<void>());
}

void Connection::send(Api api, const Encode& encode, std::chrono::milliseconds limit,
                      Answered answered) {
  Result<std::int16_t> version = versions_.common(api);
  if (phase_ != Phase::open || !version) {
    Error error = phase_ != Phase::open ? lost("the connection is closed") : version.error();
    boost::asio::post(network_.loop.io(), [answered = std::move(answered),
                                           error = std::move(error)] { answered(error); });
    return;
  }
  send_version(api, *version, encode(*version), limit, std::move(answered));
}

void Connection::send_version(Api api, std::int16_t version, const std::string& body,
                              std::chrono::milliseconds limit, Answered answered) {
  last_correlation_ =
      last_correlation_ == std::numeric_limits<std::int32_t>::max() ? 1 : last_correlation_ + 1;
  const auto [waiting, added] =
      waiting_.try_emplace(last_correlation_, network_.loop, api, version, std::move(answered));
  waiting->second.limit.start(limit, [this, api, limit] {
    fail(Error{ErrorCode::retriable, "org.apache.kafka.common.errors.TimeoutException",
               fmt::format("broker {}: no answer to {} within {} ms", to_string(endpoint_),
                           support_of(api).name, limit.count())});
  });
  output_ += frame(api, version, last_correlation_, network_.settings.client_id, body);
  write();
}

void Connection::write() {
  if (!writing_.empty() || output_.empty()) return;
  std::swap(writing_, output_);
  stream_->write(writing_, [self = shared_from_this()](const Code& problem) {
    self->writing_.clear();
    if (self->phase_ == Phase::closed) return;
    if (problem) return self->fail(self->lost(problem.message()));
    self->write();
  });
}

void Connection::read() {
  stream_->read(room_, [self = shared_from_this()](const Code& problem, std::size_t size) {
    if (self->phase_ == Phase::closed) return;
    if (problem) return self->fail(self->broken(problem));
    self->input_.append(self->room_.data(), size);
    self->take_frames();
    if (self->phase_ != Phase::closed) self->read();
  });
}

void Connection::take_frames() {
  constexpr std::size_t prefix = 4;
  std::size_t at = 0;
  while (input_.size() - at >= prefix) {
    Reader in(std::string_view(input_).substr(at, prefix));
    const std::int32_t size = in.int32("size");
    if (size < 0 || size > largest_answer) {
      return fail(
          lost(fmt::format("an answer of {} bytes is announced: is this a Kafka listener?", size)));
    }
    if (input_.size() - at - prefix < static_cast<std::size_t>(size)) break;
    take_answer(std::string_view(input_).substr(at + prefix, static_cast<std::size_t>(size)));
    if (phase_ == Phase::closed) return;
    at += prefix + static_cast<std::size_t>(size);
  }
  input_.erase(0, at);
}

void Connection::take_answer(std::string_view frame) {
  const Result<std::int32_t> correlation = read_correlation(frame);
  if (!correlation) return fail(lost(correlation.error().message()));
  const auto found = waiting_.find(*correlation);
  if (found == waiting_.end()) {
    return fail(lost(fmt::format("an answer to request {}, which nobody sent", *correlation)));
  }
  const Api api = found->second.api;
  const std::int16_t version = found->second.version;
  const Result<Answer> answer = read_answer(frame, api, version);
  if (!answer) return fail(lost(answer.error().message()));
  const Answered answered = std::move(found->second.answered);
  waiting_.erase(found);
  const auto self = shared_from_this();  // whoever is called may let go of us
  answered(Reply{version, answer->body});
}

void Connection::close(const Error& reason) {
  closed_ = nullptr;
  opened_ = nullptr;
  fail(reason);
}

void Connection::drop() {
  waiting_.clear();
  close(lost("dropped"));
}

void Connection::fail(const Error& error) {
  if (phase_ == Phase::closed) return;
  const auto self = shared_from_this();
  phase_ = Phase::closed;
  setup_limit_.cancel();
  resolver_.cancel();
  stream_->close();
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& [correlation, one] : waiting) one.answered(error);
  if (const Opened opened = std::exchange(opened_, {})) return opened(error);
  if (const auto closed = std::exchange(closed_, {})) closed(error);
}

}  // namespace millrace::group
