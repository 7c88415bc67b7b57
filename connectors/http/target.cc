#include "http/target.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace millrace::http {

namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Error no_target(std::string_view why) {
  return Error{ErrorCode::invalid_config,
               "not an absolute http or https URL with a host: " + std::string(why)};
}

std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  std::string copy = text;
  curl_free(text);
  return copy;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return lower;
}

}  // namespace

Result<Target> read_target(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return no_target("it has no scheme");
  Target target;
  target.scheme = lower_case(url.substr(0, colon));
  if (target.scheme != "http" && target.scheme != "https") {
    return no_target("the scheme is '" + target.scheme + "'");
  }
  std::string_view rest = url.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  if (std::ranges::any_of(rest, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
    return no_target("it has a control character in it");
  }
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  target.path = rest.substr(end);
  if (!target.path.starts_with('/')) target.path.insert(0, 1, '/');
  const Url parsed(curl_url(), curl_url_cleanup);
  const std::string base = target.scheme + "://" + std::string(authority) + "/";
  if (authority.empty() || authority.front() == ':') return no_target("it has no host");
  if (const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, base.c_str(), 0);
      code != CURLUE_OK) {
    return no_target(curl_url_strerror(code));
  }
  target.host = part(parsed, CURLUPART_HOST);
  const std::string port = part(parsed, CURLUPART_PORT);
  std::from_chars(port.data(), port.data() + port.size(), target.port);
  if (target.host.empty() || target.port == 0) return no_target("it has no host");
  target.origin = target.scheme + "://" + target.host + ":" + port;
  target.host_header = target.host;
  if (target.port != (target.scheme == "https" ? 443 : 80)) target.host_header += ":" + port;
  return target;
}

Result<Target> read_location(const Target& from, std::string_view location) {
  if (location.find("://") != std::string_view::npos) return read_target(location);
  const Url url(curl_url(), curl_url_cleanup);
  const std::string base = from.url();
  if (curl_url_set(url.get(), CURLUPART_URL, base.c_str(), CURLU_ALLOW_SPACE) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, std::string(location).c_str(), CURLU_ALLOW_SPACE) !=
          CURLUE_OK) {
    return no_target("a Location that leads nowhere");
  }
  return read_target(part(url, CURLUPART_URL));
}

}  // namespace millrace::http
