// What goes beyond the University of Auckland's connector. Nothing here has an effect unless set.
#include "http/keys.h"

#include <optional>
#include <string>

namespace millrace::http {

namespace {

struct Key {
  const char* name;
  ConfigType type;
  std::optional<std::string> unset;
  const char* documentation;
  Validator rule = {};
};

void define(ConfigDef& def, const char* group, std::initializer_list<Key> keys) {
  int order = 0;
  for (const Key& key : keys) {
    def.define({.name = key.name,
                .type = key.type,
                .importance = Importance::low,
                .documentation = key.documentation,
                .default_value = key.unset,
                .validator = key.rule,
                .group = group,
                .order_in_group = ++order});
  }
}

Validator words(std::vector<std::string> all) {
  return Validator::one_of_ignoring_case(std::move(all));
}
Validator from(double minimum) { return Validator::at_least(minimum); }
Validator null_or_from(double minimum) {
  const Validator range = Validator::at_least(minimum);
  return {range.allowed() + " or null", [range](std::string_view key, const Setting& value) {
            if (std::holds_alternative<std::monostate>(value)) return Result<void>();
            return range.check(key, value);
          }};
}

constexpr ConfigType text = ConfigType::string;
constexpr ConfigType secret = ConfigType::password;
constexpr ConfigType yes_no = ConfigType::boolean;
constexpr ConfigType number = ConfigType::int32;
constexpr ConfigType large = ConfigType::int64;
constexpr auto none = std::nullopt;

void define_responses(ConfigDef& def) {
  define(
      def, "Responses",
      {{"response.success.mode", text, "retry.flag",
        "What makes a reply a success: `retry.flag`, the member `retry` of its JSON body being "
        "false; or `status`, its status code.",
        words({"retry.flag", "status"})},
       {"success.status.codes", text, "200-299",
        "With response.success.mode=status: the codes of success, such as `200,204,300-399`."},
       {"retry.on.status.codes", text, none,
        "The codes that are worth another attempt, such as `408,429,500-`. Other replies that "
        "are no success are given up at once. Unset: all are tried again."},
       {"behavior.on.error",
        text,
        none,
        "What becomes of a record that is given up: `fail` the task, `log` it and go on, or "
        "`ignore` it. Unset: exception.strategy says.",
        {"fail, log, ignore or unset",
         [](std::string_view key, const Setting& value) -> Result<void> {
           if (std::holds_alternative<std::monostate>(value)) return {};
           return words({"fail", "log", "ignore"}).check(key, value);
         }}},
       {"dlq.on.drop", yes_no, "false",
        "Records that are dropped go to the dead letter queue of errors.deadletterqueue.*."},
       {"behavior.on.null.values", text, "fail",
        "What a record without a value is: `fail`s the task, is `ignore`d, is left out with a "
        "line in the `log`, or becomes a `delete`: a DELETE without a body.",
        words({"fail", "ignore", "log", "delete"})},
       {"reporter.result.topic.name", text, none,
        "Topic that gets one record for each record that was delivered."},
       {"reporter.error.topic.name", text, none,
        "Topic that gets one record for each record that was given up."},
       {"report.errors.as", text, "error_string",
        "What those hold: `error_string`, what went wrong, or `http_response`, the reply's body.",
        words({"error_string", "http_response"})},
       {"reporter.bootstrap.servers", text, none,
        "Brokers for both topics; further settings of the producer: reporter.producer.*, "
        "TLS and SASL as for any client."}});
}

void define_retries(ConfigDef& def) {
  define(def, "Exponential back-off",
         {{"retry.backoff.ms", number, none,
           "The first wait, in milliseconds. If set, waits that double (or stay) replace the lists "
           "retry.backoff.sec and request.retry.backoff.sec.",
           null_or_from(0)},
          {"retry.backoff.max.ms", number, "600000", "The longest of those waits.", from(0)},
          {"retry.backoff.policy", text, "EXPONENTIAL_WITH_JITTER",
           "EXPONENTIAL_WITH_JITTER (each wait is cut to somewhere between half and all of it), "
           "EXPONENTIAL or CONSTANT_VALUE.",
           words({"EXPONENTIAL_WITH_JITTER", "EXPONENTIAL", "CONSTANT_VALUE"})},
          {"max.retries", number, "5", "Attempts after the first one, with retry.backoff.ms.",
           from(0)},
          {"retry.after.enabled", yes_no, "false",
           "Waits as long as the reply's Retry-After header says, instead."},
          {"retry.after.max.ms", large, "600000", "But never longer than this.", from(0)}});
}

void define_flow(ConfigDef& def) {
  define(
      def, "Flow",
      {{"max.in.flight.requests", number, "1",
        "Requests that may be open at the same time; `ordering` says which.",
        Validator::between(1, 1024)},
       {"ordering", text, "task",
        "What stays in order, one open request each: all of the `task`, each `partition`, each "
        "record `key` (records without one: their partition), or `none`.",
        words({"task", "partition", "key", "none"})},
       {"rate.limit.num", large, "0", "At most so many requests in each span; 0: no limit.",
        from(0)},
       {"rate.limit.duration.ms", large, "1000", "The length of that span.", from(1)},
       {"http.request.timeout.ms", large, "0",
        "Milliseconds until a request, connection and reply included, must be over; 0: no limit.",
        from(0)},
       {"http.version", text, "1.1", "`1.1`, `2`, or `auto`: 2 where the endpoint's TLS offers it.",
        words({"1.1", "2", "auto"})},
       {"follow.redirects", text, "java",
        "`java`: up to 20 requests on the same scheme; `none`: the 3xx reply is judged.",
        words({"java", "none"})}});
}

void define_batches(ConfigDef& def) {
  define(
      def, "Batching",
      {{"batch.max.size", number, "1", "Records in one request, at most.",
        Validator::between(1, 100'000)},
       {"batch.max.bytes", large, "0", "Bytes of their bodies, at most; 0: no limit.", from(0)},
       {"linger.ms", large, "0", "How long a batch that is not full waits for more.", from(0)},
       {"batch.json.as.array", yes_no, "false",
        "The bodies of a batch become a JSON array: `[a,b]`, also for one record."},
       {"batch.prefix", text, "",
        "Stands before the bodies of a batch. `\\n`, `\\t`, `\\r`, `\\s` "
        "(a blank) and `\\\\` are understood."},
       {"batch.suffix", text, "", "Stands behind them."},
       {"batch.separator", text, "\\n", "Stands between them."},
       {"batch.key.pattern", text, "",
        "Only records for which this gives the same text share a batch: `${topic}`, `${key}` and "
        "the other words of templates."}});
}

void define_bodies(ConfigDef& def) {
  define(
      def, "Body and headers",
      {{"template.enabled", yes_no, "false",
        "`${topic}`, `${partition}`, `${offset}`, `${timestamp}`, `${key}`, `${key.field}`, "
        "`${value.field}` and `${header.name}` in the URL and in headers stand for the record's."},
       {"request.body.format", text, "string",
        "`string`: the value's text; `json`: the value as JSON; `envelope`: JSON with key, value, "
        "headers, topic, partition, offset and timestamp.",
        words({"string", "json", "envelope"})},
       {"regex.patterns", text, none,
        "Regular expressions, with regex.separator between them, to replace in the body."},
       {"regex.replacements", text, none, "What replaces each of them."},
       {"regex.separator", text, "~", "What stands between patterns, and between replacements."},
       {"compression", text, "none", "`gzip` packs the body and says so in Content-Encoding.",
        words({"none", "gzip"})},
       {"forward.kafka.headers", yes_no, "false", "Sends the record's headers as HTTP headers."},
       {"forward.kafka.headers.include", text, none,
        "Only those whose names match this regular expression as a whole."},
       {"sensitive.headers", secret, none,
        "More headers, in the form of callback.request.headers, with values that never show."},
       {"log.payload", yes_no, "true", "Whether the log shows bodies and replies."}});
}

void define_auth(ConfigDef& def) {
  define(def, "Authentication",
         {{"auth.type", text, "none", "none, basic, bearer, api_key or oauth2.",
           words({"none", "basic", "bearer", "api_key", "oauth2"})},
          {"connection.user", text, none, "With basic: the user."},
          {"connection.password", secret, none, "With basic: the password."},
          {"bearer.token", secret, none, "With bearer: the token."},
          {"api.key.name", text, "X-API-Key", "With api_key: the header that carries the key."},
          {"api.key.value", secret, none, "With api_key: the key."},
          {"oauth2.token.url", text, none, "With oauth2: where tokens come from."},
          {"oauth2.client.id", text, none, "With oauth2: who asks for them."},
          {"oauth2.client.secret", secret, none, "With oauth2: the client's secret."},
          {"oauth2.client.scope", text, none, "With oauth2: the scope that is asked for."},
          {"oauth2.client.auth.mode", text, "header",
           "With oauth2: id and secret go into the Authorization `header`, or into the `body`.",
           words({"header", "body"})},
          {"oauth2.token.property", text, "access_token",
           "With oauth2: the member of the answer that holds the token."},
          {"oauth2.token.renew.on.status.codes", text, "401",
           "With oauth2: replies to which the request is sent again, once, with a new token."}});
}

void define_network(ConfigDef& def) {
  define(
      def, "Network",
      {{"http.proxy.host", text, none, "A proxy to go through."},
       {"http.proxy.port", number, "8080", "Its port.", Validator::between(1, 65535)},
       {"http.proxy.user", text, none, "Who we are to it."},
       {"http.proxy.password", secret, none, "With which password."},
       {"url.allow.list", ConfigType::list, none,
        "Hosts (`api.example.com`, `*.example.com`) or beginnings of URLs that may be called, "
        "redirects included; unset: all."},
       {"url.deny.private", yes_no, "false",
        "Refuses addresses of this machine and of private networks, whatever name leads there."},
       {"https.ssl.truststore.location", text, none, "File with trusted certificates."},
       {"https.ssl.truststore.password", secret, none, "Its password."},
       {"https.ssl.truststore.type", text, "JKS", "JKS, PKCS12 or PEM."},
       {"https.ssl.truststore.certificates", text, none, "The certificates themselves (PEM)."},
       {"https.ssl.keystore.location", text, none, "File with our certificate and its key."},
       {"https.ssl.keystore.password", secret, none, "Its password."},
       {"https.ssl.keystore.type", text, "JKS", "JKS, PKCS12 or PEM."},
       {"https.ssl.keystore.key", secret, none, "The key itself (PEM)."},
       {"https.ssl.keystore.certificate.chain", text, none, "The certificates themselves (PEM)."},
       {"https.ssl.key.password", secret, none, "The key's password."},
       {"https.ssl.endpoint.identification.algorithm", text, "https",
        "Empty: a certificate may name another host."}});
}

}  // namespace

void define_further_keys(ConfigDef& def) {
  define_responses(def);
  define_retries(def);
  define_flow(def);
  define_batches(def);
  define_bodies(def);
  define_auth(def);
  define_network(def);
}

}  // namespace millrace::http
