#pragma once

#include "millrace/record.h"
#include "millrace/result.h"
#include "worker/connector_offsets.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace millrace::worker {

/// Changes of a consumer group: none deletes the offset.
using GroupChanges = std::map<TopicPartition, std::optional<std::int64_t>>;

/// Understands the offsets of a sink as a client writes them: numbers may be texts, the topic any
/// scalar; members beyond the three are not looked at.
/// Errors (invalid_config): the first entry that makes no sense, in Java's words.
Result<GroupChanges> parse_group_changes(const std::vector<ConnectorOffset>& changes);

ConnectorOffset to_connector_offset(const TopicPartition& partition, std::int64_t offset);

}  // namespace millrace::worker
