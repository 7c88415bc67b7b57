#include "http/settings.h"

#include "http/keys.h"

#include <algorithm>
#include <utility>

namespace millrace::http {

namespace {

/// Reads settings and gathers what is wrong with them.
class SettingsReader {
 public:
  SettingsReader(const Config& config, std::vector<Misfit>& misfits)
      : config_(config), misfits_(misfits) {}

  Settings read() {
    settings_.connector = config_.originals().get_or("name", "");
    read_flow();
    read_retries();
    read_request();
    read_bodies();
    read_batches();
    read_judge();
    read_auth();
    read_network();
    read_report();
    return std::move(settings_);
  }

 private:
  [[nodiscard]] std::string text(std::string_view key) const {
    const auto* value = config_.find<std::string>(key);
    return value == nullptr ? std::string() : *value;
  }
  [[nodiscard]] std::string word(std::string_view key) const {
    std::string value = text(key);
    std::ranges::transform(value, value.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return value;
  }
  [[nodiscard]] std::string secret(std::string_view key) const {
    const auto* value = config_.find<Password>(key);
    return value == nullptr ? std::string() : value->value;
  }
  [[nodiscard]] std::int64_t number(std::string_view key) const {
    if (const auto* small = config_.find<std::int32_t>(key)) return *small;
    const auto* large = config_.find<std::int64_t>(key);
    return large == nullptr ? 0 : *large;
  }
  [[nodiscard]] bool flag(std::string_view key) const {
    const auto* value = config_.find<bool>(key);
    return value != nullptr && *value;
  }
  [[nodiscard]] bool given(std::string_view key) const { return config_.originals().contains(key); }

  void wrong(std::string_view key, Error error) {
    misfits_.push_back({std::string(key), std::move(error)});
  }
  void wrong(std::string_view key, std::string why) {
    wrong(key, Error{ErrorCode::invalid_config, "Invalid value for configuration " +
                                                    std::string(key) + ": " + std::move(why)});
  }
  template <class T>
  T take(std::string_view key, Result<T> result, T otherwise = {}) {
    if (result) return *std::move(result);
    wrong(key, result.error().message());
    return otherwise;
  }

  void read_flow() {
    settings_.delay_seconds = std::max<std::int64_t>(0, number(keys::delay));
    settings_.transfer.in_flight = static_cast<std::size_t>(number("max.in.flight.requests"));
    const std::string ordering = word("ordering");
    settings_.ordering = ordering == "partition" ? Ordering::partition
                         : ordering == "key"     ? Ordering::key
                         : ordering == "none"    ? Ordering::none
                                                 : Ordering::task;
    if (settings_.transfer.in_flight > 1 && settings_.ordering == Ordering::task) {
      wrong("max.in.flight.requests",
            "more than one request needs ordering=partition, key or none: with ordering=task only "
            "one is ever open");
    }
    settings_.rate = {number("rate.limit.num"), Milliseconds(number("rate.limit.duration.ms"))};
  }

  void read_retries() {
    BackOffPlan& plan = settings_.back_off;
    const std::string strategy = word(keys::strategy);
    plan.strategy = strategy == "progress_back_off_stop_task" ? Strategy::back_off_stop
                    : strategy == "drop_message"              ? Strategy::drop
                    : strategy == "stop_task"                 ? Strategy::stop
                                                              : Strategy::back_off_drop;
    plan.response = take(keys::response_brackets, read_brackets(text(keys::response_brackets)));
    plan.request = take(keys::request_brackets, read_brackets(text(keys::request_brackets)));
    // What a status like 503 backs off by: its own list only where somebody has set it.
    plan.status = given(keys::request_brackets) ? plan.request : plan.response;
    if (config_.has("retry.backoff.ms")) {
      const std::string policy = word("retry.backoff.policy");
      plan.exponential = {Milliseconds(number("retry.backoff.ms")),
                          Milliseconds(number("retry.backoff.max.ms")),
                          static_cast<int>(number("max.retries")), policy != "constant_value",
                          policy == "exponential_with_jitter"};
    }
    settings_.retry_after = {flag("retry.after.enabled"),
                             Milliseconds(number("retry.after.max.ms"))};
    const std::string on_error = word("behavior.on.error");
    settings_.on_error = on_error == "fail"     ? OnError::fail
                         : on_error == "log"    ? OnError::log
                         : on_error == "ignore" ? OnError::ignore
                                                : OnError::by_strategy;
    settings_.dlq_on_drop = flag("dlq.on.drop");
    const std::string on_null = word("behavior.on.null.values");
    settings_.on_null = on_null == "ignore"   ? OnNull::ignore
                        : on_null == "log"    ? OnNull::log
                        : on_null == "delete" ? OnNull::send_delete
                                              : OnNull::fail;
  }

  void read_request() {
    RequestSettings& request = settings_.request;
    request.url = text(keys::url);
    request.method = text(keys::method);
    std::ranges::transform(request.method, request.method.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
    request.templates = flag("template.enabled");
    if (!request.templates) {
      take(keys::url, read_target(request.url));
    }
    const std::string separator = text(keys::separator);
    request.headers = take(keys::headers, read_header_list(text(keys::headers), separator));
    for (const NamedValue& header :
         take("sensitive.headers", read_header_list(secret("sensitive.headers"), separator))) {
      set_header(request.headers, header.name, header.value);
    }
    settings_.transfer.closes_connections =
        std::ranges::any_of(request.headers, [](const NamedValue& header) {
          return same_name(header.name, "Connection");  // nothing but `close` gets through
        });
  }

  void read_bodies() {
    RequestSettings& request = settings_.request;
    const std::string format = word("request.body.format");
    request.body = format == "json"       ? BodyFormat::json
                   : format == "envelope" ? BodyFormat::envelope
                                          : BodyFormat::text;
    request.gzip = word("compression") == "gzip";
    request.forward_headers = flag("forward.kafka.headers");
    if (const std::string pattern = text("forward.kafka.headers.include"); !pattern.empty()) {
      if (Result<Pattern> compiled = Pattern::compile(pattern); compiled) {
        request.forwarded = *compiled;
      } else {
        wrong("forward.kafka.headers.include", compiled.error().message());
      }
    }
    const std::vector<std::string> patterns = parts("regex.patterns");
    const std::vector<std::string> replacements = parts("regex.replacements");
    if (patterns.size() != replacements.size()) {
      return wrong("regex.replacements", "there are " + std::to_string(replacements.size()) +
                                             " of them for " + std::to_string(patterns.size()) +
                                             " in regex.patterns");
    }
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (Result<Pattern> compiled = Pattern::compile(patterns[i]); compiled) {
        request.replacements.emplace_back(*compiled, replacements[i]);
      } else {
        wrong("regex.patterns", "'" + patterns[i] + "': " + compiled.error().message());
      }
    }
    settings_.log_payload = flag("log.payload");
  }

  /// A list with the separator of regex.separator in it.
  [[nodiscard]] std::vector<std::string> parts(std::string_view key) const {
    std::vector<std::string> result;
    if (!config_.has(key)) return result;
    std::string_view rest = *config_.find<std::string>(key);
    const std::string separator = text("regex.separator");
    while (!separator.empty()) {
      const std::size_t at = rest.find(separator);
      if (at == std::string_view::npos) break;
      result.emplace_back(rest.substr(0, at));
      rest.remove_prefix(at + separator.size());
    }
    result.emplace_back(rest);
    return result;
  }

  void read_batches() {
    BatchSettings& batch = settings_.batch;
    batch.records = static_cast<std::size_t>(number("batch.max.size"));
    batch.bytes = static_cast<std::size_t>(number("batch.max.bytes"));
    batch.linger = Milliseconds(number("linger.ms"));
    batch.json_array = flag("batch.json.as.array");
    batch.prefix = unescaped("batch.prefix");
    batch.suffix = unescaped("batch.suffix");
    batch.separator = unescaped("batch.separator");
    batch.key_pattern = text("batch.key.pattern");
    if (batch.json_array &&
        (given("batch.prefix") || given("batch.suffix") || given("batch.separator"))) {
      wrong("batch.json.as.array", "stands in for batch.prefix, .suffix and .separator");
    }
  }

  [[nodiscard]] std::string unescaped(std::string_view key) const {
    // As it was written: a line break is as good as `\\n`, and is not trimmed away.
    const std::string* written = config_.originals().find(key);
    const std::string raw = written != nullptr ? *written : text(key);
    std::string result;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      constexpr std::string_view letters = "ntrs\\";
      constexpr std::string_view meanings = "\n\t\r \\";
      const std::size_t at =
          raw[i] == '\\' && i + 1 < raw.size() ? letters.find(raw[i + 1]) : std::string::npos;
      if (at == std::string::npos) {
        result += raw[i];
      } else {
        result += meanings[at];
        ++i;
      }
    }
    return result;
  }

  void read_judge() {
    JudgeSettings& judge = settings_.judge;
    judge.by_status = word("response.success.mode") == "status";
    judge.success = take("success.status.codes", StatusSet::parse(text("success.status.codes")));
    if (config_.has("retry.on.status.codes")) {
      judge.retry = take("retry.on.status.codes", StatusSet::parse(text("retry.on.status.codes")));
    }
  }

  void needs(std::string_view key, const std::string& value) {
    if (value.empty()) wrong(key, "auth.type=" + word("auth.type") + " needs it");
  }

  void read_auth() {
    AuthSettings& auth = settings_.auth;
    const std::string type = word("auth.type");
    auth.user = text("connection.user");
    auth.password = secret("connection.password");
    auth.token = secret("bearer.token");
    auth.api_key = {text("api.key.name"), secret("api.key.value")};
    auth.oauth2 = {text("oauth2.token.url"),
                   text("oauth2.client.id"),
                   secret("oauth2.client.secret"),
                   text("oauth2.client.scope"),
                   text("oauth2.token.property"),
                   word("oauth2.client.auth.mode") == "body",
                   {}};
    if (type == "basic") {
      auth.type = AuthType::basic;
      needs("connection.user", auth.user);
    } else if (type == "bearer") {
      auth.type = AuthType::bearer;
      needs("bearer.token", auth.token);
      if (!is_safe_in_header(auth.token)) wrong("bearer.token", "it has a control character in it");
    } else if (type == "api_key") {
      auth.type = AuthType::api_key;
      needs("api.key.value", auth.api_key.value);
      if (!is_safe_in_header(auth.api_key.value) || !is_safe_in_header(auth.api_key.name)) {
        wrong("api.key.value", "it or its name has a control character in it");
      }
    } else if (type == "oauth2") {
      auth.type = AuthType::oauth2;
      needs("oauth2.client.id", auth.oauth2.client_id);
      take("oauth2.token.url", read_target(auth.oauth2.url));
      auth.oauth2.renew_on = take("oauth2.token.renew.on.status.codes",
                                  StatusSet::parse(text("oauth2.token.renew.on.status.codes")));
    }
  }

  void read_network() {
    TransferSettings& transfer = settings_.transfer;
    transfer.connect_timeout = Milliseconds(number(keys::connect_timeout));
    transfer.read_timeout = Milliseconds(number(keys::read_timeout));
    transfer.deadline = Milliseconds(number("http.request.timeout.ms"));
    const std::string version = word("http.version");
    transfer.version = version == "2"      ? TransferSettings::Version::http2
                       : version == "auto" ? TransferSettings::Version::any
                                           : TransferSettings::Version::http11;
    settings_.request.http2_only = version == "2";
    transfer.proxy_host = text("http.proxy.host");
    transfer.proxy_port = static_cast<int>(number("http.proxy.port"));
    transfer.proxy_user = text("http.proxy.user");
    transfer.proxy_password = secret("http.proxy.password");
    transfer.follow_redirects = word("follow.redirects") != "none";
    transfer.deny_private = flag("url.deny.private");
    if (const auto* list = config_.find<std::vector<std::string>>("url.allow.list")) {
      transfer.allowed = *list;
    }
    if (transfer.deny_private && !transfer.proxy_host.empty()) {
      wrong("url.deny.private", "behind http.proxy.host it is the proxy that looks names up");
    }
    if (Result<TlsFiles> tls = read_tls_files(config_); tls) {
      transfer.tls = *std::move(tls);
    } else {
      wrong("https.ssl." + std::string(tls.error().message().find("truststore") != std::string::npos
                                           ? "truststore.location"
                                           : "keystore.location"),
            tls.error().message());
    }
  }

  void read_report() {
    ReportSettings& report = settings_.report;
    report.result_topic = text("reporter.result.topic.name");
    report.error_topic = text("reporter.error.topic.name");
    report.error_as_response = word("report.errors.as") == "http_response";
    report.bootstrap_servers = text("reporter.bootstrap.servers");
    auto client = read_report_client(config_.originals().with_prefix("reporter.producer."));
    if (client) {
      report.client = *std::move(client);
    } else {
      wrong("reporter.bootstrap.servers", client.error().message());
    }
    const bool used = !report.result_topic.empty() || !report.error_topic.empty();
    if (used && report.bootstrap_servers.empty()) {
      wrong("reporter.bootstrap.servers", "reporter.*.topic.name needs it");
    }
  }

  const Config& config_;
  std::vector<Misfit>& misfits_;
  Settings settings_;
};

}  // namespace

Settings read_settings(const Config& config, std::vector<Misfit>& misfits) {
  return SettingsReader(config, misfits).read();
}

}  // namespace millrace::http
