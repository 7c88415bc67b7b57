#pragma once

#include "kafka/admin.h"
#include "kafka/rd_client.h"
#include "millrace/result.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace millrace::kafka {

/// Names of all topics of the cluster. Tries again until the time is over.
/// Errors: retriable: no answer; fatal: refused.
Result<std::vector<std::string>> all_topics(rd_kafka_s& client, std::chrono::milliseconds timeout);

/// Those of the named topics that exist, without creating any; else as all_topics.
Result<std::map<std::string, TopicDescription>> describe_topics(
    rd_kafka_s& client, const std::vector<std::string>& topics, std::chrono::milliseconds timeout);

}  // namespace millrace::kafka
