#include "http/oauth.h"

#include "http/encoding.h"
#include "http/header_list.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace millrace::http {

namespace {

using Origin = HeaderLines::Origin;

std::string form_encoded(std::string_view text) {
  std::string out;
  append_percent_encoded(out, text);
  return out;
}

}  // namespace

void OAuthToken::fill(Request& out) const {
  const AuthSettings::OAuth2& settings = settings_.oauth2;
  out = {};
  // The address was read before, with the settings.
  out.target = std::make_shared<const Target>(*read_target(settings.url));
  out.method = "POST";
  out.credentials = false;
  out.body = "grant_type=client_credentials";
  if (!settings.scope.empty()) out.body += "&scope=" + form_encoded(settings.scope);
  if (settings.credentials_in_body) {
    out.body += "&client_id=" + form_encoded(settings.client_id) +
                "&client_secret=" + form_encoded(settings.secret);
  } else {
    const std::string pair = form_encoded(settings.client_id) + ":" + form_encoded(settings.secret);
    out.headers.add("Authorization", "Basic " + base64(pair), Origin::settings);
  }
  out.headers.add("User-Agent", "Millrace", Origin::client);
  out.headers.add("Host", out.target->host_header, Origin::client);
  out.headers.add("Accept", "application/json", Origin::client);
  out.headers.add("Content-Type", "application/x-www-form-urlencoded", Origin::body);
}

Result<void> OAuthToken::take(const Outcome& outcome, Time now) {
  token_.reset();
  const auto failed = [this](const std::string& why) {
    return Error{ErrorCode::retriable, "no token from '" + settings_.oauth2.url + "': " + why};
  };
  if (outcome.kind != Outcome::Kind::replied) return failed(outcome.problem);
  if (outcome.status != 200) return failed("status " + std::to_string(outcome.status));
  const auto json = nlohmann::json::parse(outcome.body, nullptr, false);
  const auto token = json.is_object() ? json.find(settings_.oauth2.token_property) : json.end();
  if (!json.is_object() || token == json.end() || !token->is_string()) {
    return failed("the answer has no text '" + settings_.oauth2.token_property + "'");
  }
  if (!is_safe_in_header(token->get_ref<const std::string&>())) {
    return failed("it has a control character in it");
  }
  const auto lifetime = json.find("expires_in");
  const double seconds =
      lifetime != json.end() && lifetime->is_number() ? lifetime->get<double>() : 1e6;
  // A tenth before its end, or a minute, so that it does not run out on its way.
  const double used = std::clamp(seconds - std::min(seconds / 10, 60.0), 0.0, 1e8);
  ends_ = now + std::chrono::milliseconds(static_cast<std::int64_t>(used * 1000));
  token_ = token->get<std::string>();
  return {};
}

}  // namespace millrace::http
