#include "group/connect_protocol.h"

#include "base/ascii.h"
#include "group/wire.h"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <utility>

namespace millrace::group {

namespace {

/// Among the tasks of an entry, the connector itself.
constexpr std::int32_t connector_itself = -1;

std::map<std::string_view, std::vector<std::int32_t>> entries_of(const Work& work) {
  std::map<std::string_view, std::vector<std::int32_t>> entries;
  for (const std::string& connector : work.connectors) {
    entries[connector].push_back(connector_itself);
  }
  for (const Task& task : work.tasks) entries[task.connector].push_back(task.number);
  std::erase_if(entries, [](const auto& entry) {
    return entry.first.size() > std::numeric_limits<std::int16_t>::max();
  });
  return entries;
}

void write(Writer& out, const Work& work) {
  const auto entries = entries_of(work);
  out.array(entries.size());
  for (const auto& [connector, numbers] : entries) {
    out.text(connector);
    out.array(numbers.size());
    for (const std::int32_t number : numbers) out.int32(number);
  }
}

Work read_work(Reader& in, std::string_view what) {
  Work work;
  for (std::size_t left = in.array(what); left > 0 && !in.failed(); --left) {
    const std::string connector = in.text("connector");
    for (std::size_t tasks = in.array("tasks"); tasks > 0 && !in.failed(); --tasks) {
      const std::int32_t number = in.int32("task");
      if (in.failed()) break;
      if (number < connector_itself) {
        in.fail(fmt::format("field 'task' of connector '{}' is {}", connector, number));
      } else if (number == connector_itself) {
        work.connectors.insert(connector);
      } else {
        work.tasks.insert({connector, number});
      }
    }
  }
  return work;
}

/// Newer versions are read like the newest that we know.
ProtocolVersion read_version(Reader& in) {
  const std::int16_t version = in.int16("version");
  if (version < 0) in.fail(fmt::format("field 'version' is {}", version));
  return version == 0   ? ProtocolVersion::v0
         : version == 1 ? ProtocolVersion::v1
                        : ProtocolVersion::v2;
}

}  // namespace

std::optional<ProtocolChoice> parse_protocol_choice(std::string_view text) {
  const std::string word = ascii::lower(text);
  if (word == "eager") return ProtocolChoice::eager;
  if (word == "compatible") return ProtocolChoice::compatible;
  if (word == "sessioned") return ProtocolChoice::sessioned;
  return std::nullopt;
}

std::string_view to_string(ProtocolVersion version) {
  switch (version) {
    case ProtocolVersion::v0: return "default";
    case ProtocolVersion::v1: return "compatible";
    case ProtocolVersion::v2: break;
  }
  return "sessioned";
}

std::optional<ProtocolVersion> parse_protocol(std::string_view name) {
  for (const ProtocolVersion version : offered(ProtocolChoice::sessioned)) {
    if (name == to_string(version)) return version;
  }
  return std::nullopt;
}

std::vector<ProtocolVersion> offered(ProtocolChoice choice) {
  using enum ProtocolVersion;
  switch (choice) {
    case ProtocolChoice::eager: return {v0};
    case ProtocolChoice::compatible: return {v1, v0};
    case ProtocolChoice::sessioned: break;
  }
  return {v2, v1, v0};
}

std::string encode(const Assignment& assignment) {
  Writer out;
  out.int16(static_cast<std::int16_t>(assignment.version));
  out.int16(static_cast<std::int16_t>(assignment.error));
  out.text(assignment.leader);
  out.text(assignment.leader_url);
  out.int64(assignment.config_offset);
  write(out, assignment.assigned);
  if (assignment.version != ProtocolVersion::v0) {
    write(out, assignment.revoked);
    out.int32(static_cast<std::int32_t>(assignment.delay.count()));
  }
  return out.take();
}

std::string encode(const WorkerMetadata& metadata) {
  Writer out;
  out.int16(static_cast<std::int16_t>(metadata.version));
  out.text(metadata.url);
  out.int64(metadata.config_offset);
  if (metadata.version != ProtocolVersion::v0) {
    if (metadata.allocation) {
      Assignment held = *metadata.allocation;
      held.version = metadata.version;
      out.bytes(encode(held));
    } else {
      out.int32(-1);
    }
  }
  return out.take();
}

Result<Assignment> decode_assignment(std::string_view bytes) {
  Reader in(bytes);
  Assignment assignment;
  assignment.version = read_version(in);
  const std::int16_t error = in.int16("error");
  assignment.error = error == 0 ? AssignmentError::none : AssignmentError::config_mismatch;
  assignment.leader = in.text("leader");
  assignment.leader_url = in.text("leader_url");
  assignment.config_offset = in.int64("config_offset");
  assignment.assigned = read_work(in, "assigned");
  if (in.left() > 0) assignment.revoked = read_work(in, "revoked");
  if (in.left() > 0) {
    const std::int32_t delay = in.int32("delay");
    if (delay < 0) in.fail(fmt::format("field 'delay' is {}", delay));
    assignment.delay = std::chrono::milliseconds(delay);
  }
  MILLRACE_TRY(in.result("assignment"));
  return assignment;
}

Result<WorkerMetadata> decode_metadata(std::string_view bytes) {
  Reader in(bytes);
  WorkerMetadata metadata;
  metadata.version = read_version(in);
  metadata.url = in.text("url");
  metadata.config_offset = in.int64("config_offset");
  std::string_view allocation;
  if (in.left() > 0) allocation = in.bytes("allocation");
  MILLRACE_TRY(in.result("worker metadata"));
  if (!allocation.empty()) {
    Result<Assignment> held = decode_assignment(allocation);
    if (!held) {
      return Error{held.error().code(), held.error().java_class(),
                   fmt::format("worker metadata: field 'allocation': {}", held.error().message())};
    }
    metadata.allocation = std::move(*held);
  }
  return metadata;
}

Work held_after(const Work& held, const Assignment& assignment) {
  if (assignment.version == ProtocolVersion::v0) return assignment.assigned;
  Work result = without(held, assignment.revoked);
  result.add(assignment.assigned);
  return result;
}

}  // namespace millrace::group
