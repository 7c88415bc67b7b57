// sasl.* settings: the mechanism, and what the JAAS configuration says for it.
#include "base/ascii.h"
#include "kafka/settings_own.h"
#include "security/jaas.h"

#include <fmt/format.h>

namespace millrace::kafka {

namespace {

using security::JaasEntry;

Error wrong(std::string_view what) {
  return Error{ErrorCode::invalid_config, fmt::format("setting 'sasl.jaas.config': {}", what)};
}

Result<void> use_password(Translation& t, const JaasEntry& entry) {
  if (ascii::lower(entry.option("tokenauth")) == "true") {
    return wrong("delegation tokens (tokenauth=true) are not supported by librdkafka");
  }
  if (!entry.has("username")) return wrong("username is missing");
  if (!entry.has("password")) return wrong("password is missing");
  t.out.set("sasl.username", entry.option("username"));
  t.out.set("sasl.password", entry.option("password"));
  return {};
}

Result<void> use_kerberos(Translation& t, const JaasEntry& entry) {
  if (entry.has("principal")) t.out.set("sasl.kerberos.principal", entry.option("principal"));
  if (entry.has("serviceName"))
    t.out.set("sasl.kerberos.service.name", entry.option("serviceName"));
  if (entry.has("keyTab")) {
    t.out.set("sasl.kerberos.keytab", entry.option("keyTab"));
  } else {  // the tickets are somebody else's business
    t.out.set("sasl.kerberos.kinit.cmd", ":");
    t.out.set("sasl.kerberos.min.time.before.relogin", "0");
  }
  return {};
}

Result<void> use_tokens(Translation& t, const JaasEntry& entry) {
  constexpr std::string_view unsecured = "unsecuredLogin";
  constexpr std::string_view extension = "extension_";
  OauthSettings oauth;
  oauth.token_endpoint = t.text("sasl.oauthbearer.token.endpoint.url");
  const auto either = [&](std::string_view option, std::string_view key) {
    return entry.has(option) ? entry.option(option) : t.text(key);
  };
  oauth.client_id = either("clientId", "sasl.oauthbearer.client.credentials.client.id");
  oauth.client_secret = either("clientSecret", "sasl.oauthbearer.client.credentials.client.secret");
  oauth.scope = either("scope", "sasl.oauthbearer.scope");
  oauth.ca_pem = t.out.tls.ca_pem;
  for (const auto& [key, value] : entry.options) {
    if (key.starts_with(unsecured))
      oauth.unsecured.emplace_back(key.substr(unsecured.size()), value);
    if (key.starts_with(extension))
      oauth.extensions.emplace_back(key.substr(extension.size()), value);
  }
  if (oauth.token_endpoint.empty() && oauth.unsecured.empty()) {
    return Error{ErrorCode::invalid_config,
                 "setting 'sasl.oauthbearer.token.endpoint.url' is missing: OAUTHBEARER needs it, "
                 "or options "
                 "unsecuredLoginStringClaim_* in sasl.jaas.config"};
  }
  if (!oauth.token_endpoint.empty()) {
    if (!oauth.token_endpoint.starts_with("https://") &&
        !oauth.token_endpoint.starts_with("http://")) {
      return t.invalid("sasl.oauthbearer.token.endpoint.url",
                       "must begin with https:// or http://");
    }
    if (oauth.client_id.empty() || oauth.client_secret.empty()) {
      return wrong(
          "clientId and clientSecret are needed to fetch tokens (JWT bearer grants are not "
          "supported)");
    }
  }
  t.out.oauth = std::move(oauth);
  return {};
}

}  // namespace

Result<void> translate_sasl(Translation& t) {
  const std::string* protocol = t.out.find("security.protocol");
  if (protocol == nullptr || !protocol->starts_with("sasl_")) return {};
  std::string mechanism = ascii::upper(t.text("sasl.mechanism"));
  if (mechanism.empty()) mechanism = "GSSAPI";
  t.out.set("sasl.mechanism", mechanism);

  const std::string handler = t.text("sasl.login.callback.handler.class");
  if (!handler.empty() && handler.find("OAuthBearerLoginCallbackHandler") == std::string::npos &&
      handler.find("OAuthBearerUnsecuredLoginCallbackHandler") == std::string::npos) {
    return t.invalid("sasl.login.callback.handler.class",
                     "classes for Java's clients cannot run here");
  }
  const std::string* text = t.java.find("sasl.jaas.config");
  if (text == nullptr) {
    return Error{
        ErrorCode::invalid_config,
        fmt::format("{} setting 'sasl.jaas.config' is missing: security.protocol={} needs it",
                    to_string(t.kind), t.text("security.protocol"))};
  }
  const Result<JaasEntry> entry = security::parse_jaas(*text);
  if (!entry) return entry.error();
  const std::string module = entry->module.substr(entry->module.rfind('.') + 1);
  if (module == "PlainLoginModule" || module == "ScramLoginModule") return use_password(t, *entry);
  if (module == "Krb5LoginModule") return use_kerberos(t, *entry);
  if (module == "OAuthBearerLoginModule") return use_tokens(t, *entry);
  return wrong(
      fmt::format("login module '{}' is not supported: PlainLoginModule, ScramLoginModule, "
                  "Krb5LoginModule and OAuthBearerLoginModule are",
                  entry->module));
}

}  // namespace millrace::kafka
