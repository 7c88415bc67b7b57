#pragma once

#include <string>

namespace millrace::app {

/// Runs one worker of a cluster until a signal comes, or its herder cannot go on. The program's
/// exit code.
int run_distributed(const std::string& worker_file);

}  // namespace millrace::app
