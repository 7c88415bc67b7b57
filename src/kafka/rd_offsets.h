#pragma once

#include "kafka/rd_client.h"
#include "kafka/settings.h"
#include "millrace/result.h"
#include "millrace/sink.h"

#include <chrono>

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

}  // namespace millrace::kafka
