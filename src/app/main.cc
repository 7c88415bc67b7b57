#include "app/distributed.h"
#include "app/exit_code.h"
#include "app/standalone.h"

#include <malloc.h>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace {

using millrace::app::ExitCode;

int run(int argc, char** argv) {
  CLI::App app{"Millrace: Kafka Connect without the JVM", "millrace"};
  app.set_version_flag("--version", "millrace " MILLRACE_VERSION " (" MILLRACE_COMMIT
                                    "), compatible with Apache Kafka Connect 4.3.0");
  app.require_subcommand(1);
  CLI::App* standalone =
      app.add_subcommand("standalone", "Run a worker on its own, with connectors from files");
  std::string worker_file;
  std::vector<std::string> connector_files;
  standalone->add_option("WORKER", worker_file, "Java properties of the worker")->required();
  standalone->add_option("CONNECTOR", connector_files,
                         "connector files: Java properties or JSON, started in this order");
  CLI::App* distributed = app.add_subcommand("distributed", "Run one worker of a cluster");
  distributed->add_option("WORKER", worker_file, "Java properties of the worker")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {  // --help too: scripts of Kafka Connect expect 1
    app.exit(error);
    return static_cast<int>(ExitCode::usage);
  }
  if (distributed->parsed()) return millrace::app::run_distributed(worker_file);
  return millrace::app::run_standalone(worker_file, connector_files);
}

}  // namespace

int main(int argc, char** argv) {
  // Hundreds of threads share two heaps instead of one each: memory that one gives back, another
  // can use. Costs nothing that can be measured, for records allocate nothing.
  mallopt(M_ARENA_MAX, 2);
  const int code = run(argc, argv);
  // A task that did not stop in time may still be running on its thread: no destructors.
  std::fflush(nullptr);
  std::_Exit(code);
}
