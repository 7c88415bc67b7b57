// The client credentials grant: one POST to a token endpoint.
#include "kafka/oauth.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <nlohmann/json.hpp>

#include <optional>

namespace millrace::kafka {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds longest{20};
constexpr std::size_t largest_answer = 1 << 20;

struct Url {
  bool tls = false;
  std::string host, port, target;
};

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  if (text.starts_with("https://")) {
    url.tls = true;
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  const std::size_t slash = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, slash);
  url.target = text.substr(slash);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = authority.substr(0, colon);
  url.port =
      colon == std::string_view::npos ? (url.tls ? "443" : "80") : authority.substr(colon + 1);
  if (url.host.starts_with('[') && url.host.ends_with(']'))
    url.host = url.host.substr(1, url.host.size() - 2);
  if (url.host.empty() || url.port.empty()) return std::nullopt;
  return url;
}

std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '*';
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

std::string base64(std::string_view text) {
  std::string result(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  result.resize(static_cast<std::size_t>(size));
  return result;
}

/// Runs one step of the conversation to its end, or to the stream's deadline.
template <class Start>
error_code step(asio::io_context& loop, Start&& start) {
  error_code result;
  start([&result](error_code problem, auto&&...) { result = problem; });
  loop.restart();
  loop.run();
  return result;
}

template <class Stream>
error_code converse(asio::io_context& loop, Stream& stream,
                    const http::request<http::string_body>& request,
                    http::response_parser<http::string_body>& answer) {
  if (const error_code problem =
          step(loop, [&](auto done) { http::async_write(stream, request, std::move(done)); })) {
    return problem;
  }
  beast::flat_buffer buffer;
  return step(loop, [&](auto done) { http::async_read(stream, buffer, answer, std::move(done)); });
}

error_code post(const Url& url, const std::string& ca_pem,
                const http::request<http::string_body>& request,
                http::response_parser<http::string_body>& answer) {
  asio::io_context loop;
  asio::ssl::context tls(asio::ssl::context::tls_client);
  error_code problem;
  if (ca_pem.empty()) {
    tls.set_default_verify_paths(problem);
  } else {
    tls.add_certificate_authority(asio::buffer(ca_pem), problem);
  }
  if (problem) return problem;
  tls.set_verify_mode(asio::ssl::verify_peer);
  asio::ip::tcp::resolver resolver(loop);
  const auto addresses = resolver.resolve(url.host, url.port, problem);
  if (problem) return problem;
  beast::ssl_stream<beast::tcp_stream> stream(loop, tls);
  beast::tcp_stream& socket = beast::get_lowest_layer(stream);
  socket.expires_after(longest);
  problem = step(loop, [&](auto done) { socket.async_connect(addresses, std::move(done)); });
  if (problem) return problem;
  if (!url.tls) return converse(loop, socket, request, answer);
  stream.set_verify_callback(asio::ssl::host_name_verification(url.host), problem);
  if (SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str()) != 1) {
    return asio::error::invalid_argument;
  }
  problem = step(loop, [&](auto done) {
    stream.async_handshake(asio::ssl::stream_base::client, std::move(done));
  });
  return problem ? problem : converse(loop, stream, request, answer);
}

/// What the token says of itself: whose it is and how long it lives.
struct Claims {
  std::string subject;
  std::optional<std::int64_t> expires;
};

std::string decoded_base64url(std::string_view text) {
  std::string standard(text);
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - standard.size() % 4) % 4;
  standard.append(padding, '=');
  std::string result(standard.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                                   reinterpret_cast<const unsigned char*>(standard.data()),
                                   static_cast<int>(standard.size()));
  result.resize(size < static_cast<int>(padding) ? 0 : static_cast<std::size_t>(size) - padding);
  return result;
}

Claims claims_of(const std::string& token) {
  Claims claims;
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string::npos ? first : token.find('.', first + 1);
  if (second == std::string::npos) return claims;
  const auto json = nlohmann::json::parse(
      decoded_base64url(std::string_view(token).substr(first + 1, second - first - 1)), nullptr,
      false);
  if (!json.is_object()) return claims;
  if (const auto sub = json.find("sub"); sub != json.end() && sub->is_string())
    claims.subject = *sub;
  if (const auto exp = json.find("exp"); exp != json.end() && exp->is_number()) {
    claims.expires = exp->get<std::int64_t>();
  }
  return claims;
}

}  // namespace

Result<Token> fetch_token(const OauthSettings& settings,
                          std::chrono::system_clock::time_point now) {
  const auto failed = [&settings](std::string_view why) {
    return Error{ErrorCode::retriable, "org.apache.kafka.common.errors.SaslAuthenticationException",
                 fmt::format("no token from {}: {}", settings.token_endpoint, why)};
  };
  const std::optional<Url> url = parse_url(settings.token_endpoint);
  if (!url) return failed("not an http or https address");
  http::request<http::string_body> request{http::verb::post, url->target, 11};
  request.set(http::field::host, url->host);
  request.set(http::field::accept, "application/json");
  request.set(http::field::authorization,
              "Basic " + base64(settings.client_id + ":" + settings.client_secret));
  request.set(http::field::content_type, "application/x-www-form-urlencoded");
  request.set(http::field::connection, "close");
  request.body() = "grant_type=client_credentials";
  if (!settings.scope.empty()) request.body() += "&scope=" + encoded(settings.scope);
  request.prepare_payload();
  http::response_parser<http::string_body> answer;
  answer.body_limit(largest_answer);
  if (const error_code problem = post(*url, settings.ca_pem, request, answer))
    return failed(problem.message());
  if (answer.get().result() != http::status::ok) {
    return failed(fmt::format("status {}", answer.get().result_int()));
  }
  const auto json = nlohmann::json::parse(answer.get().body(), nullptr, false);
  if (!json.is_object() || !json.contains("access_token") || !json["access_token"].is_string()) {
    return failed("the answer holds no access_token");
  }
  Token token;
  token.text = json["access_token"].get<std::string>();
  const Claims claims = claims_of(token.text);
  token.principal = claims.subject.empty() ? settings.client_id : claims.subject;
  if (claims.expires) {
    token.expires = std::chrono::system_clock::time_point(std::chrono::seconds(*claims.expires));
  } else {
    const auto lifetime = json.contains("expires_in") && json["expires_in"].is_number()
                              ? json["expires_in"].get<std::int64_t>()
                              : 300;
    token.expires = now + std::chrono::seconds(lifetime);
  }
  return token;
}

}  // namespace millrace::kafka
