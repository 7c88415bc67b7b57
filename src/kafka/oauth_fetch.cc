// The client credentials grant: one POST to a token endpoint.
#include "kafka/oauth.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace millrace::kafka {

namespace {

constexpr std::chrono::milliseconds longest{20'000};
constexpr std::size_t largest_answer = 1 << 20;

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(char* text) const { curl_free(text); }
};

std::size_t collect(char* data, std::size_t, std::size_t size, void* answer) {
  auto& text = *static_cast<std::string*>(answer);
  if (text.size() + size > largest_answer) return CURL_WRITEFUNC_ERROR;
  text.append(data, size);
  return size;
}

/// The answer's status and text.
/// Errors: why there is none, in libcurl's words, which hold no credentials.
Result<std::pair<long, std::string>> post(const OauthSettings& settings) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, CurlDeleter> handle(curl_easy_init());
  const std::unique_ptr<curl_slist, CurlDeleter> headers(
      curl_slist_append(nullptr, "Accept: application/json"));
  std::string form = "grant_type=client_credentials";
  if (!settings.scope.empty()) {
    const std::unique_ptr<char, CurlDeleter> scope(curl_easy_escape(
        handle.get(), settings.scope.data(), static_cast<int>(settings.scope.size())));
    form.append("&scope=").append(scope.get());
  }
  std::string answer;
  std::string problem(CURL_ERROR_SIZE, '\0');
  CURL* const curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, settings.token_endpoint.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(longest.count()));
  curl_easy_setopt(curl, CURLOPT_USERNAME, settings.client_id.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, settings.client_secret.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem.data());
  if (!settings.ca_pem.empty()) {
    curl_blob pem{const_cast<char*>(settings.ca_pem.data()), settings.ca_pem.size(),
                  CURL_BLOB_COPY};
    curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &pem);
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) {
    problem.resize(problem.find('\0'));
    return Error{ErrorCode::retriable, problem.empty() ? curl_easy_strerror(code) : problem};
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return std::pair(status, std::move(answer));
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
  const auto answer = post(settings);
  if (!answer) return failed(answer.error().message());
  if (answer->first != 200) return failed(fmt::format("status {}", answer->first));
  const auto json = nlohmann::json::parse(answer->second, nullptr, false);
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
