#pragma once

#include "app/startup.h"
#include "herder/distributed_herder.h"
#include "millrace/result.h"

namespace millrace::app {

/// What a distributed worker's settings say of its herder.
/// Errors (invalid_config): settings that do not go together.
Result<DistributedHerder::Settings> read_herder_settings(const Startup& startup);

}  // namespace millrace::app
