#include "config/rest_settings.h"

#include "config/cors_lists.h"

#include <cstdint>

namespace millrace::config {

namespace {

HttpsKeys https_keys(const ConfigMap& worker, const std::string& prefix) {
  HttpsKeys keys{worker.with_prefix(prefix), prefix};
  if (!keys.ssl.empty()) return keys;
  keys.prefix.clear();
  for (const auto& [key, value] : worker) {
    if (key.starts_with("ssl.")) keys.ssl.set(key, value);
  }
  return keys;
}

}  // namespace

Result<RestSettings> rest_settings(const Config& worker) {
  RestSettings rest;
  rest.https = https_keys(worker.originals(), "listeners.https.");
  rest.admin_https = https_keys(worker.originals(), "admin.listeners.https.");
  rest.allowed_origins = worker.get<std::string>("access.control.allow.origin");
  rest.allowed_methods = worker.get<std::string>("access.control.allow.methods");
  MILLRACE_TRY(check_origins("access.control.allow.origin", rest.allowed_origins));
  MILLRACE_TRY(check_methods("access.control.allow.methods", rest.allowed_methods));
  rest.header_rules = worker.get<std::string>("response.http.headers.config");
  rest.extensions = worker.get<std::vector<std::string>>("rest.extension.classes");
  if (const auto* file = worker.find<std::string>("millrace.rest.jaas.file")) {
    rest.jaas_file = *file;
  }
  rest.max_body_bytes =
      static_cast<std::size_t>(worker.get<std::int32_t>("millrace.rest.max.body.bytes"));
  rest.max_connections =
      static_cast<std::size_t>(worker.get<std::int32_t>("millrace.rest.max.connections"));
  rest.reply_timeout =
      std::chrono::milliseconds(worker.get<std::int64_t>("millrace.rest.reply.timeout.ms"));
  return rest;
}

}  // namespace millrace::config
