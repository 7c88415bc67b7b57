#pragma once

namespace millrace::app {

/// How the program ends; scripts that start Connect workers look at it.
/// Source: ConnectStandalone, AbstractConnectCli.
enum class ExitCode : int {
  ok = 0,
  usage = 1,        ///< no worker file, --help
  herder = 1,       ///< distributed: the herder cannot go on: internal topics, the group
  not_started = 2,  ///< anything before the herder: files, settings, Kafka, port
  connector = 3,    ///< standalone: the herder, or a connector of the command line, could not start
};

}  // namespace millrace::app
