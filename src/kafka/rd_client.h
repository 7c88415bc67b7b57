#pragma once

#include "base/log.h"
#include "kafka/memory_budget.h"
#include "kafka/settings.h"
#include "millrace/error.h"
#include "millrace/result.h"
#include "millrace/sink.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

// librdkafka's types, so that its header stays out of ours.
struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_topic_partition_list_s;

namespace millrace::kafka {

/// A client of librdkafka. Whoever holds memory of it keeps it alive; the last one destroys it.
using Handle = std::shared_ptr<rd_kafka_s>;

/// Makes a client. prepare: adds the callbacks to the configuration.
/// Errors: invalid_config: librdkafka refuses a setting; fatal: it cannot start.
Result<Handle> make_handle(ClientKind kind, NativeSettings& settings, void* opaque,
                           const std::function<void(rd_kafka_conf_s*)>& prepare);

/// Bounds the memory of a client to its share, as far as the user has not set sizes.
void apply_share(ClientKind kind, NativeSettings& settings, std::int64_t bytes);

/// The logger of all clients: org.apache.kafka.clients.
log::Logger& client_logger();

/// What is left, in milliseconds, as librdkafka takes it: 0 to an hour.
int timeout_until(std::chrono::steady_clock::time_point deadline);

/// Whether the call that brought this error may succeed later.
bool is_retriable(int code);
/// Java's exception class for an error of librdkafka or of a broker.
std::string_view java_class_of_code(int code);
/// what: the sentence before the reason: "cannot commit offsets of group 'connect-x'".
Error error_from(int code, std::string_view what, std::string_view detail = {});

struct ListDeleter {
  void operator()(rd_kafka_topic_partition_list_s* list) const;
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_s, ListDeleter>;
PartitionList to_list(const PartitionSet& partitions);
PartitionList to_list(const PartitionOffsets& offsets);

}  // namespace millrace::kafka
