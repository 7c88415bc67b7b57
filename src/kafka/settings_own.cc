#include "kafka/settings_own.h"

#include "base/ascii.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

namespace millrace::kafka {

namespace {

constexpr std::string_view producer_package = "org.apache.kafka.clients.producer.";
constexpr std::string_view consumer_package = "org.apache.kafka.clients.consumer.";

/// The class's name without the package that Java's own ones lie in.
std::string_view simple_name(std::string_view name, std::string_view package) {
  return name.starts_with(package) ? name.substr(package.size()) : name;
}

std::chrono::milliseconds milliseconds(std::int64_t number) {
  // Far enough for "for ever", and safe to add to a time.
  constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  return std::chrono::milliseconds(std::clamp<std::int64_t>(number, 0, longest));
}

Result<void> read_time(Translation& t, std::string_view key, std::chrono::milliseconds& target) {
  const Result<std::optional<std::int64_t>> number = t.whole(key);
  if (!number) return number.error();
  if (*number && **number < 0) return t.invalid(key, "is negative");
  if (*number) target = milliseconds(**number);
  return {};
}

Result<void> translate_compression(Translation& t) {
  const std::string* type = t.out.find("compression.type");
  for (const std::string_view codec : {"gzip", "lz4", "zstd"}) {
    const std::string key = fmt::format("compression.{}.level", codec);
    const Result<std::optional<std::int64_t>> level = t.whole(key);
    if (!level) return level.error();
    if (*level && type != nullptr && *type == codec) {
      t.out.set("compression.level", std::to_string(std::clamp<std::int64_t>(**level, -1, 12)));
    }
  }
  return {};
}

Result<void> translate_partitioner(Translation& t) {
  const std::string name = t.text("partitioner.class");
  const std::string_view simple = simple_name(name, producer_package);
  if (simple == "RoundRobinPartitioner") {
    t.out.round_robin = true;
  } else if (!name.empty()) {
    return t.invalid("partitioner.class",
                     "only RoundRobinPartitioner can be named here; without the "
                     "setting, records are partitioned by their key as Java does");
  }
  const Result<std::optional<bool>> ignore_keys = t.flag("partitioner.ignore.keys");
  if (!ignore_keys) return ignore_keys.error();
  t.out.set("partitioner", ignore_keys->value_or(false) ? "random" : "murmur2_random");
  return {};
}

Result<void> translate_idempotence(Translation& t) {
  const std::string acks = ascii::lower(t.text("acks"));
  if (acks == "all" || acks == "-1" || acks.empty()) {
    t.out.set("acks", "-1");
  } else if (acks == "0" || acks == "1") {
    t.out.set("acks", acks);
  } else {
    return t.invalid("acks", "must be all, -1, 0 or 1");
  }
  const bool transactional = !t.text("transactional.id").empty();
  if (*t.out.find("enable.idempotence") != "true" && !transactional) return {};
  const bool asked = transactional || t.java.find("enable.idempotence") != nullptr;
  if (*t.out.find("acks") != "-1") {
    if (asked) return t.invalid("acks", "an idempotent producer needs acks=all");
    t.out.set("enable.idempotence", "false");  // as Java: the default gives way
    return {};
  }
  if (const std::string* retries = t.out.find("retries"); retries != nullptr && *retries == "0") {
    if (asked) return t.invalid("retries", "an idempotent producer must be able to try again");
    t.out.set("enable.idempotence", "false");
    return {};
  }
  const Result<std::optional<std::int64_t>> in_flight =
      t.whole("max.in.flight.requests.per.connection");
  if (!in_flight) return in_flight.error();
  if (in_flight->value_or(5) > 5) {
    if (asked) {
      return t.invalid("max.in.flight.requests.per.connection",
                       "an idempotent producer can have at most 5 requests in flight");
    }
    t.out.set("enable.idempotence", "false");
  }
  return {};
}

Result<void> translate_reset(Translation& t) {
  const std::string text = ascii::lower(t.text("auto.offset.reset"));
  t.out.set("auto.offset.reset", "error");
  if (text.empty() || text == "latest") {
    t.out.reset = ResetPolicy::latest;
    t.out.set("auto.offset.reset", "latest");
  } else if (text == "earliest") {
    t.out.reset = ResetPolicy::earliest;
    t.out.set("auto.offset.reset", "earliest");
  } else if (text == "none") {
    t.out.reset = ResetPolicy::none;
  } else if (constexpr std::string_view prefix = "by_duration:"; text.starts_with(prefix)) {
    const auto duration = parse_iso_duration(std::string_view(text).substr(prefix.size()));
    if (!duration) return t.invalid("auto.offset.reset", "the duration must be like PT1H or P7D");
    t.out.reset = ResetPolicy::by_duration;
    t.out.reset_duration = *duration;
  } else {
    return t.invalid("auto.offset.reset",
                     "must be earliest, latest, none or by_duration:<ISO 8601 duration>");
  }
  return {};
}

Result<void> translate_assignors(Translation& t) {
  std::string rest = t.text("partition.assignment.strategy");
  std::string native;
  bool more_than_one = false;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string name(trimmed(std::string_view(rest).substr(0, comma)));
    rest.erase(0, comma + 1);
    const std::string_view simple = simple_name(name, consumer_package);
    std::string_view known;
    if (simple == "RangeAssignor" || simple == "range") known = "range";
    if (simple == "RoundRobinAssignor" || simple == "roundrobin") known = "roundrobin";
    if (simple == "CooperativeStickyAssignor" || simple == "cooperative-sticky")
      known = "cooperative-sticky";
    if (known.empty()) {
      return t.invalid("partition.assignment.strategy",
                       fmt::format("'{}' is not supported: RangeAssignor, RoundRobinAssignor and "
                                   "CooperativeStickyAssignor are",
                                   name));
    }
    more_than_one = more_than_one || !native.empty();
    native += (native.empty() ? "" : ",") + std::string(known);
  }
  // Java's default names both kinds to allow moving from one to the other; librdkafka takes one
  // kind.
  if (native.empty() || native == "range,cooperative-sticky") native = "range";
  if (more_than_one && native.find("cooperative") != std::string::npos) {
    return t.invalid("partition.assignment.strategy",
                     "CooperativeStickyAssignor cannot stand beside another one");
  }
  t.out.cooperative = native == "cooperative-sticky";
  t.out.set("partition.assignment.strategy", native);
  return {};
}

Result<void> translate_group(Translation& t) {
  const std::string protocol = ascii::lower(t.text("group.protocol"));
  if (protocol == "consumer" && (rd_kafka_version() >> 8) < 0x020400) {
    return t.invalid(
        "group.protocol",
        fmt::format("librdkafka {} cannot speak it, 2.4 and newer can", rd_kafka_version_str()));
  }
  if (protocol != "" && protocol != "classic" && protocol != "consumer") {
    return t.invalid("group.protocol", "must be classic or consumer");
  }
  if (protocol == "consumer") {
    t.out.set("group.protocol", "consumer");
    t.out.cooperative = true;
    std::erase_if(t.out.properties, [](const auto& entry) {
      return entry.first == "session.timeout.ms" || entry.first == "heartbeat.interval.ms" ||
             entry.first == "partition.assignment.strategy";
    });
    return {};
  }
  // librdkafka refuses a poll interval below the session timeout, Java takes it.
  const auto number = [&t](std::string_view name) { return std::stoll(*t.out.find(name)); };
  if (number("max.poll.interval.ms") < number("session.timeout.ms")) {
    t.out.set("max.poll.interval.ms", *t.out.find("session.timeout.ms"));
  }
  return translate_assignors(t);
}

void translate_fetch_sizes(Translation& t) {
  t.out.has_fetch_sizes = t.out.find("fetch.max.bytes") != nullptr;
  if (const std::string* most = t.out.find("fetch.max.bytes")) {
    // librdkafka wants message.max.bytes <= fetch.max.bytes < receive.message.max.bytes.
    const std::int64_t bytes = std::stoll(*most);
    if (bytes < 1'000'000) {
      t.out.set("message.max.bytes", std::to_string(std::max<std::int64_t>(bytes, 1000)));
      if (bytes < 1000) t.out.set("fetch.max.bytes", "1000");
    }
    t.out.set("receive.message.max.bytes",
              std::to_string(std::clamp<std::int64_t>(bytes + 512, 100'000'000, 2'147'483'647)));
  }
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::chrono::milliseconds> parse_iso_duration(std::string_view text) {
  const std::string upper_copy = ascii::lower(text);
  std::string_view rest = upper_copy;
  if (!rest.starts_with('p') || rest.size() < 3) return std::nullopt;
  rest.remove_prefix(1);
  double milliseconds = 0;
  bool time = false;
  while (!rest.empty()) {
    if (rest.front() == 't') {
      if (time || rest.size() == 1) return std::nullopt;
      time = true;
      rest.remove_prefix(1);
      continue;
    }
    double number = 0;
    const auto [stop, problem] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (problem != std::errc() || stop == rest.data() + rest.size() || number < 0)
      return std::nullopt;
    const char unit = *stop;
    if (unit == 'd' && !time)
      milliseconds += number * 86'400'000;
    else if (unit == 'h' && time)
      milliseconds += number * 3'600'000;
    else if (unit == 'm' && time)
      milliseconds += number * 60'000;
    else if (unit == 's' && time)
      milliseconds += number * 1000;
    else
      return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()) + 1);
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds));
}

Result<void> translate_common(Translation& t) {
  t.out.bootstrap = t.text("bootstrap.servers");
  t.out.client_id = t.text("client.id");
  if (t.out.bootstrap.empty()) {
    return Error{ErrorCode::invalid_config,
                 fmt::format("{} setting 'bootstrap.servers' is missing", to_string(t.kind))};
  }
  t.out.embedded = t.out.bootstrap == "embedded:";
  t.out.set("bootstrap.servers", t.out.bootstrap);
  t.out.set("socket.nagle.disable", "true");  // as Java; small requests would wait otherwise
  if (const std::string* age = t.out.find("topic.metadata.refresh.interval.ms")) {
    t.out.set("metadata.max.age.ms", std::to_string(3 * std::stoll(*age)));
  }
  if (t.kind == ClientKind::producer) {
    if (const Result<std::optional<std::int64_t>> time = t.whole("request.timeout.ms");
        time && *time) {
      t.out.set("request.timeout.ms", std::to_string(std::clamp<std::int64_t>(**time, 1, 900'000)));
    }
  } else {
    MILLRACE_TRY(read_time(t, "default.api.timeout.ms", t.out.default_api_timeout));
  }
  if (const std::string* protocol = t.out.find("security.protocol")) {
    if (*protocol != "plaintext" && *protocol != "ssl" && *protocol != "sasl_plaintext" &&
        *protocol != "sasl_ssl") {
      return t.invalid("security.protocol", "must be PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL");
    }
  }
  return {};
}

Result<void> translate_producer(Translation& t) {
  MILLRACE_TRY(read_time(t, "max.block.ms", t.out.max_block));
  MILLRACE_TRY(translate_idempotence(t));
  MILLRACE_TRY(translate_compression(t));
  MILLRACE_TRY(translate_partitioner(t));
  t.out.max_request_bytes = std::stoull(*t.out.find("message.max.bytes"));
  const Result<std::optional<std::int64_t>> buffer = t.whole("buffer.memory");
  if (!buffer) return buffer.error();
  if (*buffer) {
    t.out.has_buffer_memory = true;
    t.out.set("queue.buffering.max.kbytes",
              std::to_string(std::clamp<std::int64_t>(**buffer / 1024, 1, 2'147'483'647)));
    t.out.set("queue.buffering.max.messages", "2147483647");
  }
  const Result<std::optional<bool>> two_phases = t.flag("transaction.two.phase.commit.enable");
  if (!two_phases) return two_phases.error();
  if (two_phases->value_or(false)) {
    return t.invalid("transaction.two.phase.commit.enable", "librdkafka cannot do this");
  }
  // librdkafka refuses a delivery timeout that is not above the linger time.
  const std::string* linger = t.out.find("linger.ms");
  const std::int64_t linger_ms = linger == nullptr ? 5 : std::stoll(*linger);
  if (!t.text("transactional.id").empty() && t.java.find("delivery.timeout.ms") == nullptr) {
    std::erase_if(t.out.properties,
                  [](const auto& entry) { return entry.first == "message.timeout.ms"; });
  } else if (const std::int64_t timeout = std::stoll(*t.out.find("message.timeout.ms"));
             timeout != 0 && timeout <= linger_ms) {
    if (t.java.find("delivery.timeout.ms") == nullptr) {  // the default gives way, as in Java
      const std::int64_t request = std::stoll(*t.out.find("socket.timeout.ms"));
      t.out.set("message.timeout.ms", std::to_string(linger_ms + request));
      return {};
    }
    return t.invalid("delivery.timeout.ms", fmt::format("must be above linger.ms, {}", linger_ms));
  }
  return {};
}

Result<void> translate_consumer(Translation& t) {
  const Result<std::optional<std::int64_t>> records = t.whole("max.poll.records");
  if (!records) return records.error();
  if (*records && **records < 1) return t.invalid("max.poll.records", "must be 1 or more");
  if (*records) t.out.max_poll_records = static_cast<std::size_t>(**records);
  if (t.text("group.id").empty()) {
    return Error{ErrorCode::invalid_config, "consumer setting 'group.id' is missing"};
  }
  t.out.set("enable.auto.offset.store", "false");
  MILLRACE_TRY(translate_reset(t));
  MILLRACE_TRY(translate_group(t));
  translate_fetch_sizes(t);
  return {};
}

}  // namespace millrace::kafka
