#include "http/request_builder.h"

#include "http/gzip.h"
#include "http/json_body.h"
#include "http/trace_id.h"
#include "millrace/plugin_log.h"
#include "millrace/value_text.h"

#include <algorithm>
#include <utility>

namespace millrace::http {

namespace {

using Origin = HeaderLines::Origin;

constexpr std::string_view logger = "nz.ac.auckland.kafka.http.sink.request.ApiRequest";
constexpr std::string_view user_agent = "Millrace";
constexpr std::string_view accepted = "text/html, image/gif, image/jpeg, */*; q=0.2";
constexpr std::string_view form = "application/x-www-form-urlencoded";
/// Requests in all that redirects may lead to.
constexpr int most_hops = 20;

std::string place_of(const SinkRecord& record) {
  return "topic=" + record.topic.str() +
         "|partition=" + std::to_string(record.partition.value_or(0)) +
         "|offset=" + std::to_string(record.kafka_offset);
}

}  // namespace

RequestBuilder::RequestBuilder(const Settings& settings)
    : settings_(settings), batch_key_(settings.batch.key_pattern) {
  if (settings.request.templates) url_ = TextTemplate(settings.request.url);
  if (url_.is_constant()) {
    if (Result<Target> target = read_target(settings.request.url)) {
      target_ = std::make_shared<const Target>(*std::move(target));
    }
  }
  lay_out(settings);
}

/// The order on the wire. A header that is configured keeps its place and spelling; the ids and the
/// topic replace its value there, and it takes the place of those that we would add.
void RequestBuilder::lay_out(const Settings& settings) {
  using Kind = Slot::Kind;
  const auto find = [this](std::string_view name) {
    return std::ranges::find_if(slots_, [name](const Slot& s) { return same_name(s.name, name); });
  };
  const auto set = [&](Kind kind, const char* name, std::string value = {}) {
    const auto same = find(name);
    Slot slot{kind, Origin::trace, name, std::move(value), {}};
    if (same == slots_.end()) {
      slots_.push_back(std::move(slot));
    } else {
      slot.name = same->name;
      *same = std::move(slot);
    }
  };
  const auto add = [&](Kind kind, Origin origin, const char* name, std::string_view value) {
    if (find(name) == slots_.end()) slots_.push_back({kind, origin, name, std::string(value), {}});
  };

  for (const NamedValue& header : settings.request.headers) {
    Slot slot{Kind::fixed, Origin::settings, header.name, header.value, {}};
    if (settings.request.templates) slot.text = TextTemplate(header.value);
    if (!slot.text.is_constant()) slot.kind = Kind::templated;
    slots_.push_back(std::move(slot));
  }
  set(Kind::trace, "X-B3-TraceId");
  set(Kind::trace, "X-B3-SpanId");
  set(Kind::fixed, "X-B3-Sampled", "Defer");
  set(Kind::info, "X-B3-Info");
  set(Kind::topic, "X-Kafka-Topic");
  if (settings.auth.type == AuthType::api_key && find(settings.auth.api_key.name) == slots_.end()) {
    slots_.push_back({Kind::fixed,
                      Origin::settings,
                      settings.auth.api_key.name,
                      settings.auth.api_key.value,
                      {}});
  }
  add(Kind::fixed, Origin::client, "User-Agent", user_agent);
  add(Kind::host, Origin::client, "Host", "");
  add(Kind::fixed, Origin::client, "Accept", accepted);
  if (!settings.request.http2_only) add(Kind::fixed, Origin::client, "Connection", "keep-alive");
  const bool json = settings.request.body != BodyFormat::text || settings.batch.json_array;
  add(Kind::content_type, Origin::body, "Content-type", json ? "application/json" : form);
  if (settings.request.gzip) add(Kind::fixed, Origin::body, "Content-Encoding", "gzip");
}

std::string RequestBuilder::trace_id(const SinkRecord& record) const {
  if (const Header* header = record.headers.last("X-B3-TraceId");
      header != nullptr && !header->value.is_null()) {
    return to_text(header->value);
  }
  return make_trace_id(settings_.connector, record.topic.view(), record.partition.value_or(0),
                       record.kafka_offset);
}

Result<void> RequestBuilder::build(std::span<const SinkRecord* const> records, Request& out) const {
  const SinkRecord& first = *records.front();
  out.hop = 1;
  out.credentials = true;
  out.has_body = !first.value.is_null();
  out.method = out.has_body ? settings_.request.method : "DELETE";
  out.target = target_;
  if (!out.target) {
    const Result<std::string> url = url_.render(first, TextTemplate::Use::url);
    if (!url) return url.error();
    Result<Target> target = read_target(*url);
    if (!target) {
      return Error{ErrorCode::bad_record, "callback.request.url gives '" + *url +
                                              "' here, which is " + target.error().message()};
    }
    out.target = std::make_shared<const Target>(*std::move(target));
  }
  out.body.clear();
  const BatchSettings& batch = settings_.batch;
  const bool batches = batch.records > 1 || batch.json_array;
  if (out.has_body) {
    if (batches) out.body += batch.json_array ? "[" : batch.prefix;
    for (const SinkRecord* record : records) {
      if (record != records.front()) out.body += batch.json_array ? "," : batch.separator;
      MILLRACE_TRY(append_body(out.body, *record));
    }
    if (batches) out.body += batch.json_array ? "]" : batch.suffix;
    if (settings_.request.gzip) out.body = gzip(out.body);
  }
  std::string problem;
  add_headers(first, out, out.headers, problem);
  if (!problem.empty()) return Error{ErrorCode::bad_record, problem};
  return {};
}

void RequestBuilder::add_headers(const SinkRecord& record, const Request& request, HeaderLines& out,
                                 std::string& problem) const {
  using Kind = Slot::Kind;
  out.clear();
  const std::string id = trace_id(record);
  if (!is_safe_in_header(id)) {
    problem = "header X-B3-TraceId of the record has a control character in it, and is not sent";
    return;
  }
  for (const Slot& slot : slots_) {
    switch (slot.kind) {
      case Kind::fixed:
        if (slot.origin != Origin::body || request.has_body) {
          out.add(slot.name, slot.value, slot.origin);
        }
        break;
      case Kind::templated: {
        Result<std::string> text = slot.text.render(record, TextTemplate::Use::plain);
        if (text) {
          out.add(slot.name, *text, slot.origin);
        } else {
          problem = "header '" + slot.name + "': " + text.error().message();
        }
        break;
      }
      case Kind::trace: out.add(slot.name, id, slot.origin); break;
      case Kind::info:
        out.add(slot.name, place_of(record), slot.origin);
        if (settings_.request.forward_headers) forward(record, out);
        break;
      case Kind::topic: out.add(slot.name, record.topic.view(), slot.origin); break;
      case Kind::host: out.add(slot.name, request.target->host_header, slot.origin); break;
      case Kind::content_type:
        if (request.has_body && (request.method != "PUT" || slot.value != form)) {
          out.add(slot.name, slot.value, slot.origin);
        }
        break;
    }
  }
}

/// The record's own headers, as far as nothing of ours has their name. What cannot stand in a
/// header is left out, with a warning that names it.
void RequestBuilder::forward(const SinkRecord& record, HeaderLines& out) const {
  for (const Header& header : record.headers) {
    const std::string_view name = header.key.view();
    if (&header != record.headers.last(name) || header.value.is_null()) continue;
    if (settings_.request.forwarded && !settings_.request.forwarded->matches_whole(name)) continue;
    const bool taken = std::ranges::any_of(
        slots_, [name](const Slot& slot) { return same_name(slot.name, name); });
    if (taken) continue;
    // The rules of configured headers hold for these, too.
    std::vector<NamedValue> checked;
    const std::string value = to_text(header.value);
    if (const Result<void> added = add_checked_header(checked, name, value); !added) {
      log_warn(logger, place_of(record) + ": not forwarded: " + added.error().message());
      continue;
    }
    for (const NamedValue& one : checked) out.add(one.name, one.value, Origin::settings);
  }
}

Result<void> RequestBuilder::append_body(std::string& out, const SinkRecord& record) const {
  const std::size_t begin = out.size();
  if (settings_.request.body == BodyFormat::envelope) {
    append_envelope(out, record);
  } else if (settings_.request.body == BodyFormat::json) {
    append_json(out, record.value);
  } else if (const Text* text = record.value.get_if<Text>()) {
    out += text->view();
  } else {
    append_text(out, record.value);
  }
  if (settings_.request.replacements.empty()) return {};
  std::string body = out.substr(begin);
  for (const auto& [pattern, replacement] : settings_.request.replacements) {
    Result<std::string> replaced = pattern.replace_all(body, replacement);
    if (!replaced) return std::move(replaced.error());
    body = *std::move(replaced);
  }
  out.replace(begin, std::string::npos, body);
  return {};
}

Result<std::string> RequestBuilder::batch_key(const SinkRecord& record) const {
  std::string key = record.value.is_null() ? "-" : "+";  // a tombstone goes alone
  for (const TextTemplate* text : {&url_, &batch_key_}) {
    if (text->is_constant()) continue;
    Result<std::string> rendered = text->render(record, TextTemplate::Use::url);
    if (!rendered) return rendered;
    key += '\0' + *rendered;
  }
  return key;
}

Result<std::optional<Request>> RequestBuilder::redirected(const Request& from, int status,
                                                          std::string_view location) const {
  const bool moves = status == 301 || status == 302 || status == 303 || status == 307;
  const std::optional<Request> none;
  if (!moves || location.empty() || !settings_.transfer.follow_redirects) return none;
  Result<Target> target = read_location(*from.target, location);
  if (!target || target->scheme != from.target->scheme) return none;
  if (from.hop >= most_hops) {
    return Error{ErrorCode::retriable,
                 "redirected more than " + std::to_string(most_hops - 1) + " times"};
  }
  Request to;
  to.hop = from.hop + 1;
  to.method = from.method;
  to.has_body = from.has_body;
  const bool becomes_get = from.method == "POST" && status != 307;
  const bool same_host = target->same_host(*from.target);
  to.credentials = from.credentials && same_host && !becomes_get;
  if (becomes_get) {
    log_warn(logger,
             "status " + std::to_string(status) + " of " + from.target->origin +
                 " turns the POST into a GET without the record: nothing of it arrives at " +
                 target->origin);
    to.method = "GET";
    to.has_body = false;
  }
  if (to.has_body) to.body = from.body;
  for (const HeaderLines::Line& line : from.headers.lines()) {
    const std::string_view name = from.headers.name(line);
    if (becomes_get && line.origin != Origin::client) continue;
    if (!same_host && line.origin == Origin::settings) continue;
    to.headers.add(name, name == "Host" ? target->host_header : from.headers.value(line),
                   line.origin);
  }
  to.target = std::make_shared<const Target>(*std::move(target));
  return std::optional(std::move(to));
}

}  // namespace millrace::http
