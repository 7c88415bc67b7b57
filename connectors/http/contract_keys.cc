// The settings that users of the University of Auckland's connector know.
#include "http/back_off.h"
#include "http/header_list.h"
#include "http/keys.h"
#include "http/target.h"
#include "millrace/plugin_log.h"

#include <algorithm>
#include <string>
#include <vector>

namespace millrace::http {

namespace {

constexpr std::string_view logger = "nz.ac.auckland.kafka.http.sink.HttpSinkConnectorConfig";

const std::string& text_of(const Setting& value) {
  static const std::string none;
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? none : *text;
}

/// One of the listed words, in any case. `silent` words are taken as well, and not listed.
Validator one_of(std::vector<std::string> words, std::vector<std::string> silent = {}) {
  std::string allowed = "[";
  for (const std::string& word : words) allowed += (allowed.size() > 1 ? ", " : "") + word;
  allowed += "]";
  return {allowed, [allowed, words, silent](std::string_view key, const Setting& value) {
            const auto same = [&value](const std::string& word) {
              return same_name(word, text_of(value));
            };
            if (std::ranges::any_of(words, same) || std::ranges::any_of(silent, same)) {
              return Result<void>();
            }
            return Result<void>(invalid_value(key, value, "Valid values are " + allowed));
          }};
}

/// An absolute http or https address. The part with `${…}` in it can only be judged later.
Validator address() {
  return {"absolute http or https URL",
          [](std::string_view key, const Setting& value) -> Result<void> {
            if (std::holds_alternative<std::monostate>(value)) return {};  // reported as missing
            std::string url = text_of(value);
            for (std::size_t at = 0; (at = url.find("${", at)) != std::string::npos;) {
              const std::size_t end = url.find('}', at);
              if (end == std::string::npos) break;
              url.replace(at, end + 1 - at, "x");
            }
            if (const Result<Target> target = read_target(url); !target) {
              return invalid_value(key, value, target.error().message());
            }
            return {};
          }};
}

Validator brackets() {
  return {"whole seconds, separated by commas",
          [](std::string_view key, const Setting& value) -> Result<void> {
            if (const auto list = read_brackets(text_of(value)); !list) {
              return invalid_value(key, value, list.error().message());
            }
            return {};
          }};
}

/// Refuses nothing by itself: whether the text can be used depends on the separator.
Validator header_text() {
  return {"JSON object, or name:value items",
          [](std::string_view /*key*/, const Setting& value) -> Result<void> {
            const std::string& text = text_of(value);
            if (!text.empty() && !is_json_document(text)) {
              log_warn(logger,
                       "callback.request.headers is no JSON: it is read as name:value items, split "
                       "at callback.header.separator");
            }
            return {};
          }};
}

}  // namespace

void define_contract_keys(ConfigDef& def) {
  def.define({.name = std::string(keys::url),
              .importance = Importance::high,
              .documentation = "Where each record is sent: an absolute http or https URL. Path and "
                               "query are sent as they are written.",
              .required = true,
              .validator = address(),
              .group = "Request",
              .order_in_group = 1,
              .width = Width::long_,
              .display_name = "Callback URL"});
  def.define({.name = std::string(keys::method),
              .importance = Importance::high,
              .documentation = "The HTTP method: POST, PUT or DELETE, and PATCH. Each of them "
                               "carries the record's value as body.",
              .required = true,
              .validator = one_of({"POST", "PUT", "DELETE"}, {"PATCH"}),
              .group = "Request",
              .order_in_group = 2,
              .width = Width::medium,
              .display_name = "Callback request Method",
              .aliases = {"callback.request.methods"}});
  def.define({.name = std::string(keys::connect_timeout),
              .type = ConfigType::int32,
              .importance = Importance::high,
              .documentation = "Milliseconds until a connection must stand, TLS and all; 0: no "
                               "limit.",
              .default_value = "60000",
              .group = "Request",
              .order_in_group = 2,
              .width = Width::medium,
              .display_name = "Connect timeout (ms)"});
  def.define({.name = std::string(keys::read_timeout),
              .type = ConfigType::int32,
              .importance = Importance::high,
              .documentation = "Milliseconds of silence after which a reply is given up; 0: no "
                               "limit. http.request.timeout.ms limits the exchange as a whole.",
              .default_value = "60000",
              .group = "Request",
              .order_in_group = 2,
              .width = Width::medium,
              .display_name = "Read timeout (ms)"});
  def.define({.name = std::string(keys::headers),
              .importance = Importance::high,
              .documentation = "Headers of each request: a JSON object, or name:value items with "
                               "callback.header.separator between them. For secrets there is "
                               "sensitive.headers.",
              .default_value = "",
              .validator = header_text(),
              .group = "Request",
              .order_in_group = 3,
              .width = Width::medium,
              .display_name = "Callback request headers"});
  def.define({.name = std::string(keys::separator),
              .importance = Importance::high,
              .documentation = "What stands between name:value items: a regular expression. Both | "
                               "and \\| mean a pipe.",
              .default_value = "\\|",
              .group = "Request",
              .order_in_group = 4,
              .width = Width::short_,
              .display_name = "Header separator"});
  def.define({.name = std::string(keys::response_brackets),
              .documentation =
                  "Seconds to wait before each further attempt after a reply that asks "
                  "for one or cannot be understood.",
              .default_value = "5,30,60,300,600",
              .validator = brackets(),
              .group = "Retries",
              .order_in_group = 1,
              .width = Width::short_,
              .display_name = "Retry Backoff (secs)"});
  def.define({.name = std::string(keys::request_brackets),
              .documentation = "The same for requests that did not get through: no connection, or "
                               "one of the statuses 401, 403, 405, 406, 502, 503 and 504.",
              .default_value = "5,10,15",
              .validator = brackets(),
              .group = "Retries",
              .order_in_group = 1,
              .width = Width::short_,
              .display_name = "Request Retry Backoff (secs)"});
  def.define({.name = std::string(keys::strategy),
              .documentation = "What follows a reply that asks for another attempt: waits and "
                               "attempts (PROGRESS_BACK_OFF) or none; and in the end the record is "
                               "dropped, or the task stops.",
              .default_value = "PROGRESS_BACK_OFF_DROP_MESSAGE",
              .validator = one_of({"PROGRESS_BACK_OFF_DROP_MESSAGE", "PROGRESS_BACK_OFF_STOP_TASK",
                                   "DROP_MESSAGE", "STOP_TASK"}),
              .group = "Retries",
              .order_in_group = 2,
              .width = Width::short_,
              .display_name = "Exception strategy"});
  def.define({.name = std::string(keys::delay),
              .type = ConfigType::int32,
              .documentation = "Seconds between a record's timestamp and the first request for it.",
              .default_value = "0",
              .group = "Retries",
              .order_in_group = 2,
              .width = Width::short_,
              .display_name = "Request delay (secs)"});
}

ConfigDef http_sink_config() {
  ConfigDef def;
  define_contract_keys(def);
  define_further_keys(def);
  return def;
}

}  // namespace millrace::http
