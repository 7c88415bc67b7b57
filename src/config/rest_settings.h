#pragma once

#include "millrace/config.h"
#include "millrace/result.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace millrace::config {

/// The ssl.* settings of https listeners. Those under the listeners' own prefix, if there is a
/// single one of them; else the worker's.
struct HttpsKeys {
  ConfigMap ssl;       ///< "ssl.keystore.location", …
  std::string prefix;  ///< where they stand: "listeners.https.", or nothing
};

/// How the REST API is served, beside its listeners.
struct RestSettings {
  HttpsKeys https;
  HttpsKeys admin_https;
  std::string allowed_origins;  ///< blank: CORS is off
  std::string allowed_methods;
  std::string header_rules;
  std::vector<std::string> extensions;   ///< classes or aliases
  std::optional<std::string> jaas_file;  ///< millrace.rest.jaas.file
  std::size_t max_body_bytes = 0;
  std::size_t max_connections = 0;
  std::chrono::milliseconds reply_timeout{};
};

/// Errors (invalid_config): what access.control.allow.* may not be.
Result<RestSettings> rest_settings(const Config& worker);

}  // namespace millrace::config
