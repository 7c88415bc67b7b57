#include "kafka/oauth.h"

#include "base/mutex.h"
#include "kafka/rd_client.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <charconv>
#include <map>

namespace millrace::kafka {

namespace {

using Clock = std::chrono::system_clock;

std::string base64url(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string result;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) result += digits[(bits >> (count - 6)) & 63];
  }
  if (count > 0) result += digits[(bits << (6 - count)) & 63];
  return result;
}

std::string json_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

/// ",a,b": the first sign separates the others.
std::string json_list(std::string_view text) {
  std::string result = "[";
  if (!text.empty()) {
    const char separator = text.front();
    std::string_view rest = text.substr(1);
    while (true) {
      const std::size_t end = std::min(rest.find(separator), rest.size());
      result += (result.size() > 1 ? "," : "") + json_text(rest.substr(0, end));
      if (end == rest.size()) break;
      rest.remove_prefix(end + 1);
    }
  }
  return result + "]";
}

}  // namespace

Result<Token> unsecured_token(const OauthSettings& settings, Clock::time_point now) {
  std::string claims;
  std::map<std::string, std::string> texts;
  std::string principal_claim = "sub";
  std::int64_t lifetime = 3600;
  bool has_subject_time = false;
  for (const auto& [key, value] : settings.unsecured) {
    const auto claim = [&key](std::string_view prefix) { return key.substr(prefix.size()); };
    if (key.starts_with("StringClaim_")) {
      texts[claim("StringClaim_")] = value;
      claims += fmt::format(",{}:{}", json_text(claim("StringClaim_")), json_text(value));
    } else if (key.starts_with("NumberClaim_")) {
      double number = 0;
      const auto [stop, problem] =
          std::from_chars(value.data(), value.data() + value.size(), number);
      if (problem != std::errc() || stop != value.data() + value.size()) {
        return Error{
            ErrorCode::invalid_config,
            fmt::format("setting 'sasl.jaas.config': unsecuredLogin{} is not a number", key)};
      }
      has_subject_time = has_subject_time || claim("NumberClaim_") == "exp";
      claims += fmt::format(",{}:{}", json_text(claim("NumberClaim_")), value);
    } else if (key.starts_with("ListClaim_")) {
      claims += fmt::format(",{}:{}", json_text(claim("ListClaim_")), json_list(value));
    } else if (key == "PrincipalClaimName") {
      principal_claim = value;
    } else if (key == "LifetimeSeconds") {
      const auto [stop, problem] =
          std::from_chars(value.data(), value.data() + value.size(), lifetime);
      if (problem != std::errc() || stop != value.data() + value.size() || lifetime < 1) {
        return Error{
            ErrorCode::invalid_config,
            "setting 'sasl.jaas.config': unsecuredLoginLifetimeSeconds is not a whole number"};
      }
    }
  }
  if (texts[principal_claim].empty()) {
    return Error{ErrorCode::invalid_config,
                 fmt::format("setting 'sasl.jaas.config': unsecuredLoginStringClaim_{} is missing",
                             principal_claim)};
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  std::string payload = fmt::format("{{\"iat\":{}", seconds);
  if (!has_subject_time) payload += fmt::format(",\"exp\":{}", seconds + lifetime);
  payload += claims + "}";
  return Token{.text = base64url(R"({"alg":"none"})") + "." + base64url(payload) + ".",
               .principal = texts[principal_claim],
               .expires = now + std::chrono::seconds(lifetime)};
}

namespace {

struct Registry {
  Mutex mutex;
  std::map<const rd_kafka_t*, std::shared_ptr<const OauthSettings>> settings GUARDED_BY(mutex);
};

Registry& registry() {
  static Registry* const instance = new Registry();  // callbacks may come until the end
  return *instance;
}

void give_token(rd_kafka_t* client, const OauthSettings& settings) {
  const Clock::time_point now = Clock::now();
  Result<Token> token =
      settings.token_endpoint.empty() ? unsecured_token(settings, now) : fetch_token(settings, now);
  std::array<char, 512> problem{};
  if (token) {
    std::vector<const char*> extensions;
    for (const auto& [key, value] : settings.extensions) {
      extensions.push_back(key.c_str());
      extensions.push_back(value.c_str());
    }
    const auto expires =
        std::chrono::duration_cast<std::chrono::milliseconds>(token->expires.time_since_epoch())
            .count();
    if (rd_kafka_oauthbearer_set_token(
            client, token->text.c_str(), expires, token->principal.c_str(), extensions.data(),
            extensions.size(), problem.data(), problem.size()) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      return;
    }
  }
  // librdkafka asks again after ten seconds.
  rd_kafka_oauthbearer_set_token_failure(client,
                                         token ? problem.data() : token.error().message().c_str());
}

}  // namespace

TokenSource::TokenSource(OauthSettings settings)
    : settings_(std::make_shared<const OauthSettings>(std::move(settings))) {}

TokenSource::~TokenSource() { stop(); }

void TokenSource::serve(rd_kafka_s* client) {
  client_ = client;
  {
    Registry& all = registry();
    const MutexLock lock(all.mutex);
    all.settings[client] = settings_;
  }
  if (rd_kafka_error_t* failed = rd_kafka_sasl_background_callbacks_enable(client)) {
    client_logger().error("[{}] tokens cannot be served: {}", rd_kafka_name(client),
                          rd_kafka_error_string(failed));
    rd_kafka_error_destroy(failed);
  }
}

void TokenSource::stop() {
  Registry& all = registry();
  const MutexLock lock(all.mutex);
  all.settings.erase(client_);
}

void prepare_tokens(rd_kafka_conf_s* conf) {
  rd_kafka_conf_enable_sasl_queue(conf, 1);
  rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, [](rd_kafka_t* client, const char*, void*) {
    std::shared_ptr<const OauthSettings> settings;
    {
      Registry& all = registry();
      const MutexLock lock(all.mutex);
      if (const auto found = all.settings.find(client); found != all.settings.end())
        settings = found->second;
    }
    // The client stays meanwhile: this is a thread of its own, which its end waits for.
    if (settings) give_token(client, *settings);
  });
}

}  // namespace millrace::kafka
