#pragma once

#include "http/back_off.h"
#include "http/header_list.h"
#include "http/pattern.h"
#include "http/report_client.h"
#include "http/status_set.h"
#include "http/target.h"
#include "http/tls_files.h"
#include "millrace/config.h"
#include "millrace/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millrace::http {

enum class Ordering : std::uint8_t { task, partition, key, none };
enum class BodyFormat : std::uint8_t { text, json, envelope };
enum class OnNull : std::uint8_t { fail, ignore, log, send_delete };
enum class OnError : std::uint8_t { by_strategy, fail, log, ignore };
enum class AuthType : std::uint8_t { none, basic, bearer, api_key, oauth2 };

struct RequestSettings {
  std::string url;  ///< a template, if those are enabled
  std::string method;
  std::vector<NamedValue> headers;  ///< the sensitive ones among them, last
  bool templates = false;
  BodyFormat body = BodyFormat::text;
  bool gzip = false;
  bool forward_headers = false;
  std::optional<Pattern> forwarded;  ///< none: all
  std::vector<std::pair<Pattern, std::string>> replacements;
  bool http2_only = false;
};

struct BatchSettings {
  std::size_t records = 1;
  std::size_t bytes = 0;  ///< 0: no limit
  Milliseconds linger{};
  std::string prefix, suffix, separator;
  bool json_array = false;
  std::string key_pattern;
};

/// Further rules of judging; unset, the contract's table holds.
struct JudgeSettings {
  bool by_status = false;
  StatusSet success;
  std::optional<StatusSet> retry;
};

struct AuthSettings {
  AuthType type = AuthType::none;
  std::string user, password;  ///< basic
  std::string token;           ///< bearer
  NamedValue api_key;
  struct OAuth2 {
    std::string url, client_id, secret, scope, token_property;
    bool credentials_in_body = false;
    StatusSet renew_on;
  } oauth2;
};

/// What is the same for all requests of a task's connections.
struct TransferSettings {
  Milliseconds connect_timeout{60'000};  ///< 0: no limit; negative: nothing can be sent
  Milliseconds read_timeout{60'000};     ///< of silence
  Milliseconds deadline{};               ///< 0: none
  std::size_t in_flight = 1;
  enum class Version : std::uint8_t { http11, http2, any } version = Version::http11;
  TlsFiles tls;
  std::string proxy_host, proxy_user, proxy_password;
  int proxy_port = 0;
  bool follow_redirects = true;
  bool deny_private = false;
  std::vector<std::string> allowed;  ///< hosts, or URLs' beginnings; empty: all
  bool closes_connections = false;   ///< a configured `Connection: close`
};

struct RateLimit {
  std::int64_t requests = 0;  ///< 0: none
  Milliseconds duration{1000};
};

struct RetryAfter {
  bool honoured = false;
  Milliseconds longest{};
};

struct ReportSettings {
  std::string result_topic, error_topic;
  bool error_as_response = false;
  std::string bootstrap_servers;
  ReportClient client;
};

/// A configuration, understood.
struct Settings {
  std::string connector;  ///< its name
  RequestSettings request;
  BatchSettings batch;
  JudgeSettings judge;
  BackOffPlan back_off;
  RetryAfter retry_after;
  AuthSettings auth;
  TransferSettings transfer;
  RateLimit rate;
  ReportSettings report;
  Ordering ordering = Ordering::task;
  std::int64_t delay_seconds = 0;
  OnNull on_null = OnNull::fail;
  OnError on_error = OnError::by_strategy;
  bool dlq_on_drop = false;
  bool log_payload = true;
};

/// A setting that does not go with the others, or cannot be used as it is.
struct Misfit {
  std::string key;
  Error error;
};

/// Reads all of it. What is wrong goes into `misfits`, each with its key; then the settings are not
/// to be used. Files are read (certificates), nothing is connected to.
Settings read_settings(const Config& config, std::vector<Misfit>& misfits);

}  // namespace millrace::http
