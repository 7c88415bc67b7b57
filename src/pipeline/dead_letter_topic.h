#pragma once

#include "kafka/admin.h"
#include "pipeline/error_settings.h"

#include <functional>
#include <memory>

namespace millrace::pipeline {

using MakeAdmin = std::function<Result<std::unique_ptr<kafka::Admin>>()>;

/// Makes the dead letter topic where it is missing: one partition, and the replication factor of
/// the settings. Nothing to do without a dead letter topic.
/// Errors (fatal): "Could not initialize dead letter queue with topic=…", the cause within.
Result<void> ensure_dead_letter_topic(const ErrorSettings& settings, const MakeAdmin& make_admin);

}  // namespace millrace::pipeline
