#include "app/rest_options.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace millrace::app {

namespace {

constexpr std::string_view extension_key = "rest.extension.classes";
constexpr std::string_view basic_auth_class =
    "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";

std::vector<rest::Listener> to_rest(const std::vector<config::Listener>& listeners) {
  std::vector<rest::Listener> result;
  for (const config::Listener& listener : listeners) {
    result.push_back({listener.https ? "https" : "http", listener.host, listener.port});
  }
  return result;
}

/// The class's name and its aliases: what stands behind the last point, with and without the
/// suffix of its kind.
bool is_basic_auth(std::string_view name) {
  const std::string_view simple = basic_auth_class.substr(basic_auth_class.rfind('.') + 1);
  constexpr std::string_view suffix = "RestExtension";
  return name == basic_auth_class || name == simple ||
         name == simple.substr(0, simple.size() - suffix.size());
}

/// What a JVM would have been told by KAFKA_OPTS.
std::string jaas_file_of_environment() {
  constexpr std::string_view option = "-Djava.security.auth.login.config=";
  const char* environment = std::getenv("KAFKA_OPTS");
  const std::string_view options = environment != nullptr ? environment : "";
  const std::size_t at = options.rfind(option);
  if (at == std::string_view::npos) return {};
  std::string_view file = options.substr(at + option.size());
  file = file.substr(0, file.find_first_of(" \t\n"));
  if (file.starts_with('=')) file.remove_prefix(1);  // "this file alone"
  if (file.starts_with("file:")) file.remove_prefix(5);
  while (file.starts_with("//")) file.remove_prefix(1);
  return std::string(file);
}

Result<std::shared_ptr<const rest::BasicAuth>> read_basic_auth(
    const config::RestSettings& settings) {
  std::shared_ptr<const rest::BasicAuth> auth;
  for (const std::string& name : settings.extensions) {
    if (!is_basic_auth(name)) {
      return invalid_value(
          extension_key, name,
          "the one extension that a native worker has is " + std::string(basic_auth_class));
    }
    if (auth != nullptr) continue;  // the same, once more
    const std::string file = settings.jaas_file ? *settings.jaas_file : jaas_file_of_environment();
    if (file.empty()) {
      return Error{ErrorCode::invalid_config,
                   std::string(extension_key) + "=" + name +
                       " needs a JAAS file with the entry KafkaConnect: name it by "
                       "millrace.rest.jaas.file, or by -Djava.security.auth.login.config=FILE in "
                       "KAFKA_OPTS"};
    }
    Result<std::unique_ptr<rest::BasicAuth>> opened = rest::BasicAuth::open(file);
    if (!opened) return std::move(opened.error());
    auth = *std::move(opened);
  }
  return auth;
}

}  // namespace

Result<rest::ServerOptions> rest_options(const config::WorkerConfig& config) {
  const config::RestSettings& settings = config.rest;
  rest::ServerOptions options;
  options.listeners = to_rest(config.listeners);
  if (config.admin_listeners) options.admin_listeners = to_rest(*config.admin_listeners);
  options.https = {settings.https.ssl, settings.https.prefix};
  options.admin_https = {settings.admin_https.ssl, settings.admin_https.prefix};
  if (!settings.allowed_origins.empty()) {
    Result<rest::Cors> cors = rest::Cors::make(settings.allowed_origins, settings.allowed_methods);
    if (!cors) return std::move(cors.error());
    options.access.cors = *std::move(cors);
  }
  Result<std::vector<config::HeaderRule>> headers =
      config::parse_header_rules(settings.header_rules);
  if (!headers) return std::move(headers.error());
  options.access.headers = *std::move(headers);
  Result<std::shared_ptr<const rest::BasicAuth>> auth = read_basic_auth(settings);
  if (!auth) return std::move(auth.error());
  options.access.auth = *std::move(auth);
  options.about.commit = MILLRACE_COMMIT;
  options.sizes.body = settings.max_body_bytes;
  options.max_connections = settings.max_connections;
  options.replies.change = settings.reply_timeout;
  options.replies.probe = std::min(options.replies.probe, settings.reply_timeout);
  return options;
}

}  // namespace millrace::app
