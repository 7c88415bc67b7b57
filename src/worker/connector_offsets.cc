#include "worker/connector_offsets.h"

#include "base/mutex.h"
#include "base/plugin_call.h"
#include "storage/offset_reader.h"
#include "storage/offset_writer.h"
#include "worker/sink_offsets.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace millrace::worker {

namespace {

Error failed(std::string message, const Error& cause) {
  return Error{ErrorCode::fatal, std::move(message)}.caused_by(cause);
}

/// The group still has members: the tasks are not gone yet, or have come back.
Error group_in_use(const std::string& name, std::string_view done, const Error& cause) {
  return failed("Failed to " + std::string(done) + " consumer group offsets for connector " + name +
                    " either because its tasks haven't stopped completely yet or the connector was "
                    "resumed before the request could be carried out. While the connector is "
                    "stopped, the request can be repeated.",
                cause);
}

Error group_failure(const std::string& name, std::string_view done, std::string message,
                    const Error& cause) {
  if (cause.code() == ErrorCode::conflict) return group_in_use(name, done, cause);
  return failed(std::move(message), cause);
}

/// A change of a group that must have no members. Those of tasks that have just been stopped may
/// still be about to leave it, where the broker is busy.
Result<void> when_empty(Clock& clock, const std::function<Result<void>()>& change) {
  constexpr std::chrono::milliseconds patience(5'000);
  constexpr std::chrono::milliseconds pause(200);
  const Clock::Time deadline = clock.now() + patience;
  Mutex mutex;
  CondVar nobody_wakes_it;
  while (true) {
    Result<void> done = change();
    const bool in_use = !done && done.error().code() == ErrorCode::conflict;
    if (!in_use || clock.now() >= deadline) return done;
    const MutexLock lock(mutex);
    clock.wait_until(mutex, nobody_wakes_it, clock.now() + pause);
  }
}

/// Later changes of the same partition in place of earlier ones.
Result<std::vector<OffsetChange>> source_changes(const std::vector<ConnectorOffset>& changes) {
  const auto nested = [](const OffsetMap& map) -> std::optional<Error> {
    for (const auto& [key, value] : map) {
      if (value.kind() != ValueKind::map && value.kind() != ValueKind::array) continue;
      return Error{ErrorCode::invalid_config,
                   "Offsets may only contain primitive types as values, but field " + key +
                       " contains " + (value.kind() == ValueKind::map ? "MAP" : "ARRAY")};
    }
    return std::nullopt;
  };
  std::vector<OffsetChange> unique;
  for (const ConnectorOffset& change : changes) {
    if (!change.partition) {
      return Error{ErrorCode::invalid_config,
                   "The partition for a source connector offset cannot be null or missing"};
    }
    if (std::optional<Error> error = nested(*change.partition)) return *std::move(error);
    if (change.offset) {
      if (std::optional<Error> error = nested(*change.offset)) return *std::move(error);
    }
    const auto it = std::ranges::find(unique, *change.partition, &OffsetChange::partition);
    if (it != unique.end()) {
      it->offset = change.offset;
    } else {
      unique.push_back({*change.partition, change.offset});
    }
  }
  return unique;
}

}  // namespace

Result<std::vector<ConnectorOffset>> ConnectorOffsets::read(const std::string& name,
                                                            const ConfigMap& config) const {
  std::vector<ConnectorOffset> offsets;
  if (parts_.plugins.find_sink(config.get_or("connector.class", "")) == nullptr) {
    const auto store = parts_.store_of(name, config);
    Result<std::vector<storage::StoredOffset>> stored =
        store ? storage::stored_offsets(**store, name)
              : Result<std::vector<storage::StoredOffset>>(store.error());
    if (!stored) {
      return failed("Failed to retrieve offsets for source connector " + name, stored.error());
    }
    for (storage::StoredOffset& one : *stored) {
      offsets.push_back({std::move(one.partition), std::move(one.offset)});
    }
    return offsets;
  }
  const auto committed = [&]() -> Result<PartitionOffsets> {
    const auto admin = parts_.make_admin(name, config);
    if (!admin) return admin.error();
    return (*admin)->group_offsets(parts_.group_of(name, config));
  }();
  if (!committed) {
    return failed("Failed to retrieve consumer group offsets for sink connector " + name,
                  committed.error());
  }
  for (const auto& [partition, offset] : *committed) {
    offsets.push_back(to_connector_offset(partition, offset));
  }
  return offsets;
}

Result<bool> ConnectorOffsets::alter_source(const std::string& name, const ConfigMap& config,
                                            const SourcePlugin& plugin,
                                            const std::vector<OffsetChange>& changes) const {
  const Result<bool> handled = call_plugin(
      "alter_offsets", [&] { return plugin.make_connector()->alter_offsets(config, changes); });
  if (!handled) return handled;
  const auto store = parts_.store_of(name, config);
  if (!store) {
    return failed("Failed to modify offsets for source connector " + name, store.error());
  }
  storage::OffsetWriter writer(**store, parts_.clock, name);
  for (const OffsetChange& change : changes) {
    writer.offset(NullableOffsetMap(change.partition), change.offset);
  }
  if (const Result<std::size_t> stored = writer.flush(parts_.store_timeout); !stored) {
    return failed("Failed to modify offsets for source connector " + name, stored.error());
  }
  return handled;
}

Result<bool> ConnectorOffsets::alter(const std::string& name, const ConfigMap& config,
                                     const std::vector<ConnectorOffset>& changes) const {
  const std::string class_name = config.get_or("connector.class", "");
  const SinkPlugin* sink = parts_.plugins.find_sink(class_name);
  if (sink == nullptr) {
    const SourcePlugin* source = parts_.plugins.find_source(class_name);
    if (source == nullptr) {
      return Error{ErrorCode::invalid_config, parts_.plugins.unknown_connector(class_name)};
    }
    const Result<std::vector<OffsetChange>> unique = source_changes(changes);
    if (!unique) return unique.error();
    return alter_source(name, config, *source, *unique);
  }

  const Result<GroupChanges> parsed = parse_group_changes(changes);
  if (!parsed) return parsed.error();
  const Result<bool> handled = call_plugin(
      "alter_offsets", [&] { return sink->make_connector()->alter_offsets(config, *parsed); });
  if (!handled) return handled;
  PartitionOffsets to_set;
  PartitionSet to_delete;
  for (const auto& [partition, offset] : *parsed) {
    offset ? static_cast<void>(to_set.emplace(partition, *offset))
           : static_cast<void>(to_delete.insert(partition));
  }
  const auto done = [&]() -> Result<void> {
    const auto admin = parts_.make_admin(name, config);
    if (!admin) return admin.error();
    const std::string group = parts_.group_of(name, config);
    return when_empty(parts_.clock, [&]() -> Result<void> {
      if (!to_set.empty()) MILLRACE_TRY((*admin)->set_group_offsets(group, to_set));
      if (!to_delete.empty()) MILLRACE_TRY((*admin)->delete_group_offsets(group, to_delete));
      return {};
    });
  }();
  if (!done) {
    return group_failure(name, "alter",
                         "Failed to alter consumer group offsets for connector " + name,
                         done.error());
  }
  return handled;
}

Result<bool> ConnectorOffsets::reset(const std::string& name, const ConfigMap& config) const {
  const std::string class_name = config.get_or("connector.class", "");
  const SinkPlugin* sink = parts_.plugins.find_sink(class_name);
  if (sink == nullptr) {
    const Result<std::vector<ConnectorOffset>> present = read(name, config);
    if (!present) return present.error();
    std::vector<ConnectorOffset> changes;
    for (const ConnectorOffset& one : *present) {
      if (one.partition) changes.push_back({one.partition, std::nullopt});
    }
    return alter(name, config, changes);
  }

  const auto admin = parts_.make_admin(name, config);
  const std::string group = parts_.group_of(name, config);
  const auto committed = [&]() -> Result<PartitionOffsets> {
    if (!admin) return admin.error();
    return (*admin)->group_offsets(group);
  }();
  if (!committed) {
    return failed("Failed to list offsets prior to resetting offsets for sink connector " + name,
                  committed.error());
  }
  GroupChanges changes;
  for (const auto& [partition, offset] : *committed) changes.emplace(partition, std::nullopt);
  const Result<bool> handled = call_plugin(
      "alter_offsets", [&] { return sink->make_connector()->alter_offsets(config, changes); });
  if (!handled) return handled;
  const Result<void> deleted =
      when_empty(parts_.clock, [&] { return (*admin)->delete_group(group); });
  if (!deleted) {
    return group_failure(name, "reset",
                         "Failed to reset consumer group offsets for sink connector " + name,
                         deleted.error());
  }
  return handled;
}

}  // namespace millrace::worker
