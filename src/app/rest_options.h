#pragma once

#include "config/worker_config.h"
#include "millrace/result.h"
#include "rest/server.h"

namespace millrace::app {

/// What a worker's settings say about its REST server. Reads the files of basic auth; those of
/// https are read when the server opens. Errors (invalid_config, fatal): a REST extension that is
/// not known, or its files.
Result<rest::ServerOptions> rest_options(const config::WorkerConfig& config);

}  // namespace millrace::app
