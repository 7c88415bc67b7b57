#include "kafka/settings.h"

#include "base/ascii.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/secrets.h"
#include "kafka/settings_own.h"
#include "kafka/settings_table.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace millrace::kafka {

namespace {

log::Logger& logger() {
  static log::Logger& instance = log::logger("org.apache.kafka.clients.ClientSettings");
  return instance;
}

/// The first time that this process meets this text.
bool first_time(const std::string& text) {
  static Mutex mutex;
  static std::set<std::string> seen;
  const MutexLock lock(mutex);
  return seen.insert(text).second;
}

void say_once(log::Level level, const std::string& text) {
  if (first_time(text)) logger().log(level, "{}", text);
}

Result<void> apply(Translation& t, const Rule& rule, const std::string& key) {
  const std::string value = t.text(key);
  const std::string_view native = rule.native.empty() ? std::string_view(key) : rule.native;
  if (rule.since > (rd_kafka_version() >> 8)) {
    say_once(log::Level::info,
             fmt::format("{} setting '{}' is left out: it needs a newer librdkafka than {}",
                         to_string(t.kind), key, rd_kafka_version_str()));
    return {};
  }
  switch (rule.treatment) {
    case Treatment::own: break;
    case Treatment::text: t.out.set(native, value); break;
    case Treatment::word: t.out.set(native, ascii::lower(value)); break;
    case Treatment::flag: {
      const Result<std::optional<bool>> flag = t.flag(key);
      if (!flag) return flag.error();
      if (*flag) t.out.set(native, **flag ? "true" : "false");
      break;
    }
    case Treatment::whole: {
      const Result<std::optional<std::int64_t>> number = t.whole(key);
      if (!number) return number.error();
      if (*number) t.out.set(native, std::to_string(std::clamp(**number, rule.min, rule.max)));
      break;
    }
    case Treatment::ignore:
    case Treatment::warn:
      if (value.empty()) break;
      say_once(
          rule.treatment == Treatment::warn ? log::Level::warn : log::Level::info,
          fmt::format("{} setting '{}' is accepted and has no effect", to_string(t.kind), key));
      break;
    case Treatment::reject:
      if (!value.empty()) return t.invalid(key, rule.why);
      break;
  }
  return {};
}

}  // namespace

std::string_view to_string(ClientKind kind) {
  switch (kind) {
    case ClientKind::producer: return "producer";
    case ClientKind::consumer: return "consumer";
    case ClientKind::admin: break;
  }
  return "admin";
}

bool is_secret(std::string_view key) { return secrets::is_secret_key(key); }

void NativeSettings::set(std::string_view name, std::string value) {
  for (auto& [key, old] : properties) {
    if (key == name) {
      old = std::move(value);
      return;
    }
  }
  properties.emplace_back(name, std::move(value));
}

const std::string* NativeSettings::find(std::string_view name) const {
  for (const auto& [key, value] : properties) {
    if (key == name) return &value;
  }
  return nullptr;
}

Error Translation::invalid(std::string_view key, std::string_view problem) const {
  const std::string shown = is_secret(key) ? std::string() : " = '" + text(key) + "'";
  return Error{ErrorCode::invalid_config,
               fmt::format("{} setting '{}'{}: {}", to_string(kind), key, shown, problem)};
}

std::string Translation::text(std::string_view key) const {
  const std::string* value = java.find(key);
  return value == nullptr ? std::string() : std::string(trimmed(*value));
}

Result<std::optional<std::int64_t>> Translation::whole(std::string_view key) const {
  if (java.find(key) == nullptr) return std::optional<std::int64_t>();
  const std::string value = text(key);
  std::int64_t number = 0;
  const char* from = value.starts_with('+') ? value.data() + 1 : value.data();
  const char* end = value.data() + value.size();
  const auto [stop, problem] = std::from_chars(from, end, number);
  if (problem != std::errc() || stop != end || from == end)
    return invalid(key, "not a whole number");
  return std::optional<std::int64_t>(number);
}

Result<std::optional<bool>> Translation::flag(std::string_view key) const {
  if (java.find(key) == nullptr) return std::optional<bool>();
  const std::string value = ascii::lower(text(key));
  if (value == "true") return std::optional<bool>(true);
  if (value == "false") return std::optional<bool>(false);
  return invalid(key, "neither true nor false");
}

Result<NativeSettings> translate(ClientKind kind, const ConfigMap& settings) {
  NativeSettings out;
  Translation t{kind, settings, out};
  for (const Rule& rule : settings_table()) {
    if ((rule.clients & static_cast<unsigned>(kind)) == 0 || rule.standard.empty()) continue;
    out.set(rule.native.empty() ? rule.java : rule.native, std::string(rule.standard));
  }
  for (const auto& [key, value] : settings) {
    if (!value) continue;
    if (is_secret(key)) secrets::add(*value);
    const Rule* rule = find_rule(kind, key);
    if (rule == nullptr) {
      // An admin client is given all of the worker's settings; most are not meant for it.
      if (kind == ClientKind::admin) continue;
      say_once(log::Level::warn,
               fmt::format("{} setting '{}' is not known and has no effect", to_string(kind), key));
      continue;
    }
    MILLRACE_TRY(apply(t, *rule, key));
  }
  MILLRACE_TRY(translate_common(t));
  if (kind == ClientKind::producer) MILLRACE_TRY(translate_producer(t));
  if (kind == ClientKind::consumer) MILLRACE_TRY(translate_consumer(t));
  Result<TlsMaterial> tls = read_tls(settings);
  if (!tls) return tls.error();
  out.tls = std::move(*tls);
  MILLRACE_TRY(translate_sasl(t));
  return out;
}

}  // namespace millrace::kafka
