#pragma once

#include <string>
#include <vector>

namespace millrace::app {

/// Runs a standalone worker until a signal ends it. Returns the program's exit code: see
/// ExitCode, or 128 and the number of the signal.
/// worker_file: empty for no settings at all.
int run_standalone(const std::string& worker_file, const std::vector<std::string>& connector_files);

}  // namespace millrace::app
