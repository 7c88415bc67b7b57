#pragma once

#include "kafka/rd_client.h"
#include "kafka/settings.h"
#include "millrace/result.h"
#include "millrace/sink.h"

#include <chrono>
#include <cstdint>

namespace millrace::kafka {

/// Where a group starts to read partitions that it has just been assigned: at the committed offset,
/// else where the settings say. Blocks for at most the time given.
/// Errors: retriable: no answer in time; fatal: refused, or nothing committed and no policy.
Result<PartitionOffsets> start_positions(rd_kafka_s& client, const NativeSettings& settings,
                                         const PartitionSet& partitions,
                                         std::chrono::milliseconds timeout);

/// Where the reset policy leads to, for partitions without an offset (or with one out of range).
Result<PartitionOffsets> reset_positions(rd_kafka_s& client, const NativeSettings& settings,
                                         const PartitionSet& partitions,
                                         std::chrono::milliseconds timeout);

/// The ends of a partition: its first record, or what comes after its last one. A client that reads
/// committed records alone is told of the last committed one.
enum class Edge : std::uint8_t { first, next };
/// As the leaders say now. Errors: retriable: no answer in time; fatal: refused.
Result<PartitionOffsets> edge_offsets(rd_kafka_s& client, const PartitionSet& partitions, Edge edge,
                                      std::chrono::milliseconds timeout);

}  // namespace millrace::kafka
