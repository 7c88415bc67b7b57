// What other workers, and everybody else who may write to the topics of a cluster, put there: any
// bytes. No record breaks anything; what is understood must be written and read again to the same,
// and a complaint is one line of the log.
//
// Input: c, s or o (config, status, offset topic), then one record a line: key, tab, value; a
// tombstone has no tab.
#include "storage/cluster_config_builder.h"
#include "storage/config_records.h"
#include "storage/offset_json.h"
#include "storage/status_records.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace {

using namespace millrace;
using namespace millrace::storage;

void check(bool holds) {
  if (!holds) std::abort();
}

void check_complaint(const Error& error) {
  const std::string& text = error.message();
  check(text.size() < 2000);  // a few names, cut off and escaped
  check(std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; }));
}

struct Written {
  std::string key;
  NullableString value;
  bool operator==(const Written&) const = default;
};

std::string must(Result<std::string> text) {
  check(text.has_value());
  return std::move(*text);
}

struct WriteConfig {
  Written operator()(const ConnectorRecord& record) const {
    NullableString value;
    if (record.config) value = must(properties_value(*record.config));
    return {connector_key(record.connector), value};
  }
  Written operator()(const TargetRecord& record) const {
    NullableString value;
    if (record.target) value = target_value(*record.target);
    return {target_key(record.connector), value};
  }
  Written operator()(const TaskRecord& record) const {
    return {task_key(record.id), must(properties_value(record.config))};
  }
  Written operator()(const CommitRecord& record) const {
    return {commit_key(record.connector), commit_value(record.tasks)};
  }
  Written operator()(const FencingRecord& record) const {
    return {fencing_key(record.connector), fencing_value(record.tasks)};
  }
  Written operator()(const SessionKey& key) const {
    return {std::string(session_key_key), must(session_key_value(key))};
  }
  Written operator()(const RestartWish& wish) const {
    return {restart_key(wish.connector), restart_value(wish)};
  }
  Written operator()(const LogLevelRecord& record) const {
    return {log_level_key(record.logger), log_level_value(record.level)};
  }
};

struct WriteStatus {
  Written operator()(const ConnectorStatusRecord& record) const {
    NullableString value;
    if (record.status) value = status_value(*record.status);
    return {connector_status_key(record.connector), value};
  }
  Written operator()(const TaskStatusRecord& record) const {
    NullableString value;
    if (record.status) value = status_value(*record.status);
    return {task_status_key(record.id), value};
  }
  Written operator()(const TopicUseRecord& record) const {
    NullableString value;
    if (record.use) value = topic_use_value(record.connector, *record.use);
    return {topic_use_key(record.connector, record.topic), value};
  }
};

void config_record(const LogRecord& record) {
  const ConfigReading reading = read_config_record(record);
  if (!reading.record) return check_complaint(reading.record.error());
  check(reading.counts);
  const Written written = std::visit(WriteConfig(), *reading.record);
  const ConfigReading again = read_config_record({written.key, written.value, 0, 1});
  check(again.record.has_value());
  check(std::visit(WriteConfig(), *again.record) == written);
}

void status_record(const LogRecord& record) {
  const Result<StatusRecord> reading = read_status_record(record);
  if (!reading) return check_complaint(reading.error());
  const Written written = std::visit(WriteStatus(), *reading);
  const Result<StatusRecord> again = read_status_record({written.key, written.value, 0, 1});
  check(again.has_value());
  check(std::visit(WriteStatus(), *again) == written);
}

void offset_record(const LogRecord& record) {
  const Result<OffsetKey> key = parse_offset_key(*record.key);
  check(key.has_value() == canonical_key(*record.key).has_value() || !key);
  if (key) {
    const std::string bytes = must(offset_key(key->connector, key->partition));
    const Result<OffsetKey> again = parse_offset_key(bytes);
    check(again && again->connector == key->connector);
    check(must(offset_key(again->connector, again->partition)) == bytes);
    check(canonical_key(bytes) == canonical_key(*record.key));
  }
  NullableString value;
  if (record.value) value = std::string(*record.value);
  const Result<NullableOffsetMap> offset = parse_offset_value(value);
  if (!offset) return;
  const Result<NullableString> bytes = offset_value("c", *offset);
  check(bytes.has_value());
  const Result<NullableOffsetMap> again = parse_offset_value(*bytes);
  check(again && *offset_value("c", *again) == *bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  ClusterConfigBuilder builder;
  std::int64_t offset = 0;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t tab = line.find('\t');
    LogRecord record{line.substr(0, tab), std::nullopt, 0, offset++};
    if (tab != std::string_view::npos) record.value = line.substr(tab + 1);
    switch (data[0]) {
      case 's': status_record(record); break;
      case 'o': offset_record(record); break;
      default:
        config_record(record);
        (void)builder.apply(record);
        check(builder.snapshot()->offset <= offset);
    }
  }
  for (const auto& [name, entry] : builder.snapshot()->connectors) {
    check(entry != nullptr && (!entry->inconsistent || entry->task_configs.empty()));
  }
  return 0;
}
